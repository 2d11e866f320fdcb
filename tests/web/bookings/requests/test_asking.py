"""Asking for a time in a browser, and waiting for the answer."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.service import Booking, State
from app.chargers.service import Charger
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.bookings.conftest import NOON_FORM
from tests.web.bookings.requests.world import state_of, went_to

ADDRESS = "Kastanienallee 12"


def test_the_button_asks_and_says_until_when_and_what_holds_meanwhile(
    browser: CheckedClient, charger: Charger
) -> None:
    page = browser.get(
        f"/chargers/{charger.id}",
        query_string={"from": NOON_FORM["from"], "to": NOON_FORM["to"]},
    ).text

    assert "Ask for at most €" in page
    assert "Book for at most" not in page
    assert "Hanna answers each driver, at the latest Wed 10 Jun, 11:30" in page
    assert "nothing is booked" in page
    assert "On request, Hanna answers first" in page


def test_a_stranger_is_asked_to_log_in_before_asking(
    client: CheckedClient, charger: Charger
) -> None:
    page = client.get(f"/chargers/{charger.id}").text

    assert "Log in to ask" in page


def test_asking_leads_to_a_page_that_waits(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person, now: datetime
) -> None:
    answer = browser.post(f"/chargers/{charger.id}/book", data=NOON_FORM)

    with app.app_context():
        (booking,) = service.bookings_of_driver(dario.id, now).upcoming
    assert booking.state is State.REQUESTED
    assert went_to(answer, f"/bookings/{booking.code}")
    page = browser.get(f"/bookings/{booking.code}").text
    assert "Waiting for Hanna until 11:30." in page
    assert "Take the request back" in page
    assert ADDRESS not in page
    assert "Unlock" not in page
    assert "/accept" not in page


def test_the_list_says_for_whom_one_waits(
    browser: CheckedClient, request_of: Booking
) -> None:
    page = browser.get("/bookings").text

    assert "Asked" in page
    assert "Waiting for Hanna until Wed 10 Jun, 11:30" in page


def test_the_waiting_page_is_sent_again_only_when_there_is_an_answer(
    app: Flask,
    hx: HtmxClient,
    sign_in: SignIn,
    request_of: Booking,
    hanna: Person,
    dario: Person,
    now: datetime,
) -> None:
    sign_in(dario, hx)
    path = f"/bookings/{request_of.code}"
    first = hx.get(path)

    same = hx.get(path, headers={"HX-PTag": first.headers["HX-PTag"]})
    with app.app_context():
        service.accept(owner_id=hanna.id, code=request_of.code, now=now)
    other = hx.get(path, headers={"HX-PTag": first.headers["HX-PTag"]})

    assert f'hx-get="{path}"' in first.text
    assert same.status_code == 304
    assert other.status_code == 200
    assert ADDRESS in other.text
    assert "every 10s" not in other.text


def test_taking_it_back_costs_nothing_and_says_so(
    app: Flask, browser: CheckedClient, request_of: Booking
) -> None:
    answer = browser.post(f"/bookings/{request_of.code}/cancel")

    assert went_to(answer, f"/bookings/{request_of.code}")
    assert state_of(app, request_of) is State.CANCELED
    page = browser.get(f"/bookings/{request_of.code}").text
    assert "Canceled by you" in page
    assert "Nothing is to be paid." in page


def test_the_driver_reads_the_answer_and_finds_other_times(
    app: Flask,
    browser: CheckedClient,
    request_of: Booking,
    charger: Charger,
    hanna: Person,
    now: datetime,
) -> None:
    with app.app_context():
        service.decline(
            owner_id=hanna.id, code=request_of.code, why="My own car.", now=now
        )

    page = browser.get(f"/bookings/{request_of.code}").text

    assert "The host declined" in page
    assert "My own car." in page
    assert f'href="/chargers/{charger.id}"' in page


@pytest.mark.parametrize(
    ("said", "shown"), [(True, "Yes"), (False, "No"), (None, "Not said")]
)
def test_the_page_says_what_was_said_of_access_and_parking(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    now: datetime,
    said: bool | None,
    shown: str,
) -> None:
    with app.app_context():
        place = make_charger(hanna, now=now, is_accessible=said, has_free_parking=said)

    page = client.get(f"/chargers/{place.id}").text

    assert f"<dt>Wheelchair access</dt><dd>{shown}</dd>" in page
    assert f"<dt>Free parking</dt><dd>{shown}</dd>" in page
    assert "<dt>Booking</dt><dd>At once</dd>" in page
