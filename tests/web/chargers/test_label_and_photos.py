"""The pages of the label and the addresses of photos, for both kinds of browser."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.domain import small_key
from app.chargers.service import Charger
from app.config import Settings
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.support.pictures import photo

PAGES = ("label", "label.png", "label.pdf")


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, with a name that HTML must not believe."""
    with app.app_context():
        return make_charger(hanna, now=now, name="<b>Hanna's</b> & driveway")


def test_hanna_sees_her_label_with_both_downloads(
    client: CheckedClient, hanna: Person, charger: Charger, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = client.get(f"/host/chargers/{charger.id}/label")

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert f"/host/chargers/{charger.id}/label.png" in text
    assert f"/host/chargers/{charger.id}/label.pdf" in text
    assert f"http://127.0.0.1:8000/u/{charger.code}" in text
    assert "&lt;b&gt;Hanna" in text
    assert "<b>Hanna" not in text


@pytest.mark.parametrize(
    ("public_url", "warned"),
    [("http://127.0.0.1:8000", True), ("https://plugbid.example", False)],
)
def test_a_label_that_leads_to_this_machine_only_is_not_to_be_printed_yet(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    charger: Charger,
    sign_in: SignIn,
    public_url: str,
    warned: bool,
) -> None:
    settings: Settings = app.extensions["plugbid_settings"]
    app.extensions["plugbid_settings"] = replace(settings, public_url=public_url)
    sign_in(hanna, client)

    text = client.get(f"/host/chargers/{charger.id}/label").get_data(as_text=True)

    assert ("PUBLIC_URL" in text) is warned
    assert f"{public_url}/u/{charger.code}" in text


def test_htmx_gets_the_label_page_as_well(
    hx: HtmxClient, hanna: Person, charger: Charger, sign_in: SignIn
) -> None:
    sign_in(hanna, hx)

    assert hx.get(f"/host/chargers/{charger.id}/label").status_code == 200


def test_the_downloads_are_what_they_say_and_the_code_leads_to_the_lock(
    client: CheckedClient, hanna: Person, charger: Charger, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    png = client.get(f"/host/chargers/{charger.id}/label.png")
    pdf = client.get(f"/host/chargers/{charger.id}/label.pdf")

    assert (png.mimetype, pdf.mimetype) == ("image/png", "application/pdf")
    assert pdf.data.startswith(b"%PDF-")
    assert f"plugbid-{charger.code}.pdf" in pdf.headers["Content-Disposition"]
    assert "private" in png.headers["Cache-Control"]
    image = Image.open(io.BytesIO(png.data)).convert("RGB")
    (found,) = zxingcpp.read_barcodes(np.asarray(image))
    assert found.text == f"http://127.0.0.1:8000/u/{charger.code}"


@pytest.mark.parametrize("page", PAGES)
def test_nell_may_not_see_hannas_label(
    client: CheckedClient, nell: Person, charger: Charger, sign_in: SignIn, page: str
) -> None:
    sign_in(nell, client)

    assert client.get(f"/host/chargers/{charger.id}/{page}").status_code == 404
    assert client.get(f"/host/chargers/4711/{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_log_in_first(
    client: CheckedClient, charger: Charger, page: str
) -> None:
    answer = client.get(f"/host/chargers/{charger.id}/{page}")

    assert answer.status_code in {302, 303}
    assert answer.headers["Location"].startswith("/login?next=")


def test_a_photo_is_shown_to_everybody_and_kept_by_caches(
    app: Flask, client: CheckedClient, hanna: Person, charger: Charger, now: datetime
) -> None:
    with app.app_context():
        key = chargers.add_photo(
            owner_id=hanna.id, charger_id=charger.id, content=photo(), now=now
        )

    for name in (key, small_key(key)):
        answer = client.get(f"/photos/{name}")

        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    ["0" * 32 + ".jpg", "x.jpg", "..%2fplugbid.db", "%2e%2e", "secret_key", "a\0b.jpg"],
)
def test_an_unknown_or_crooked_name_of_a_photo_is_not_here(
    client: CheckedClient, name: str
) -> None:
    assert client.get(f"/photos/{name}").status_code == 404
