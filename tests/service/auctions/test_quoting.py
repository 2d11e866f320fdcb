"""Prices beside pending bids: the strip, the quote, and booking at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.service import AuctionQuote, BidState, Stage
from app.chargers.service import Charger
from app.database import db
from app.kernel.period import Period
from tests.support.factories_auctions import (
    EVENING,
    buy,
    evening,
    make_auction,
    make_bid,
)

GATE = EVENING - timedelta(hours=2)


def quoted(charger: Charger, period: Period, now: datetime) -> AuctionQuote:
    found = service.quote(charger, period, now)
    assert found is not None
    return found


def test_without_bids_time_costs_the_reserve_and_the_plan_s_price_at_once(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    quote = quoted(charger, evening(18, 20), now)

    assert (quote.reserve_minor, quote.current_minor) == (80, 80)
    assert quote.book_now_minor == 400
    assert quote.book_now_slots_milli == (50_000,) * 8
    assert (quote.stage, quote.decides_at) == (Stage.GATE, GATE)
    assert quote.may_bid
    assert quote.is_free


def test_a_quote_says_what_waiting_bids_make_it_cost(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 303, now=now)

    quote = quoted(charger, evening(18, 21), now)

    assert quote.current_minor == 303 + 40
    assert quote.reserve_minor == 120


def test_booking_at_once_costs_what_it_displaces_in_steps_of_fifty(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 421, now=now)

    quote = quoted(charger, evening(18, 19), now)

    assert quote.book_now_minor == 400
    assert sum(quote.book_now_slots_milli) == 400_000


@pytest.mark.parametrize("maximum_minor", [401, 449, 450])
def test_the_price_at_once_tells_a_maximum_only_to_the_next_fifty(
    in_app: Flask, hanna: Person, dario: Person, now: datetime, maximum_minor: int
) -> None:
    charger = make_auction(hanna, now=now)

    make_bid(dario, charger, 18, 20, maximum_minor, now=now)

    assert quoted(charger, evening(18, 20), now).book_now_minor == 450


def test_the_host_never_sees_what_a_purchase_would_displace(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 900, now=now)

    seen = service.quote(charger, evening(18, 20), now, bidder_id=hanna.id)

    assert seen is not None
    assert seen.book_now_minor == 400


def test_nobody_pays_his_own_maximum_to_book_what_he_bids_for(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 900, now=now)
    period = evening(18, 20)

    own = service.quote(charger, period, now, bidder_id=dario.id)
    booked = service.book_now_in(
        db.session(), charger=charger, period=period, now=now, bidder_id=dario.id
    )
    other = service.quote(charger, period, now, bidder_id=nell.id)

    assert own is not None
    assert own.book_now_minor == 400
    assert booked == own.book_now_slots_milli
    assert other is not None
    assert other.book_now_minor == 900


def test_who_books_his_own_time_still_pays_what_others_lose(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 900, now=now)
    make_bid(nell, charger, 19, 21, 610, now=now)

    own = service.quote(charger, evening(18, 20), now, bidder_id=dario.id)

    # 80 for the two hours, and the 530 that Nell offers above the reserve.
    assert own is not None
    assert own.book_now_minor == 650


def test_the_price_at_once_never_tells_a_maximum_below_the_plan_s_price(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    before = quoted(charger, evening(18, 20), now).book_now_minor

    make_bid(dario, charger, 18, 20, 399, now=now)

    assert quoted(charger, evening(18, 20), now).book_now_minor == before


def test_who_buys_pays_the_quote_and_the_displaced_are_told(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    gone = make_bid(dario, charger, 18, 20, 900, now=now)
    kept = make_bid(nell, charger, 20, 21, 100, now=now)
    quote = quoted(charger, evening(19, 20), now)

    paid = buy(charger, evening(19, 20), now=now)

    assert paid == quote.book_now_slots_milli
    lost = service.bid_for(dario.id, gone.code)
    assert (lost.state, lost.is_seen) == (BidState.LOST, False)
    assert lost.why == "Somebody has booked a part of this time at once."
    assert service.bid_for(nell.id, kept.code).is_pending
