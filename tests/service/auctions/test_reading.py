"""What a bidder reads of his bids: news, order, and what he may do."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from tests.support.factories_auctions import (
    EVENING,
    decide,
    make_auction,
    make_bid,
)

GATE = EVENING - timedelta(hours=2)


def test_news_are_counted_until_they_are_seen(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 500, now=now)
    decide(now=GATE)

    service.mark_seen(dario.id)
    service.mark_seen(dario.id)

    assert service.unseen_count(dario.id) == 0
    assert service.unseen_count(nell.id) == 1


def test_a_bidder_s_list_has_the_undecided_first_and_the_latest_ended(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    late = make_bid(dario, charger, 22, 23, 100, now=now)
    gone = make_bid(dario, charger, 20, 21, 100, now=now)
    early = make_bid(dario, charger, 18, 19, 100, now=now)
    service.withdraw(bidder_id=dario.id, code=gone.code, now=now)

    listed = service.bids_of(dario.id, now)

    assert [each.code for each in listed] == [early.code, late.code, gone.code]
    assert [each.current_milli for each in listed] == [40_000, 40_000, None]
    assert [each.may_raise(now) for each in listed] == [True, True, False]
    assert len(service.bids_of(dario.id, now + timedelta(days=60))) == 2


def test_a_view_says_what_its_driver_may_do(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 100, now=now)
    decide(now=GATE)
    won = service.bid_for(dario.id, bid.code)

    assert bid.may_step_back(now)
    assert not bid.may_step_back(bid.grace_until)
    assert (bid.added_minor, bid.minimum_minor) == (None, None)
    assert (won.added_minor, won.minimum_minor, won.current_minor) == (0, 80, None)
    assert (won.starts_at, won.ends_at) == (EVENING, EVENING + timedelta(hours=2))
    assert not won.may_raise(now)
