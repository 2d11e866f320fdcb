"""Placing a bid from the page, with a plain browser and with htmx."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.auctions import service
from app.auctions.domain.rules import OPEN_BIDS
from app.auctions.routes import bidding
from app.auctions.service import BidView
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import buy, evening, make_auction, make_bid
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.auctions.conftest import EVENING_FORM, landing_of


def bids_of(app: Flask, person: Person) -> tuple[BidView, ...]:
    """Return what somebody has bid."""
    with app.app_context():
        return service.bids_of(person.id, NOW)


def test_a_bid_leads_to_its_page(
    app: Flask, browser: CheckedClient, charger: Charger, car: Vehicle, dario: Person
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/bids", data={**EVENING_FORM, "car": str(car.id)}
    )

    (bid,) = bids_of(app, dario)
    assert landing_of(answer) == f"/bids/{bid.code}"
    assert (bid.maximum_minor, bid.vehicle_id) == (420, car.id)
    page = browser.get(f"/bids/{bid.code}", headers={"HX-Request": ""})
    assert "You are leading" in page.get_data(as_text=True)


def test_the_form_on_the_page_is_the_one_that_bids(
    app: Flask, client: CheckedClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    page = client.get(f"/chargers/{charger.id}/bidding").get_data(as_text=True)
    form = page[page.index('id="bid-form"') :]
    fields = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    )

    answer = client.post(
        f"/chargers/{charger.id}/bids", data={**fields, "maximum": "3"}, csrf=False
    )

    assert answer.status_code == 303
    (bid,) = bids_of(app, dario)
    assert bid.maximum_minor == 300


def test_a_double_click_bids_once(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path = f"/chargers/{charger.id}/bids"

    first, second = (browser.post(path, data=EVENING_FORM) for _ in range(2))

    assert landing_of(first) == landing_of(second)
    assert len(bids_of(app, dario)) == 1


def test_a_replayed_form_with_another_wish_is_refused(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path = f"/chargers/{charger.id}/bids"
    browser.post(path, data=EVENING_FORM)

    answer = browser.post(path, data={**EVENING_FORM, "maximum": "9"})

    assert answer.status_code == 422
    assert "already" in answer.get_data(as_text=True)
    (bid,) = bids_of(app, dario)
    assert bid.maximum_minor == 420


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from": "2026-06-10T18:07"}, "on the quarter hour"),
        ({"to": "2026-06-10T20:07"}, "on the quarter hour"),
        ({"from": "2026-06-10T09:00", "to": "2026-06-10T11:00"}, "already begun"),
        ({"from": "2026-06-10T20:00", "to": "2026-06-10T18:00"}, "after the start"),
        ({"to": "2026-06-10T18:15"}, "30 min"),
        ({"to": "2026-06-11T18:00"}, "12 h"),
        ({"from": "2027-06-10T18:00", "to": "2027-06-10T20:00"}, "28 days"),
        ({"from": "soon"}, "date and a time"),
        ({"maximum": ""}, "how much at most"),
        ({"maximum": "0"}, "above zero"),
        ({"maximum": "0.01"}, "smallest bid"),
        ({"maximum": "-4"}, "above zero"),
        ({"maximum": "NaN"}, "give a number"),
        ({"maximum": "Infinity"}, "give a number"),
        ({"maximum": "1e30"}, "give a number"),
        ({"maximum": "1" + "0" * 30}, "more than can be right"),
        ({"maximum": "99999"}, "cannot be right"),
        ({"maximum": "4.205"}, "whole cents"),
        ({"maximum": "$5"}, "give a number"),
        ({"currency": "USD"}, "paid in EUR"),
        ({"car": "77"}, "one of your cars"),
        ({"car": "x"}, "one of your cars"),
        ({"cap_kwh": "lots"}, "number, such as"),
        ({"key": ""}, "reload the page"),
        ({"key": "k" * 65}, "reload the page"),
    ],
)
def test_bad_input_is_422_with_the_reason_and_bids_nothing(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    change: dict[str, str],
    words: str,
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/bids", data={**EVENING_FORM, **change}
    )

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422, text
    assert re.search(rf'role="alert">.*{re.escape(words)}', text, re.DOTALL), text
    assert not bids_of(app, dario)


@pytest.mark.parametrize("maximum", ["NaN", "1e30", "0.01", "", "$5"])
def test_the_reason_stands_at_the_amount(
    browser: CheckedClient, charger: Charger, maximum: str
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/bids", data={**EVENING_FORM, "maximum": maximum}
    )

    text = answer.get_data(as_text=True)
    (field,) = re.findall(r'<input[^>]*name="maximum"[^>]*>', text)
    assert 'aria-invalid="true"' in field
    assert "maximum-error" in field
    assert "autofocus" in field
    assert 'id="maximum-error"' in text


def test_what_was_typed_stays_in_the_field(
    browser: CheckedClient, charger: Charger
) -> None:
    answer = browser.post(
        f"/chargers/{charger.id}/bids", data={**EVENING_FORM, "maximum": "4,2O"}
    )

    assert 'value="4,2O"' in answer.get_data(as_text=True)


def test_a_closed_book_is_409_with_the_reason(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    late = {**EVENING_FORM, "from": "2026-06-10T10:30", "to": "2026-06-10T11:30"}

    answer = browser.post(f"/chargers/{charger.id}/bids", data=late)

    assert answer.status_code == 409
    assert "Bids close 30 minutes before" in answer.get_data(as_text=True)
    assert not bids_of(app, dario)


def test_nobody_bids_at_his_own_charger(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    sign_in(hanna, client)

    answer = client.post(f"/chargers/{charger.id}/bids", data=EVENING_FORM)

    assert answer.status_code == 422
    assert "your own charger" in answer.get_data(as_text=True)
    assert not bids_of(app, hanna)


def test_a_charger_with_a_fixed_price_takes_no_bids(
    app: Flask, browser: CheckedClient, hanna: Person, dario: Person
) -> None:
    with app.app_context():
        fixed = make_charger(hanna, now=NOW)

    answer = browser.post(f"/chargers/{fixed.id}/bids", data=EVENING_FORM)
    page = browser.get(f"/chargers/{fixed.id}/bidding")

    assert answer.status_code == 422
    assert "fixed price" in answer.get_data(as_text=True)
    assert "One fixed price" in page.get_data(as_text=True)
    assert not bids_of(app, dario)


def test_a_flood_of_bids_is_429_and_stores_only_the_first(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bidding, "BIDS_A_MINUTE", 4)
    path = f"/chargers/{charger.id}/bids"

    answers = [
        browser.post(path, data={**EVENING_FORM, "key": f"key-{number}"})
        for number in range(6)
    ]

    assert [each.status_code for each in answers[1:]] == [422, 422, 422, 429, 429]
    assert len(bids_of(app, dario)) == 1
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert "Too many attempts" in answers[-1].get_data(as_text=True)


def test_a_flood_is_counted_over_the_day_too(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    dario: Person,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bidding, "BIDS_A_DAY", 2)
    sign_in(dario, client)

    statuses = [
        client.post(f"/chargers/{charger.id}/bids", data=EVENING_FORM).status_code
        for _ in range(3)
    ]

    assert statuses == [303, 303, 429]
    assert len(bids_of(app, dario)) == 1


def test_a_person_has_only_so_many_bids_open(
    app: Flask, client: CheckedClient, hanna: Person, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    with app.app_context():
        places = [make_auction(hanna, now=NOW) for _ in range(OPEN_BIDS + 1)]
    with app.app_context():
        for place in places[:-1]:
            make_bid(dario, place, 18, 20, 100, now=NOW)

    answer = client.post(f"/chargers/{places[-1].id}/bids", data=EVENING_FORM)

    assert answer.status_code == 422
    assert f"{OPEN_BIDS} bids open" in answer.get_data(as_text=True)
    assert len(bids_of(app, dario)) == OPEN_BIDS


def test_a_visitor_is_asked_to_log_in_and_comes_back_to_the_time(
    client: CheckedClient, charger: Charger
) -> None:
    wanted = "from=2026-06-10T18:00&to=2026-06-10T20:00"

    page = client.get(f"/chargers/{charger.id}/bidding?{wanted}").get_data(as_text=True)
    answer = client.post(f"/chargers/{charger.id}/bids", data=EVENING_FORM)

    assert "Log in to bid" in page
    (back,) = re.findall(r'/login\?next=([^"]+)', page.split("Log in to bid")[0])[-1:]
    assert "from=2026-06-10T18:00" in unquote(unquote(back))
    assert answer.status_code == 303
    assert "/login" in answer.location


def test_a_taken_time_is_409_and_shown_as_such(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    with app.app_context():
        buy(charger, evening(18, 20), now=NOW)

    answer = browser.post(f"/chargers/{charger.id}/bids", data=EVENING_FORM)
    page = browser.get(
        f"/chargers/{charger.id}/bidding?from=2026-06-10T18:00&to=2026-06-10T20:00"
    ).get_data(as_text=True)

    assert answer.status_code == 409
    assert "booked" in answer.get_data(as_text=True)
    assert "already booked" in page
    assert 'id="bid-form"' not in page
    assert not bids_of(app, dario)
