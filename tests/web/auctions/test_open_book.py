"""What everyone sees of decisions, and the document that can be recomputed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import clear
from app.auctions.routes import opened
from app.auctions.service import looks
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import EVENING, decide, make_auction
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.auctions.conftest import EVENING_FORM, Bid

GATE = EVENING - timedelta(hours=2)


@pytest.fixture
def decided(
    app: Flask, charger: Charger, bid_for: Bid, dario: Person, nell: Person
) -> Charger:
    """The charger after Dario has outbid Nell for 18 to 20 o'clock."""
    bid_for(dario, maximum_minor=437)
    bid_for(nell, maximum_minor=219)
    with app.app_context():
        decide(now=GATE)
    return charger


def number_in(page: str, charger: Charger) -> int:
    """Return the number of the only decision that can be recomputed."""
    marked = f'data-recompute="/chargers/{charger.id}/auction/decisions/'
    return int(page.split(marked)[1].split(".json")[0])


def test_everybody_sees_the_prices_of_the_decided_quarter_hours(
    client: CheckedClient, decided: Charger
) -> None:
    page = client.get(f"/chargers/{decided.id}/auction/2026-06-10").get_data(
        as_text=True
    )

    assert "Start at 18:00" in page
    assert "18:00–20:00" in page
    assert "€2.19" in page
    assert "Recompute" in page
    assert "Dario" not in page


def test_an_opened_decision_shows_every_bid_with_what_its_seal_was_made_of(
    client: CheckedClient, decided: Charger
) -> None:
    page = client.get(f"/chargers/{decided.id}/auction/2026-06-10").get_data(
        as_text=True
    )

    number = number_in(page, decided)
    told = client.get(f"/chargers/{decided.id}/auction/decisions/{number}.json")
    assert "2 bids took part" in page
    assert "€4.37" in page
    assert "Won, pays €2.19" in page
    for bid in told.get_json()["bids"]:
        assert bid["nonce"] in page
        assert page.count(f">{bid['commitment']}<") == 2
    assert page.count(f'href="#decision-{number}">opened</a>') == 2


def test_a_long_decision_shows_the_first_bids_and_counts_the_others(
    client: CheckedClient, decided: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MOST_SHOWN", 1)

    page = client.get(f"/chargers/{decided.id}/auction/2026-06-10").get_data(
        as_text=True
    )

    assert "2 bids took part" in page
    assert "1 more are in the figures" in page


def test_the_document_clears_to_what_was_decided(
    client: CheckedClient, decided: Charger
) -> None:
    page = client.get(f"/chargers/{decided.id}/auction/2026-06-10")
    number = number_in(page.get_data(as_text=True), decided)

    document = client.get(f"/chargers/{decided.id}/auction/decisions/{number}.json")

    told = document.get_json()
    found = clear(Book.from_dict(told)).as_dict()
    assert found["payments"] == told["result"]["payments"]
    assert found["slot_prices"] == told["result"]["slot_prices"]
    assert list(found["payments"].values()) == [219_000]


def test_while_bids_wait_only_their_seals_are_published(
    client: CheckedClient, charger: Charger, bid_for: Bid, dario: Person
) -> None:
    bid = bid_for(dario, maximum_minor=437)

    page = client.get(f"/chargers/{charger.id}/auction/2026-06-10").get_data(
        as_text=True
    )

    assert bid.commitment in page
    assert "Nothing decided" in page
    assert bid.code not in page
    assert "4.37" not in page
    assert ">opened</a>" not in page
    assert "Nonce" not in page


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "1815-06-18", "9999-12-31"])
def test_a_day_that_is_none_is_404(
    client: CheckedClient, charger: Charger, day: str
) -> None:
    assert client.get(f"/chargers/{charger.id}/auction/{day}").status_code == 404


@pytest.mark.parametrize("number", [0, 999, 2**31 - 1])
def test_a_decision_nobody_made_is_404(
    client: CheckedClient, charger: Charger, number: int
) -> None:
    answer = client.get(f"/chargers/{charger.id}/auction/decisions/{number}.json")

    assert answer.status_code == 404


def test_an_empty_day_says_so(client: CheckedClient, charger: Charger) -> None:
    page = client.get(f"/chargers/{charger.id}/auction/{NOW.date().isoformat()}")

    assert "Nothing decided" in page.get_data(as_text=True)


def test_a_charger_without_any_price_says_so_in_its_book_and_to_bidders(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    dario: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        bare = make_charger(hanna, now=NOW, tariff=None)
    sign_in(dario, client)

    book = client.get(f"/chargers/{bare.id}/auction/2026-06-10")
    answer = client.post(f"/chargers/{bare.id}/bids", data=EVENING_FORM)

    assert "Nothing decided" in book.get_data(as_text=True)
    assert answer.status_code == 422
    assert "not set a price" in answer.get_data(as_text=True)


def test_reading_without_end_is_429(
    client: CheckedClient, decided: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/chargers/{decided.id}/auction/2026-06-10"
    number = number_in(client.get(page).get_data(as_text=True), decided)
    document = f"/chargers/{decided.id}/auction/decisions/{number}.json"
    monkeypatch.setattr(looks, "READINGS_A_MINUTE", 3)

    statuses = [
        client.get(path, environ_overrides={"REMOTE_ADDR": address}).status_code
        for path, address in (
            (page, "127.0.0.1"),
            (document, "127.0.0.1"),
            (page, "127.0.0.1"),
            (document, "127.0.0.1"),
            (document, "192.0.2.8"),
        )
    ]

    assert statuses == [200, 200, 429, 429, 200]


def test_the_book_says_that_sold_time_includes_turnaround(
    app: Flask, client: CheckedClient, hanna: Person, charger: Charger
) -> None:
    with app.app_context():
        slow = make_auction(hanna, now=NOW, buffer_min=10)

    with_it, without = (
        client.get(f"/chargers/{each.id}/auction/2026-06-10").get_data(as_text=True)
        for each in (slow, charger)
    )

    assert "includes 15 min turnaround" in with_it
    assert "turnaround" not in without
