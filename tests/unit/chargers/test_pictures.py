"""Uploads become plain pictures or are refused, whatever they claim to be."""

from __future__ import annotations

import io
import time
import tracemalloc
from contextlib import suppress

import pytest
from PIL import Image

from app.chargers import pictures
from app.chargers.pictures import PhotoRefused, accepted_formats, reencoded
from tests.support.pictures import (
    GIF_POLYGLOT,
    HTML,
    PDF,
    SVG,
    photo,
    photo_from_phone,
    png_bomb,
)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
    ],
)
def test_every_accepted_kind_becomes_a_jpeg_of_the_same_shape(
    kind: str, mode: str
) -> None:
    picture = reencoded(photo(kind=kind, mode=mode))

    image = opened(picture.content)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.size == (picture.width_px, picture.height_px) == (400, 300)


def test_a_large_photo_becomes_1600_px_and_a_small_one_for_lists() -> None:
    picture = reencoded(photo((4000, 3000)))

    assert (picture.width_px, picture.height_px) == (1600, 1200)
    assert opened(picture.small).size == (480, 360)
    assert len(picture.small) < len(picture.content)


def test_a_small_photo_is_not_blown_up() -> None:
    picture = reencoded(photo((200, 100)))

    assert opened(picture.content).size == opened(picture.small).size == (200, 100)


def test_a_sideways_photo_is_turned_upright_and_forgets_where_it_was_taken() -> None:
    content = photo_from_phone()
    assert b"Spyphone" in content

    picture = reencoded(content)

    image = opened(picture.content)
    assert image.size == (300, 400)
    red, _, blue = image.getpixel((150, 50))
    assert red > 200 > 50 > blue
    assert len(image.getexif()) == 0
    assert "comment" not in image.info
    for hidden in (b"Spyphone", b"Exif", b"secret comment", b"GPS"):
        assert hidden not in picture.content
        assert hidden not in picture.small


def test_what_is_appended_to_a_photo_does_not_survive() -> None:
    picture = reencoded(photo() + HTML)

    assert b"script" not in picture.content


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    file = io.BytesIO()
    clear.save(file, "PNG")

    image = opened(reencoded(file.getvalue()).content)

    assert image.getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [b"", SVG, HTML, GIF_POLYGLOT, PDF, b"\xff\xd8\xff", photo(kind="GIF", mode="P"),
     photo(kind="BMP"), photo(kind="TIFF"), photo(kind="PPM"), b"\0" * 1000],
)  # fmt: skip
def test_what_is_no_photo_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(PhotoRefused, match="JPEG, PNG or WebP") as refusal:
        reencoded(content)

    assert refusal.value.field == "photo"
    assert refusal.value.status == 422


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_photo_is_refused(kind: str, share: float) -> None:
    file = io.BytesIO()
    Image.effect_noise((600, 400), 80).convert("RGB").save(file, kind)
    whole = file.getvalue()

    with pytest.raises(PhotoRefused):
        reencoded(whole[: int(len(whole) * share)])


def test_bytes_changed_in_the_middle_never_cause_anything_but_a_refusal() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = photo(kind=kind)
        for at in range(4, len(whole), max(1, len(whole) // 60)):
            broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            with suppress(PhotoRefused):
                reencoded(broken)


def test_30_megabytes_are_refused_before_any_decoding() -> None:
    with pytest.raises(PhotoRefused, match="8 MB"):
        reencoded(photo() + bytes(30 * 1024 * 1024))


@pytest.mark.parametrize("side", [5_000, 13_000, 20_000])
def test_a_decompression_bomb_is_refused_from_its_header(side: int) -> None:
    bomb = png_bomb(side)
    tracemalloc.start()
    started = time.perf_counter()

    with pytest.raises(PhotoRefused, match="more pixels"):
        reencoded(bomb)

    assert time.perf_counter() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_jpeg_may_have_more_pixels_than_others_but_not_any_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 50_000)
    monkeypatch.setattr(pictures, "MAX_JPEG_PIXELS", 120_000)

    assert reencoded(photo((400, 300))).width_px == 400
    with pytest.raises(PhotoRefused, match="more pixels"):
        reencoded(photo((400, 301)))
    with pytest.raises(PhotoRefused, match="more pixels"):
        reencoded(photo((400, 300), kind="PNG"))


def test_a_photo_as_large_as_a_stamp_is_refused() -> None:
    with pytest.raises(PhotoRefused, match="too small"):
        reencoded(photo((400, 63)))


def test_only_photo_formats_are_ever_decoded() -> None:
    assert set(accepted_formats()) <= {"JPEG", "PNG", "WEBP", "HEIF"}
    assert {"JPEG", "PNG", "WEBP"} <= set(accepted_formats())
