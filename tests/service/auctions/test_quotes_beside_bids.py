"""What a stay costs where others bid, and who is told what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.rules import BidRefused
from app.auctions.service import AuctionQuote, BidState
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.schedules import claims
from app.schedules.domain import ALWAYS, OpeningException
from tests.support.factories_auctions import (
    EVENING,
    all_bids,
    buy,
    decide,
    evening,
    make_auction,
    make_bid,
    set_plan,
)
from tests.support.factories_chargers import make_charger

GATE = EVENING - timedelta(hours=2)


def quoted(charger: Charger, period: Period, now: datetime) -> AuctionQuote:
    found = service.quote(charger, period, now)
    assert found is not None
    return found


def test_a_purchase_never_lowers_the_total_value(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, reserve=0, book_now=0)
    make_bid(dario, charger, 18, 20, 300, now=now)
    make_bid(nell, charger, 19, 22, 500, now=now)

    paid = sum(buy(charger, evening(19, 20), now=now))

    # 500 were winning; without the bought hour nothing is left of either wish.
    assert paid >= 500_000
    assert all(each.state is BidState.LOST for each in all_bids(charger))


def test_a_fixed_charger_has_no_auction_prices(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    period = evening(18, 20)

    assert service.quote(charger, period, now) is None
    assert service.book_of(charger, now, period) is None
    assert (
        service.book_now_in(db.session(), charger=charger, period=period, now=now)
        is None
    )


def test_a_sale_at_a_fixed_charger_leaves_no_log(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with writing() as work:
        service.sold_in(
            work,
            charger_id=charger.id,
            period=evening(18, 20),
            booking_code="BOOKING777",
            amount_milli=0,
            driver_id=0,
            now=now,
        )

    assert service.log_of(charger_id=charger.id, is_operator=True) == ()


def test_a_taken_time_is_quoted_but_not_to_be_bid_for(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    buy(charger, evening(19, 20), now=now)

    quote = quoted(charger, evening(18, 20), now)

    assert not quote.is_free
    assert not quote.may_bid
    assert quote.refusal == "A part of this time is already booked."


def test_a_late_quote_says_that_bids_are_closed(in_app: Flask, hanna: Person) -> None:
    late = EVENING - timedelta(minutes=20)
    charger = make_auction(hanna, now=late)

    quote = quoted(charger, evening(18, 20), late)

    assert not quote.may_bid
    assert (quote.stage, quote.decides_at) == (None, None)
    assert quote.refusal.startswith("Bids close 30 minutes before")
    assert quote.is_free


def test_the_host_reads_that_it_is_the_own_charger(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    quote = service.quote(charger, evening(18, 20), now, bidder_id=hanna.id)

    assert quote is not None
    assert "your own charger" in quote.refusal


def test_a_time_that_is_not_sold_has_no_quote(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, rules=())

    with pytest.raises(BidRefused, match="closed"):
        service.quote(charger, evening(18, 20), now)


def test_the_strip_says_of_each_quarter_hour_what_it_is(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    lunch = OpeningException(EVENING.date(), "CLOSED", 12 * 60, 13 * 60)
    charger = make_auction(hanna, now=now, rules=ALWAYS, exceptions=(lunch,))
    make_bid(dario, charger, 18, 20, 420, now=now)
    buy(charger, evening(21, 22), now=now)

    book = service.book_of(charger, now, evening(10, 23))

    assert book is not None
    assert (book.currency, book.gate_min) == ("EUR", 120)
    states = [each.state for each in book.slots]
    # 10:00 has begun at 10:07; lunch is closed; 21 to 22 is sold.
    assert states[:2] == ["PAST", "OPEN"]
    assert states[8:12] == ["CLOSED"] * 4
    assert states[44:48] == ["TAKEN"] * 4
    wanted = [each for each in book.slots if each.has_bids]
    assert [each.starts_at for each in wanted][0] == EVENING
    assert len(wanted) == 8
    assert all(each.price_milli == 10_000 for each in wanted)
    assert all(
        each.reserve_milli <= each.price_milli <= each.book_now_milli
        for each in book.slots
    )


def test_a_paused_charger_is_closed_on_the_strip(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = replace(make_auction(hanna, now=now), listing_state="PAUSED")

    book = service.book_of(charger, now, evening(18, 19))

    assert book is not None
    assert {each.state for each in book.slots} == {"CLOSED"}


def test_bids_for_time_taken_meanwhile_make_no_price(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 900, now=now)
    with writing() as work:
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=evening(18, 19),
            buffer_min=0,
            kind="OWNER_USE",
            now=now,
        )

    assert quoted(charger, evening(19, 20), now).book_now_minor == 200


def test_after_a_decision_the_rest_is_sold_as_if_it_had_no_bids(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 900, now=now)
    decide(now=GATE)

    quote = quoted(charger, evening(20, 22), GATE)

    assert quote.book_now_minor == 400
    set_plan(charger, now=GATE, book_now=300_000)
    assert quoted(charger, evening(20, 22), GATE).book_now_minor == 600
