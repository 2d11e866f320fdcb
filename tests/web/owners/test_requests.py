"""A host who answers each driver: choosing it, and the desk with its requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.service import Booking, State
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.pricing import service as pricing
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import make_auction
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_owners import charger_fields
from tests.support.people import SignIn
from tests.web.owners.test_pricing import fields, shown

Browsers = tuple[CheckedClient, HtmxClient]
DEADLINE = NOON - timedelta(minutes=30)


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, where she answers each driver."""
    with app.app_context():
        return make_charger(hanna, now=now, booking_mode="REQUEST")


@pytest.fixture
def asked(app: Flask, charger: Charger, dario: Person, now: datetime) -> Booking:
    """Dario's question for noon to two."""
    with app.app_context():
        return make_booking(dario, charger, now=now)


@pytest.mark.usefixtures("asked")
def test_the_desk_says_how_many_wait_and_until_when(
    app: Flask, browsers: Browsers, charger: Charger, dario: Person, now: datetime
) -> None:
    with app.app_context():
        make_booking(
            dario, charger, now=now, period=hours(1, start=NOON + timedelta(days=3))
        )

    for path in ("/host", "/host/live"):
        page = browsers[0].get(path).text

        assert "Answer 2 requests" in page
        assert "Dario, Wed 10 Jun, 12:00–14:00" in page
        assert "Answer by Wed 10 Jun, 11:30" in page
    # A question is not counted as a booking.
    assert "Nothing booked for now" in browsers[0].get("/host").text


def test_one_tap_on_the_desk_accepts(
    app: Flask, browsers: Browsers, asked: Booking
) -> None:
    page = browsers[0].get("/host").text
    assert "Answer 1 request<" in page
    assert f'action="/bookings/{asked.code}/accept"' in page
    assert f'href="/bookings/{asked.code}#answer"' in page

    browsers[0].post(f"/bookings/{asked.code}/accept")

    after = browsers[0].get("/host").text
    assert "request<" not in after
    assert "Booked" in after
    with app.app_context():
        assert bookings.get_booking(asked.id).state is State.RESERVED


def test_a_request_that_time_has_ended_asks_for_nothing(
    browsers: Browsers, asked: Booking, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(DEADLINE)

    assert "Answer 1 request" not in browsers[0].get("/host").text


def test_the_desk_of_another_host_shows_nothing_of_it(
    app: Flask,
    client: CheckedClient,
    asked: Booking,
    nell: Person,
    sign_in: SignIn,
    now: datetime,
) -> None:
    with app.app_context():
        make_charger(nell, now=now)
    sign_in(nell, client)

    page = client.get("/host").text

    assert asked.code not in page
    assert "Dario" not in page


def test_the_chargers_own_page_marks_what_is_only_asked_for(
    browsers: Browsers, charger: Charger, asked: Booking
) -> None:
    page = browsers[0].get(f"/host/chargers/{charger.id}").text

    assert asked.code in page
    assert "Asks" in page


def test_a_host_says_how_drivers_book_and_what_the_place_is_like(
    app: Flask, browsers: Browsers
) -> None:
    told = charger_fields(
        booking_mode="REQUEST", is_accessible="no", has_free_parking="yes"
    )
    for browser in browsers:
        browser.post("/host/chargers/new", data=told)

    with app.app_context():
        first, second = (chargers.get_charger(number) for number in (1, 2))
    for charger in (first, second):
        assert charger.asks_first
        assert charger.lead_min == 60
        assert charger.is_accessible is False
        assert charger.has_free_parking is True
    form = browsers[0].get("/host/chargers/1/edit").text
    assert 'name="booking_mode" id="booking_mode-1" value="REQUEST" checked' in form
    assert 'name="is_accessible" id="is_accessible-2" value="no" checked' in form
    assert 'name="has_free_parking" id="has_free_parking-1" value="yes" checked' in form


def test_who_says_nothing_lets_drivers_book_at_once_and_leaves_facts_open(
    app: Flask, browsers: Browsers
) -> None:
    browsers[0].post("/host/chargers/new", data=charger_fields())

    with app.app_context():
        charger = chargers.get_charger(1)
    assert not charger.asks_first
    assert charger.is_accessible is None
    assert charger.has_free_parking is None


@pytest.mark.parametrize(
    "odd", [{"booking_mode": "NEVER"}, {"is_accessible": "perhaps"}]
)
def test_an_answer_that_is_none_is_refused_at_its_field(
    app: Flask, browsers: Browsers, odd: dict[str, str]
) -> None:
    for browser in browsers:
        answer = browser.post("/host/chargers/new", data=charger_fields(**odd))

        assert answer.status_code == 422
        assert f'id="{next(iter(odd))}-error"' in answer.text
    with app.app_context():
        assert chargers.find_charger(1) is None


def test_time_sold_by_bids_is_not_asked_for(
    app: Flask, browsers: Browsers, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        auction = make_auction(hanna, now=now)
    told = charger_fields(booking_mode="REQUEST", name="Another name")

    for browser in browsers:
        answer = browser.post(f"/host/chargers/{auction.id}/edit", data=told)

        assert answer.status_code == 422
        assert "bids are decided without you" in answer.text
        assert 'id="booking_mode-error"' in answer.text
        assert 'value="Another name"' in answer.text
    with app.app_context():
        unchanged = chargers.get_charger(auction.id)
    assert not unchanged.asks_first
    assert unchanged.name == auction.name


def test_back_at_one_fixed_price_the_host_may_answer_each_driver(
    app: Flask, browsers: Browsers, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        auction = make_auction(hanna, now=now)
        pricing.use_fixed(charger=auction, now=now)

    answer = browsers[0].post(
        f"/host/chargers/{auction.id}/edit",
        data=charger_fields(booking_mode="REQUEST"),
    )

    assert answer.status_code == 303
    with app.app_context():
        assert chargers.get_charger(auction.id).asks_first


def test_time_that_is_asked_for_is_not_sold_by_bids(
    app: Flask, browsers: Browsers, charger: Charger
) -> None:
    page = f"/host/chargers/{charger.id}/pricing"
    assert "let drivers book at once" in browsers[0].get(page).text
    for browser in browsers:
        word = shown(browser.post(page, data=fields()))

        answer = browser.post(page, data=fields(button="accept", shown=word))

        assert answer.status_code == 422
        assert "You answer each driver yourself here" in answer.text
    with app.app_context():
        assert pricing.plan_of(charger.id) is None
