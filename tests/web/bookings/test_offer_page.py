"""The charger's page: what a time costs at most, and why not, for both browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.auctions import service as auctions
from app.bookings.service import Booking
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import writing
from app.schedules.domain import OpeningRule
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import make_auction
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn


def page_of(browser: CheckedClient, charger: Charger, **values: str) -> tuple[int, str]:
    """Return the status and text of the charger's page."""
    answer = browser.get(f"/chargers/{charger.id}", query_string=values)
    return answer.status_code, answer.get_data(as_text=True)


def noon(hours: int = 2, **values: str) -> dict[str, str]:
    """Return the address values of a time from noon."""
    return {
        "from": "2026-06-10T12:00",
        "to": f"2026-06-10T{12 + hours}:00",
        **values,
    }


def test_a_stranger_sees_the_price_and_how_to_book(
    client: CheckedClient, charger: Charger
) -> None:
    status, page = page_of(client, charger, **noon())

    assert status == 200
    assert "At most" in page
    assert "€10.58" in page
    assert "22 kWh × €0.39 per kWh" in page
    assert "Log in to book" in page
    assert "/login?next=/chargers/1" in page


def test_the_address_and_notes_are_for_those_who_booked(
    browser: CheckedClient, charger: Charger, car: Vehicle
) -> None:
    _, page = page_of(browser, charger, **noon())

    assert "Kastanienallee" not in page
    assert "gate is open" not in page
    assert charger.code not in page
    assert str(charger.latitude) not in page


def test_without_a_time_the_first_free_one_is_offered(
    browser: CheckedClient, charger: Charger
) -> None:
    status, page = page_of(browser, charger)

    assert status == 200
    assert 'value="2026-06-10T10:15"' in page
    assert "Book for at most" in page


def test_the_price_is_for_the_drivers_own_car(
    browser: CheckedClient, charger: Charger, car: Vehicle
) -> None:
    _, page = page_of(browser, charger, **noon(6))

    assert f"Likely for {car.name.replace(chr(39), '&#39;')}" in page
    assert "60 % of the battery" in page
    assert f"for {car.name.replace(chr(39), '&#39;')}" in page


def test_another_car_means_the_strongest_plug(
    browser: CheckedClient, charger: Charger, car: Vehicle
) -> None:
    _, page = page_of(browser, charger, **noon(car="any"))

    assert "Likely" not in page
    assert "€10.58" in page


def test_a_limit_lowers_the_ceiling_and_stays_in_every_link(
    browser: CheckedClient, charger: Charger, car: Vehicle
) -> None:
    _, page = page_of(browser, charger, **noon(cap_kwh="5"))

    assert "€3.95" in page
    assert "You set the limit of 5 kWh" in page
    assert "cap_kwh=5" in page


def test_htmx_gets_the_offer_alone_and_others_the_page(
    client: CheckedClient, hx: HtmxClient, charger: Charger
) -> None:
    _, page = page_of(client, charger, **noon())
    _, fragment = page_of(hx, charger, **noon())

    assert page.lstrip().startswith("<!doctype")
    assert fragment.lstrip().startswith('<div id="offer"')


def test_a_taken_time_is_409_with_three_links_to_free_ones(
    browser: CheckedClient,
    charger: Charger,
    nell: Person,
    book_for: Callable[[Person], Booking],
) -> None:
    book_for(nell)

    status, page = page_of(browser, charger, **noon())

    assert status == 409
    assert "This time is taken" in page
    for start in ("14:15", "14:30", "14:45"):
        assert f"from=2026-06-10T{start}" in page
    assert "Book for at most" not in page


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (noon(**{"from": "2026-06-10T09:00"}), "from", "already begun"),
        (noon(**{"from": "2026-06-10T12:05"}), "from", "quarter hour"),
        (noon(**{"to": "2026-06-10T14:05"}), "to", "quarter hour"),
        (noon(**{"to": "2026-06-11T12:00"}), "to", "longest booking"),
        (noon(**{"to": "2026-06-10T12:15"}), "to", "shortest booking"),
        (noon(**{"to": "2026-06-10T11:00"}), "to", "after the start"),
        (noon(**{"from": "soon"}), "from", "date and a time"),
        (noon(**{"to": ""}), "to", "date and a time"),
        (noon(cap_kwh="NaN"), "cap_kwh", "number, such as"),
        (noon(cap_kwh="-3"), "cap_kwh", "more than 0 kWh"),
        (noon(car="7x"), "car", "one of your cars"),
    ],
)
def test_what_cannot_be_is_422_with_the_reason_at_its_field(
    browser: CheckedClient,
    charger: Charger,
    car: Vehicle,
    values: dict[str, str],
    field: str,
    words: str,
) -> None:
    status, page = page_of(browser, charger, **values)

    assert status == 422
    assert f'id="{field}-error"' in page
    assert words in page
    assert "Book for at most" not in page


def test_what_was_typed_stays_in_the_form(
    browser: CheckedClient, charger: Charger
) -> None:
    _, page = page_of(browser, charger, **noon(**{"from": "soon<b>"}))

    assert "soon&lt;b&gt;" in page


def test_a_closed_time_is_422_and_shows_open_ones(
    app: Flask, browser: CheckedClient, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        nights = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
        charger = make_charger(hanna, now=now, rules=nights)

    status, page = page_of(browser, charger, **noon())

    assert status == 422
    assert "closed during part" in page
    assert "from=2026-06-10T18:00" in page


def test_a_time_the_clock_skips_is_explained(
    browser: CheckedClient,
    charger: Charger,
    set_clock: Callable[[datetime], None],
    now: datetime,
) -> None:
    values = {"from": "2027-03-28T02:30", "to": "2027-03-28T04:00"}

    status, page = page_of(browser, charger, **values)

    assert status == 422
    assert "clocks go forward" in page


def test_the_owner_sees_that_it_is_her_own(
    client: CheckedClient, charger: Charger, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    status, page = page_of(client, charger, **noon())

    assert status == 200
    assert "your own charger" in page
    assert "Book for at most" not in page


def test_a_paused_charger_says_so(
    app: Flask, browser: CheckedClient, charger: Charger, hanna: Person, now: datetime
) -> None:
    with app.app_context(), writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    status, page = page_of(browser, charger)

    assert status == 200
    assert "taking no bookings at the moment" in page


def test_a_charger_without_prices_is_shown_but_not_bookable(
    app: Flask, browser: CheckedClient, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, tariff=None)

    status, page = page_of(browser, charger, **noon())

    assert status == 200
    assert "not set a price yet" in page


@pytest.mark.parametrize("path", ["/chargers/4711", "/chargers/x"])
def test_an_unknown_charger_is_404(browser: CheckedClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_an_archived_charger_is_404(
    app: Flask, browser: CheckedClient, charger: Charger, hanna: Person, now: datetime
) -> None:
    with app.app_context(), writing() as work:
        chargers.archive_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    assert page_of(browser, charger)[0] == 404


def test_any_day_can_be_looked_at_without_losing_the_time(
    browser: CheckedClient, charger: Charger
) -> None:
    _, page = page_of(browser, charger, **noon(day="2026-06-19"))

    assert "Friday, 19 June" in page
    assert 'value="2026-06-10T12:00"' in page
    assert "Earlier days" in page


def test_nobody_feels_out_an_order_book_by_asking_for_prices(
    app: Flask, client: CheckedClient, hanna: Person
) -> None:
    with app.app_context():
        charger = make_auction(hanna, now=NOW)
    path = f"/chargers/{charger.id}?from=2026-06-10T18:00&to=2026-06-10T20:00"
    with app.app_context():
        for _ in range(90):
            auctions.count_look("127.0.0.1", NOW)

    assert client.get(path).status_code == 429
    assert client.get(f"/chargers/{charger.id}").status_code == 200
