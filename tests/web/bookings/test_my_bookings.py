"""The driver's list, one booking, and calling it off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import Actor
from app.bookings.service import Booking
from app.chargers.service import Charger
from app.database import writing
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import EVENING, make_auction, make_bid
from tests.support.factories_bookings import NOON, hours
from tests.support.factories_devices import make_online_box
from tests.support.people import SignIn

ADDRESS = "Kastanienallee 12"
NOTES = "The gate is open"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(dario: Person, book_for: Callable[[Person], Booking]) -> Booking:
    """Dario's booking: noon to two."""
    return book_for(dario)


def read(browser: CheckedClient, path: str) -> str:
    """Return a page that must be there."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_an_empty_list_shows_the_way_to_the_map(browser: CheckedClient) -> None:
    assert "Nothing booked" in read(browser, "/bookings")


def test_the_list_parts_what_comes_from_what_was(
    app: Flask,
    browser: CheckedClient,
    dario: Person,
    booking: Booking,
    book_for: Callable[..., Booking],
    now: datetime,
) -> None:
    other = book_for(dario, hours(1, start=NOON + 300 * MINUTE))
    with app.app_context():
        service.cancel(user_id=dario.id, code=other.code, now=now)

    page = read(browser, "/bookings")

    assert page.index("Coming up") < page.index(booking.code) < page.index("Past")
    assert page.index("Past") < page.index(other.code)
    assert "Canceled" in page


def test_others_bookings_are_not_in_the_list(
    client: CheckedClient, nell: Person, booking: Booking, sign_in: SignIn
) -> None:
    sign_in(nell, client)

    assert booking.code not in read(client, "/bookings")


def test_the_booking_shows_the_way_and_the_promise(
    browser: CheckedClient, booking: Booking
) -> None:
    page = read(browser, f"/bookings/{booking.code}")

    assert ADDRESS in page
    assert NOTES in page
    assert "€10.58" in page
    assert "Wed 10 Jun, 12:00–14:00" in page
    assert "opens for you from Wed 10 Jun, 11:50" in page
    assert f"/u/{booking.charger_code}" in page


def test_a_code_may_be_typed_as_it_is_read_aloud(
    browser: CheckedClient, booking: Booking
) -> None:
    assert booking.charger_name.split("'")[0] in read(
        browser, f"/bookings/{booking.code[:4].lower()}-{booking.code[4:]}"
    )


def test_in_time_there_is_one_large_button_to_unlock(
    browser: CheckedClient, booking: Booking, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(NOON)

    page = read(browser, f"/bookings/{booking.code}")

    assert "button--thumb" in page
    assert "Unlock" in page


@pytest.mark.parametrize("path", ["", "/cancel"])
def test_nell_and_the_guessing_get_404(
    client: CheckedClient,
    hx: HtmxClient,
    nell: Person,
    booking: Booking,
    sign_in: SignIn,
    path: str,
) -> None:
    for browser in (client, hx):
        sign_in(nell, browser)
        for code in (booking.code, "AAAABBBBCC", "nonsense"):
            ask = browser.post if path else browser.get

            answer = ask(f"/bookings/{code}{path}")

            assert answer.status_code == 404
            assert ADDRESS not in answer.get_data(as_text=True)


def test_a_stranger_is_sent_to_log_in(client: CheckedClient, booking: Booking) -> None:
    for path in ("/bookings", f"/bookings/{booking.code}"):
        answer = client.get(path)

        assert answer.status_code in {302, 303}
        assert "/login" in str(answer.location)


def test_the_owner_sees_who_comes(
    client: CheckedClient, hanna: Person, booking: Booking, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = read(client, f"/bookings/{booking.code}")

    assert "Dario" in page
    assert "The driver pays nothing" in page


def test_canceling_says_the_rule_and_then_does_it(
    browser: CheckedClient, booking: Booking
) -> None:
    page = read(browser, f"/bookings/{booking.code}")
    assert "Canceling is free until Wed 10 Jun, 10:37" in page
    assert "€0.50" in page

    answer = browser.post(f"/bookings/{booking.code}/cancel")

    assert answer.status_code in {204, 303}
    page = read(browser, f"/bookings/{booking.code}")
    assert "Canceled by you" in page
    assert "Nothing is to be paid" in page
    assert ADDRESS not in page
    assert NOTES not in page


def test_a_late_cancellation_names_its_price_before_and_after(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    booking: Booking,
    set_clock: Callable[[datetime], None],
) -> None:
    late = NOON - 60 * MINUTE
    set_clock(late)
    with app.app_context():
        make_online_box(app, now=late, evse_id=charger.id)
    assert "Cancel and owe €0.50" in read(browser, f"/bookings/{booking.code}")

    browser.post(f"/bookings/{booking.code}/cancel")

    assert "You owe €0.50" in read(browser, f"/bookings/{booking.code}")
    assert "€0.50 owed" in read(browser, "/bookings")


def test_what_is_over_cannot_be_canceled(
    browser: CheckedClient, booking: Booking
) -> None:
    browser.post(f"/bookings/{booking.code}/cancel")

    answer = browser.post(f"/bookings/{booking.code}/cancel")

    assert answer.status_code == 409
    assert "This booking was canceled" in answer.get_data(as_text=True)


def test_without_a_token_nothing_is_canceled(
    browser: CheckedClient, booking: Booking
) -> None:
    answer = browser.post(f"/bookings/{booking.code}/cancel", csrf=False)

    assert answer.status_code == 400
    assert "Cancel this booking" in read(browser, f"/bookings/{booking.code}")


def test_a_missed_booking_says_so_although_no_job_has_run(
    browser: CheckedClient, booking: Booking, set_clock: Callable[[datetime], None]
) -> None:
    set_clock(NOON + 25 * MINUTE)

    page = read(browser, f"/bookings/{booking.code}")

    assert "Nobody came in time" in page
    assert "Cancel this booking" not in page


def test_each_later_state_shows_its_next_step(
    app: Flask,
    browser: CheckedClient,
    booking: Booking,
    set_clock: Callable[[datetime], None],
) -> None:
    set_clock(NOON + 30 * MINUTE)
    with app.app_context(), writing() as work:
        service.mark_in_use_in(work.session, booking_id=booking.id, now=NOON)
    assert "Open the session" in read(browser, f"/bookings/{booking.code}")

    with app.app_context(), writing() as work:
        service.complete_in(work.session, booking_id=booking.id, now=NOON)

    assert f"/receipts/{booking.code}" in read(browser, f"/bookings/{booking.code}")


def test_the_address_goes_a_week_after_charging(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    booking: Booking,
    sign_in: SignIn,
    set_clock: Callable[[datetime], None],
) -> None:
    with app.app_context(), writing() as work:
        service.complete_in(work.session, booking_id=booking.id, now=NOON)
    set_clock(booking.ends_at + timedelta(days=7))
    sign_in(dario, client)

    assert ADDRESS not in read(client, f"/bookings/{booking.code}")


def test_the_driver_reads_why_the_host_called_it_off(
    app: Flask, browser: CheckedClient, charger: Charger, booking: Booking
) -> None:
    with app.app_context(), writing() as work:
        service.cancel_all_in(
            work.session, charger.id, Actor.OWNER, "The charger moves away.", NOON
        )

    page = read(browser, f"/bookings/{booking.code}")

    assert "Canceled by the host" in page
    assert "The charger moves away." in page


def test_a_won_booking_leads_to_how_its_price_was_made(
    app: Flask, browser: CheckedClient, dario: Person, hanna: Person
) -> None:
    with app.app_context():
        charger = make_auction(hanna, now=NOW)
        make_bid(dario, charger, 18, 20, 420, now=NOW)
        service.award(now=EVENING - timedelta(hours=2))
        (booking,) = service.bookings_of_driver(dario.id, NOW).upcoming

    page = browser.get(f"/bookings/{booking.code}").get_data(as_text=True)

    assert "Won with a bid" in page
    assert f"/chargers/{charger.id}/auction/2026-06-10" in page
    assert "cannot be called off for nothing" not in page


def test_bids_with_news_put_a_dot_beside_the_tab(
    app: Flask,
    client: CheckedClient,
    sign_in: SignIn,
    dario: Person,
    nell: Person,
    hanna: Person,
) -> None:
    sign_in(dario, client)
    with app.app_context():
        charger = make_auction(hanna, now=NOW)
        make_bid(dario, charger, 18, 20, 420, now=NOW)
        make_bid(nell, charger, 18, 20, 500, now=NOW)

    before = client.get("/account").get_data(as_text=True)
    looked = client.get("/bids").get_data(as_text=True)
    after = client.get("/account").get_data(as_text=True)

    assert "(1 bid has news)" in before
    assert "outbid" in looked.lower()
    assert "news)" not in after
