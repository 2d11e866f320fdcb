"""Deleting a charger, with and without bookings, through a browser."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.service import State
from app.chargers import service as chargers
from app.devices import service as devices
from app.kernel.errors import NotFound
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import make_box
from tests.support.people import SignIn
from tests.support.plugs import make_plug


def is_gone(app: Flask, charger_id: int) -> bool:
    with app.app_context():
        try:
            chargers.get_charger(charger_id)
        except NotFound:
            return True
        return False


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_a_charger_without_bookings_goes_after_one_confirmation(
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
        box = make_box(app, now=now, evse_id=charger.id)
    path = f"/host/chargers/{charger.id}/delete"

    shown = browser.get(path)
    silent = browser.post(path, data={"codes": ""})
    still_there = not is_gone(app, charger.id)
    answer = browser.post(path, data={"codes": "", "confirm": "y"})

    assert "Nobody has booked it" in shown.text
    assert silent.status_code == 409
    assert still_there
    assert answer.status_code == status
    assert is_gone(app, charger.id)
    with app.app_context():
        freed = devices.find_device(box.id)
        assert freed
        assert freed.evse_id is None


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_future_bookings_are_named_and_end_only_when_confirmed(
    request: pytest.FixtureRequest,
    app: Flask,
    now: datetime,
    kind: str,
    status: int,
    hanna: Person,
    dario: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    with app.app_context():
        charger = make_charger(hanna, now=now)
        booking = make_booking(dario, charger, now=now)
    path = f"/host/chargers/{charger.id}/delete"

    refused = browser.post(path)
    (codes,) = re.findall(r'name="codes" value="([^"]*)"', refused.text)
    kept = not is_gone(app, charger.id)
    answer = browser.post(path, data={"codes": codes, "confirm": "y"})

    assert refused.status_code == 409
    assert "1 booking would end with it" in refused.text
    assert "Wed 10 Jun, 12:00–14:00" in refused.text
    assert "Nobody pays anything" in refused.text
    assert kept
    assert codes == booking.code
    assert answer.status_code == status
    assert is_gone(app, charger.id)
    with app.app_context():
        ended = bookings.get_booking(booking.id)
    assert (ended.state, ended.fee_minor) == (State.CANCELED, 0)
    mails = browser.get("/dev/mails").text
    assert "the host canceled your booking" in mails
    assert "It costs you nothing." in mails


def test_a_booking_made_in_the_meantime_is_never_ended_unseen(
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
        charger = make_charger(hanna, now=now)
        first = make_booking(dario, charger, now=now)
        second = make_booking(
            nell, charger, now=now, period=hours(1, start=NOON + timedelta(hours=5))
        )
    path = f"/host/chargers/{charger.id}/delete"

    for browser in (client, hx):
        sign_in(hanna, browser)
        answer = browser.post(path, data={"codes": first.code, "confirm": "y"})

        assert answer.status_code == 409
        assert "2 bookings would end with it" in answer.text
    assert not is_gone(app, charger.id)
    with app.app_context():
        assert bookings.get_booking(first.id).state is State.RESERVED
        assert bookings.get_booking(second.id).state is State.RESERVED


def test_a_charger_stays_while_a_car_is_charging(
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
        plug.opens()
        code = plug.booking.code
    path = f"/host/chargers/{plug.charger.id}/delete"

    for browser in (client, hx):
        sign_in(hanna, browser)
        answer = browser.post(path, data={"codes": code, "confirm": "y"})

        assert answer.status_code == 409
        assert "A car is charging here right now" in answer.text
    assert not is_gone(app, plug.charger.id)


def test_a_deletion_without_the_token_of_the_page_is_refused(
    app: Flask, client: CheckedClient, now: datetime, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)
    with app.app_context():
        charger = make_charger(hanna, now=now)

    answer = client.post(
        f"/host/chargers/{charger.id}/delete", data={"confirm": "y"}, csrf=False
    )

    assert answer.status_code == 400
    assert not is_gone(app, charger.id)
