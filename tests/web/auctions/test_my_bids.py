"""A driver's own bids: how they stand, changing them, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.rules import GRACE_S
from app.auctions.routes import bidding
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import EVENING, decide
from tests.support.people import SignIn, make_person
from tests.web.auctions.conftest import Bid, landing_of

GATE = EVENING - timedelta(hours=2)
SetClock = Callable[[datetime], None]


def test_a_leading_bid_says_so_with_price_and_time_of_decision(
    browser: CheckedClient, bid_for: Bid, dario: Person, nell: Person
) -> None:
    mine = bid_for(dario, maximum_minor=420)
    bid_for(nell, maximum_minor=219)

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert "You are leading" in page
    assert "€2.19" in page
    assert "at 16:00, in 5 h 53 min" in page


def test_an_outbid_driver_is_told_what_would_help(
    browser: CheckedClient, bid_for: Bid, dario: Person, nell: Person
) -> None:
    mine = bid_for(dario, maximum_minor=219)
    bid_for(nell, maximum_minor=437)

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert "You are outbid" in page
    # The price is the second price: nobody knows what would be enough.
    assert "Raise your maximum if this time is worth more to you" in page
    assert "above it" not in page
    assert "4.37" not in page


def test_a_bid_under_the_lowest_price_is_named_as_such(
    browser: CheckedClient, bid_for: Bid, dario: Person
) -> None:
    mine = bid_for(dario, maximum_minor=60)

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert "under the lowest price" in page


def test_raising_brings_a_driver_back_in(
    app: Flask, browser: CheckedClient, bid_for: Bid, dario: Person, nell: Person
) -> None:
    mine = bid_for(dario, maximum_minor=219)
    bid_for(nell, maximum_minor=437)

    answer = browser.post(f"/bids/{mine.code}/raise", data={"maximum": "5"})

    assert landing_of(answer) == f"/bids/{mine.code}"
    with app.app_context():
        assert service.bid_for(dario.id, mine.code).standing == "LEADING"


def test_in_the_first_minutes_a_maximum_may_also_be_lowered(
    app: Flask, browser: CheckedClient, bid_for: Bid, dario: Person
) -> None:
    mine = bid_for(dario, maximum_minor=420)

    answer = browser.post(f"/bids/{mine.code}/raise", data={"maximum": "3,50"})

    assert landing_of(answer) == f"/bids/{mine.code}"
    with app.app_context():
        assert service.bid_for(dario.id, mine.code).maximum_minor == 350


@pytest.mark.parametrize(
    ("maximum", "words"),
    [
        ("4.21", "at least €4.25"),
        ("NaN", "give a number"),
        ("1e30", "give a number"),
        ("", "how much at most"),
        ("99999", "cannot be right"),
    ],
)
def test_a_bad_maximum_is_422_at_its_field_and_changes_nothing(
    app: Flask,
    browser: CheckedClient,
    bid_for: Bid,
    dario: Person,
    maximum: str,
    words: str,
) -> None:
    mine = bid_for(dario, maximum_minor=420)

    answer = browser.post(f"/bids/{mine.code}/raise", data={"maximum": maximum})

    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert words in text
    assert 'id="maximum-error"' in text
    with app.app_context():
        assert service.bid_for(dario.id, mine.code).maximum_minor == 420


def test_a_leading_bid_cannot_be_taken_back_after_ten_minutes(
    app: Flask,
    browser: CheckedClient,
    bid_for: Bid,
    dario: Person,
    set_clock: SetClock,
) -> None:
    mine = bid_for(dario)
    set_clock(NOW + timedelta(seconds=GRACE_S))

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)
    answer = browser.post(f"/bids/{mine.code}/withdraw")

    assert "Take my bid back" not in page
    assert answer.status_code == 409
    assert "others count on it" in answer.get_data(as_text=True)
    with app.app_context():
        assert service.bid_for(dario.id, mine.code).is_pending


def test_withdrawing_in_the_first_minutes_ends_the_bid(
    app: Flask, browser: CheckedClient, bid_for: Bid, dario: Person
) -> None:
    mine = bid_for(dario)

    answer = browser.post(f"/bids/{mine.code}/withdraw")

    assert landing_of(answer) == f"/bids/{mine.code}"
    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)
    assert "You withdrew this bid" in page
    assert "<dt>Withdrawn</dt>" in page
    assert "<dt>Decided</dt>" not in page


def test_a_flood_of_raises_is_429(
    browser: CheckedClient,
    bid_for: Bid,
    dario: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bidding, "BIDS_A_MINUTE", 3)
    mine = bid_for(dario)

    statuses = [
        browser.post(f"/bids/{mine.code}/raise", data={"maximum": "x"}).status_code
        for _ in range(4)
    ]

    assert statuses == [422, 422, 422, 429]


def test_a_winner_reads_what_he_pays_and_why(
    app: Flask,
    browser: CheckedClient,
    bid_for: Bid,
    dario: Person,
    nell: Person,
    set_clock: SetClock,
) -> None:
    mine = bid_for(dario, 18, 19, 500)
    bid_for(nell, 19, 20, 500)
    bid_for(_another(app), 18, 20, 600)
    with app.app_context():
        decide(now=GATE)
    set_clock(GATE)

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)

    # Alone against Nell and the third: 1.00; together the two beat 6.00, half each.
    assert "You won this time" in page
    assert "You pay €3.00: your minimum alone was €1.00" in page
    assert "other offers added €2.00" in page
    assert "/bookings/B" in page


def test_a_loser_is_offered_the_next_best_times(
    app: Flask,
    browser: CheckedClient,
    bid_for: Bid,
    charger: Charger,
    dario: Person,
    nell: Person,
    set_clock: SetClock,
) -> None:
    mine = bid_for(dario, maximum_minor=219)
    bid_for(nell, maximum_minor=437)
    with app.app_context():
        decide(now=GATE)
    set_clock(GATE + timedelta(minutes=1))

    page = browser.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert "went to somebody else" in page
    assert "The next best" in page
    spans = re.findall(r"bidding\?from=2026-06-(\S{8})", page)
    # The day is Wednesday; 18 to 20 is gone, so 16 or 20 are two hours away.
    assert spans == ["10T20:00", "10T22:00", "11T00:00"]
    assert "2 h later" in page
    assert "/?lat=" in page
    assert "from=2026-06-10T18:00&amp;to=2026-06-10T20:00" in page
    assert "4.37" not in page


def test_nell_may_not_see_or_change_darios_bid(
    app: Flask,
    client: CheckedClient,
    bid_for: Bid,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    mine = bid_for(dario)
    sign_in(nell, client)

    assert client.get(f"/bids/{mine.code}").status_code == 404
    raised = client.post(f"/bids/{mine.code}/raise", data={"maximum": "9"})
    assert raised.status_code == 404
    assert client.post(f"/bids/{mine.code}/withdraw").status_code == 404
    assert mine.code not in client.get("/bids").get_data(as_text=True)
    with app.app_context():
        assert service.bid_for(dario.id, mine.code).maximum_minor == 420


@pytest.mark.parametrize("code", ["x", "0" * 10, "K7Q2M9XW4T", "%00"])
def test_a_code_nobody_has_is_404(browser: CheckedClient, code: str) -> None:
    assert browser.get(f"/bids/{code}").status_code == 404


def test_the_list_shows_every_bid_and_marks_the_news_as_seen(
    app: Flask,
    client: CheckedClient,
    bid_for: Bid,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    bid_for(dario, maximum_minor=219)
    bid_for(nell, maximum_minor=437)
    sign_in(dario, client)
    with app.app_context():
        assert service.unseen_count(dario.id) == 1

    page = client.get("/bids").get_data(as_text=True)

    assert "Outbid" in page
    assert "raise your maximum if it is worth more to you" in page
    assert "would lead" not in page
    with app.app_context():
        assert service.unseen_count(dario.id) == 0


def test_without_bids_the_list_says_what_bidding_is(browser: CheckedClient) -> None:
    assert "No bids yet" in browser.get("/bids").get_data(as_text=True)


def _another(app: Flask) -> Person:
    with app.app_context():
        return make_person("Cem", now=NOW)
