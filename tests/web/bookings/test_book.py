"""Booking from the page, with a plain browser and with htmx."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.bookings import service
from app.bookings.service import Booking
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import SignIn, make_person
from tests.web.bookings.conftest import NOON_FORM


def target_of(answer: object) -> str:
    """Return where the browser is sent: by 303 or by htmx's header."""
    if answer.status_code == 303:  # type: ignore[attr-defined]
        return str(answer.location)  # type: ignore[attr-defined]
    assert answer.status_code == 204  # type: ignore[attr-defined]
    return str(answer.headers["HX-Redirect"])  # type: ignore[attr-defined]


def bookings_of(app: Flask, person: Person) -> tuple[Booking, ...]:
    """Return what somebody has booked."""
    with app.app_context():
        return service.bookings_of_driver(person.id, NOW).upcoming


def test_booking_leads_to_the_booking(
    app: Flask, browser: CheckedClient, charger: Charger, car: Vehicle, dario: Person
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/book", data={**NOON_FORM, "car": str(car.id)}
    )

    (booking,) = bookings_of(app, dario)
    assert target_of(answer) == f"/bookings/{booking.code}"
    assert booking.vehicle is not None
    page = browser.get(f"/bookings/{booking.code}").get_data(as_text=True)
    assert "It is yours" in page or "Booked" in page


def test_the_form_on_the_page_is_the_one_that_books(
    app: Flask, client: CheckedClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    page = client.get(f"/chargers/{charger.id}").get_data(as_text=True)
    form = page[page.index(f'action="/chargers/{charger.id}/book"') :]
    fields = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    )

    answer = client.post(f"/chargers/{charger.id}/book", data=fields, csrf=False)

    assert answer.status_code == 303
    assert len(bookings_of(app, dario)) == 1


def test_sending_the_form_twice_books_once(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path = f"/chargers/{charger.id}/book"

    first, second = (browser.post(path, data=NOON_FORM) for _ in range(2))

    assert target_of(first) == target_of(second)
    assert len(bookings_of(app, dario)) == 1


def test_the_same_key_for_another_time_is_422(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path = f"/chargers/{charger.id}/book"
    browser.post(path, data=NOON_FORM)

    answer = browser.post(path, data={**NOON_FORM, "to": "2026-06-10T13:00"})

    assert answer.status_code == 422
    assert "already made another booking" in answer.get_data(as_text=True)
    assert len(bookings_of(app, dario)) == 1


def test_who_comes_second_gets_409_and_one_tap_to_the_nearest(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    nell: Person,
    book_for: Callable[[Person], Booking],
) -> None:
    book_for(nell)

    answer = browser.post(f"/chargers/{charger.id}/book", data=NOON_FORM)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Nearest free times" in page
    assert "from=2026-06-10T14:15&amp;to=2026-06-10T16:15" in page
    assert 'id="offer"' in page
    assert bookings_of(app, dario) == ()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"from": "2026-06-10T08:00"}, "from", "already begun"),
        ({"from": "2026-06-10T12:07"}, "from", "quarter hour"),
        ({"to": "2026-06-11T14:00"}, "to", "longest booking"),
        ({"from": "", "to": ""}, "from", "date and a time"),
        ({"cap_kwh": "1e3"}, "cap_kwh", "number, such as"),
        ({"cap_kwh": "inf"}, "cap_kwh", "number, such as"),
        ({"cap_kwh": "0"}, "cap_kwh", "more than 0 kWh"),
        ({"car": "999"}, "car", "one of your cars"),
        ({"car": "-1"}, "car", "one of your cars"),
    ],
)
def test_bad_input_is_422_with_the_reason_at_its_field_and_books_nothing(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    change: dict[str, str],
    field: str,
    words: str,
) -> None:
    answer = browser.post(f"/chargers/{charger.id}/book", data={**NOON_FORM, **change})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page
    assert words in page
    assert bookings_of(app, dario) == ()


def test_nell_may_not_book_with_darios_car(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    car: Vehicle,
    nell: Person,
    sign_in: SignIn,
) -> None:
    sign_in(nell, client)

    answer = client.post(
        f"/chargers/{charger.id}/book", data={**NOON_FORM, "car": str(car.id)}
    )

    assert answer.status_code == 422
    assert car.name not in answer.get_data(as_text=True)
    assert bookings_of(app, nell) == ()


def test_hanna_may_not_book_her_own_charger(
    client: CheckedClient,
    hx: HtmxClient,
    charger: Charger,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    for browser in (client, hx):
        sign_in(hanna, browser)

        answer = browser.post(f"/chargers/{charger.id}/book", data=NOON_FORM)

        assert "your own charger" in answer.get_data(as_text=True)
        assert answer.status_code == 422


def test_an_unknown_charger_is_404(browser: CheckedClient) -> None:
    assert browser.post("/chargers/4711/book", data=NOON_FORM).status_code == 404


def test_without_a_token_nothing_is_booked(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    answer = browser.post(f"/chargers/{charger.id}/book", data=NOON_FORM, csrf=False)

    assert answer.status_code == 400
    assert bookings_of(app, dario) == ()


def test_a_stranger_is_sent_to_log_in(
    client: CheckedClient, hx: HtmxClient, charger: Charger
) -> None:
    for browser in (client, hx):
        answer = browser.post(f"/chargers/{charger.id}/book", data=NOON_FORM)

        assert target_of(answer).startswith("/login")


def test_an_unconfirmed_address_may_look_but_not_book(
    app: Flask, client: CheckedClient, charger: Charger, sign_in: SignIn
) -> None:
    with app.app_context():
        newcomer = make_person("Newcomer", now=NOW, is_verified=False)
    sign_in(newcomer, client)

    assert client.get(f"/chargers/{charger.id}").status_code == 200
    answer = client.post(f"/chargers/{charger.id}/book", data=NOON_FORM)

    assert target_of(answer).startswith("/verify")
    assert bookings_of(app, newcomer) == ()


def test_nobody_is_bound_to_more_than_stood_beside_the_button(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path = f"/chargers/{charger.id}/book"

    answer = browser.post(path, data={**NOON_FORM, "agreed": "1"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "The price has just changed: it is at most €" in page
    assert 'name="agreed"' in page
    assert bookings_of(app, dario) == ()


def test_what_has_become_cheaper_is_booked_at_the_lower_price(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/book", data={**NOON_FORM, "agreed": "999999"}
    )

    (booking,) = bookings_of(app, dario)
    assert target_of(answer) == f"/bookings/{booking.code}"
    assert booking.ceiling_minor < 999_999


def test_an_amount_that_is_no_amount_is_422(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    for text in ("NaN", "1e30", "-5", "9" * 40):
        answer = browser.post(
            f"/chargers/{charger.id}/book", data={**NOON_FORM, "agreed": text}
        )

        assert answer.status_code == 422
        assert "This form is not complete" in answer.get_data(as_text=True)
    assert bookings_of(app, dario) == ()


def test_a_program_may_name_its_request_in_a_header(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path, form = f"/chargers/{charger.id}/book", {**NOON_FORM, "key": ""}

    first, second = (
        browser.post(path, data=form, headers={"Idempotency-Key": "run-7"})
        for _ in range(2)
    )

    assert target_of(first) == target_of(second)
    assert len(bookings_of(app, dario)) == 1
