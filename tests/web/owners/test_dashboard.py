"""The dashboard and one charger's overview, through a browser."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.schedules.domain import OpeningException, OpeningRule
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import NOON, hours, make_booking, make_car
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.support.pictures import photo, png_bomb
from tests.support.plugs import make_plug


def test_an_owner_without_chargers_is_shown_how_to_begin(
    client: CheckedClient, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = client.get("/host").text

    assert "Four steps, and it runs by itself" in page
    assert 'href="/host/chargers/new"' in page


def test_hanna_sees_income_the_running_session_and_her_boxes(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    dario: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        plug = make_plug(app, hanna, dario, now=now)
        asked = plug.opens()
        plug.charges(asked, 5000)
        plug.stops(asked, 43_012)
        sold = plug.booking.code
        plug.booking = make_booking(
            dario, plug.charger, now=plug.now, period=hours(2, start=plug_later())
        )
        plug.at(plug_later() + timedelta(minutes=1))
        running = plug.opens(43_012)
        plug.shows(running, 44_000)
    sign_in(hanna, client)
    sign_in(hanna, hx)

    page = client.get("/host").text
    fragment = hx.get("/host/live").text

    assert "€3.95" in page  # 5 kWh × 0.39 and 2 h × 1.00
    assert "5 kWh" in page
    assert "1 of 1" in page
    assert f'href="/sessions/{running.session_code}"' in page
    assert f'href="/receipts/{sold}"' in page
    assert fragment.lstrip().startswith('<div id="live"')
    assert "11.0" in fragment


def plug_later() -> datetime:
    return NOON + timedelta(hours=4)


def test_nell_sees_nothing_of_the_business_of_hanna(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        plug = make_plug(app, hanna, dario, now=now)
        plug.opens()
    sign_in(nell, client)
    sign_in(nell, hx)

    answers = [client.get("/host").text, hx.get("/host/live").text]

    for text in answers:
        assert plug.charger.name.partition("'")[2] not in text
        assert "Dario" not in text


def test_the_overview_shows_hours_bookings_prices_and_what_is_still_to_do(
    app: Flask,
    client: CheckedClient,
    now: datetime,
    hanna: Person,
    dario: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        charger = make_charger(
            hanna,
            now=now,
            rules=(OpeningRule(3, 540, 1080), OpeningRule(3, 1200, 1440)),
            exceptions=(
                OpeningException(date(2026, 6, 12), "CLOSED", 0, 1440, "Party"),
                OpeningException(date(2026, 1, 1), "OPEN", 0, 1440, "Long ago"),
            ),
        )
        booking = make_booking(dario, charger, now=now, vehicle=make_car(dario))
    sign_in(hanna, client)

    page = client.get(f"/host/chargers/{charger.id}").text

    assert "09:00–18:00, 20:00–00:00" in page
    assert "closed all day" in page
    assert "Party" in page
    assert "Long ago" not in page
    assert f'href="/bookings/{booking.code}"' in page
    assert "Wed 10 Jun, 12:00–14:00" in page
    assert "€0.39 per kWh" in page
    assert "Almost there" in page
    assert charger.code[:4] in page


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_hanna_pauses_and_publishes_her_charger(
    request: pytest.FixtureRequest,
    app: Flask,
    now: datetime,
    kind: str,
    status: int,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    with app.app_context():
        charger = make_charger(hanna, now=now)
    states = []

    for action in ("pause", "pause", "publish"):
        answer = browser.post(f"/host/chargers/{charger.id}/{action}")
        assert answer.status_code == status
        with app.app_context():
            states.append(chargers.get_charger(charger.id).listing_state)
        assert browser.get(f"/host/chargers/{charger.id}").status_code == 200

    assert states == ["PAUSED", "PAUSED", "PUBLISHED"]


@pytest.mark.parametrize("action", ["pause", "publish", "photos", "photos/x/delete"])
def test_nell_may_not_act_on_the_charger_of_hanna(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    nell: Person,
    sign_in: SignIn,
    action: str,
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)

    for browser in (client, hx):
        sign_in(nell, browser)
        data = {"photo": (_file(photo()), "a.jpg")}
        answer = browser.post(f"/host/chargers/{charger.id}/{action}", data=data)
        assert answer.status_code == 404

    with app.app_context():
        assert chargers.get_charger(charger.id) == charger


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 200)])
def test_a_photo_is_added_shown_and_removed(
    request: pytest.FixtureRequest,
    app: Flask,
    now: datetime,
    kind: str,
    status: int,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    with app.app_context():
        charger = make_charger(hanna, now=now)
    path = f"/host/chargers/{charger.id}"

    added = browser.post(f"{path}/photos", data={"photo": (_file(photo()), "a.jpg")})
    with app.app_context():
        (stored,) = chargers.get_charger(charger.id).photos
    shown = browser.get(path).text
    removed = browser.post(f"{path}/photos/{stored.key}/delete")

    assert (added.status_code, removed.status_code) == (status, status)
    assert f'src="/photos/{stored.key}"' in shown
    if status == 200:
        assert added.text.lstrip().startswith('<section id="photos"')
        assert stored.key in added.text
        assert stored.key not in removed.text
    with app.app_context():
        assert chargers.get_charger(charger.id).photos == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "choose a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "choose a photo"),
        (photo()[:300], "damaged"),
        (png_bomb(), "more pixels"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_at_the_field(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    sign_in: SignIn,
    content: bytes,
    reason: str,
) -> None:
    sign_in(hanna, client)
    sign_in(hanna, hx)
    with app.app_context():
        charger = make_charger(hanna, now=now)
    path = f"/host/chargers/{charger.id}/photos"

    page, fragment = (
        browser.post(path, data={"photo": (_file(content), "a.jpg")})
        for browser in (client, hx)
    )

    assert (page.status_code, fragment.status_code) == (422, 422)
    for answer in (page, fragment):
        assert 'id="photo-error"' in answer.text
        assert reason in answer.text
    assert fragment.text.lstrip().startswith('<section id="photos"')
    with app.app_context():
        assert chargers.get_charger(charger.id).photos == ()


def test_an_upload_of_thirty_megabytes_is_refused_without_being_read(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)

    for browser in (client, hx):
        sign_in(hanna, browser)
        answer = browser.post(
            f"/host/chargers/{charger.id}/photos",
            data={"photo": (_file(bytes(30 * 1024 * 1024)), "a.jpg")},
        )
        assert answer.status_code == 422
        assert "8 MB" in answer.text

    with app.app_context():
        assert chargers.get_charger(charger.id).photos == ()


def test_the_address_is_looked_up_as_well_as_the_atlas_knows(
    app: Flask, client: CheckedClient, hx: HtmxClient, hanna: Person, sign_in: SignIn
) -> None:
    data = {"city": "Hamburg", "country_code": "DE", "change": "find-place"}
    for browser in (client, hx):
        sign_in(hanna, browser)

        found = browser.post("/host/chargers/new", data=data).text
        unknown = browser.post(
            "/host/chargers/new", data={**data, "city": "Xyzzyburg-Nowhere"}
        ).text

        assert 'value="53.5' in found
        assert "Please move it to your charger" in found
        assert "put the pin by hand" in unknown or 'value="5' in unknown


def _file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)
