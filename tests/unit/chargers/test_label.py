"""The label: a phone reads it, a printer prints it in A6, and it holds no secret."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from app.chargers import label
from tests.support.factories_chargers import charger_view as charger

URL = "https://plugbid.example"


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(np.asarray(image))]


def picture(**overrides: object) -> Image.Image:
    content = label.png(charger(**overrides), URL)
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_a_phone_reads_the_deep_link_and_nothing_else() -> None:
    assert read(picture()) == ["https://plugbid.example/u/K7Q2M6XW4O"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", f"https://{'long.' * 9}org"])
def test_short_and_long_addresses_of_an_installation_both_fit(url: str) -> None:
    content = label.png(charger(), url)

    assert read(Image.open(io.BytesIO(content))) == [f"{url}/u/K7Q2M6XW4O"]


def test_the_code_is_still_read_small_turned_and_out_of_focus() -> None:
    image = picture().resize((310, 437)).filter(ImageFilter.GaussianBlur(0.8))

    assert read(image.rotate(17, fillcolor="white", expand=True)) != []


def test_the_code_has_the_highest_correction_in_spite_of_the_mark_in_it() -> None:
    (found,) = zxingcpp.read_barcodes(np.asarray(picture()))

    assert found.ec_level == "H"


def test_the_mark_covers_at_most_a_fifth_of_the_codes_side() -> None:
    code = np.asarray(label._qr(f"{URL}/u/K7Q2M6XW4O"))
    plain = (code == code[..., :1]).all(axis=2)
    rows, columns = np.nonzero(~plain)
    dark = np.nonzero((code == 0).all(axis=2))
    side = dark[1].max() - dark[1].min() + 1

    # The colored mark stands on a white plate an eighth larger than itself.
    assert (rows.max() - rows.min() + 1) * 8 / 7 <= side / 5 + 2
    assert (columns.max() - columns.min() + 1) * 8 / 7 <= side / 5 + 2


def test_the_picture_is_a6_at_300_dots_per_inch() -> None:
    image = Image.open(io.BytesIO(label.png(charger(), URL)))

    assert image.size == (1240, 1748)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_the_pdf_is_one_a6_page_with_a_readable_code() -> None:
    content = label.pdf(charger(), URL)

    (box,) = re.findall(rb"/MediaBox \[ ?([^\]]*?) ?\]", content)
    left, bottom, right, top = (float(part) for part in box.split())
    millimeters = [(right - left) / 72 * 25.4, (top - bottom) / 72 * 25.4]
    assert millimeters == pytest.approx([105, 148], abs=0.2)
    start = content.index(b"\xff\xd8\xff")
    page = Image.open(io.BytesIO(content[start : content.rindex(b"\xff\xd9") + 2]))
    assert read(page.convert("RGB")) == [f"{URL}/u/K7Q2M6XW4O"]


def test_neither_address_nor_place_is_on_the_label() -> None:
    elsewhere = {"address": "Other Road 7", "latitude": 1.0, "id": 99, "owner_id": 5}

    assert label.png(charger(), URL) == label.png(charger(**elsewhere), URL)


@pytest.mark.parametrize(
    "name",
    ["x" * 80, "W" * 80, "Żółta Łódź зарядка", "充電器", "⚡" * 80, "a\u0301 \n b"],
)
def test_any_name_an_owner_may_give_fits_and_leaves_the_code_readable(
    name: str,
) -> None:
    image = picture(name=name, owner_name=name)

    assert read(image) == [f"{URL}/u/K7Q2M6XW4O"]
    edges = np.concatenate(
        [np.asarray(image)[240:, :40], np.asarray(image)[240:, -40:]], axis=1
    )
    assert (edges == 255).all()


def test_letters_without_a_picture_are_left_out_rather_than_drawn_as_boxes() -> None:
    assert label._drawable("Ana 漢 ⚡Łódź\n ω") == "Ana ⚡Łódź ω"
    assert picture(name="漢字 Ana").tobytes() == picture(name="Ana").tobytes()


def test_the_pdf_names_the_code_and_holds_no_more_text_than_that() -> None:
    content = label.pdf(charger(), URL)

    title = "Plugbid label K7Q2-M6XW-4O"
    assert title.encode("utf-16-be") in content or title.encode() in content
    assert b"Hanna" not in content
