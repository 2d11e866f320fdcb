"""Gates that wait, move and close, and what else may happen to their bids."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.happenings import Decided
from app.auctions.domain.replay import replay
from app.auctions.service import BidState, Stage
from app.database import writing
from app.schedules import claims
from tests.support.factories_auctions import (
    EVENING,
    buy,
    decide,
    evening,
    kinds,
    log_entries,
    make_auction,
    make_bid,
    set_plan,
)

GATE = EVENING - timedelta(hours=2)
LAST_CALL = EVENING - timedelta(minutes=30)


def test_an_extended_gate_waits(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 500, now=GATE - timedelta(minutes=1))

    at_the_gate = decide(now=GATE)
    five_minutes_later = decide(now=GATE + timedelta(minutes=5))

    assert at_the_gate == ()
    assert [each.paid_minor for each in five_minutes_later] == [420]


def test_a_known_due_start_is_not_decided_before_its_new_time(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    (due,) = service.due(now=GATE)
    make_bid(nell, charger, 18, 20, 500, now=GATE - timedelta(minutes=1))

    with writing() as work:
        won = service.decide_in(work, due=due, now=GATE)

    assert won == ()


def test_a_taken_time_drops_the_bid_instead_of_selling_it_twice(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    with writing() as work:
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=evening(19, 20),
            buffer_min=0,
            kind="OWNER_USE",
            now=now,
        )

    won = decide(now=GATE)

    assert won == ()
    assert service.bid_for(dario.id, bid.code).state is BidState.DROPPED


def test_a_bid_that_overlaps_an_earlier_start_lost_only_a_part(
    in_app: Flask, hanna: Person, dario: Person, nell: Person
) -> None:
    """A bid in its last call loses to a later start whose gate comes first."""
    now = EVENING - timedelta(minutes=90)
    charger = make_auction(hanna, now=now)
    waiting = make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 19.25, 21, 900, now=now)

    decide(now=EVENING - timedelta(minutes=45))

    ended = service.bid_for(dario.id, waiting.code)
    assert ended.state is BidState.LOST
    assert ended.why == "Somebody else has won a part of this time."


def test_a_new_gate_length_holds_for_starts_without_bids(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    old = make_bid(dario, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, gate_min=60)

    same_start = make_bid(nell, charger, 18, 19, 45, now=now)
    other_start = make_bid(nell, charger, 20, 21, 45, now=now)

    assert same_start.decides_at == old.decides_at == GATE
    assert other_start.decides_at == EVENING + timedelta(hours=1)


def test_after_a_decided_gate_comes_only_the_last_call(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 79, now=now)
    decide(now=GATE)
    set_plan(charger, now=now, gate_min=60)

    bid = make_bid(nell, charger, 18, 20, 90, now=GATE + timedelta(seconds=1))

    assert (bid.stage, bid.decides_at) == (Stage.LAST_CALL, LAST_CALL)


def test_the_log_of_a_decision_names_all_that_took_part(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    winner = make_bid(dario, charger, 18, 20, 420, now=now)
    loser = make_bid(nell, charger, 19, 20, 60, now=now)
    alone = make_bid(nell, charger, 21, 22, 60, now=now)

    decide(now=GATE)

    (decision,) = [
        each.event for each in log_entries(charger) if isinstance(each.event, Decided)
    ]
    assert decision.bids == (winner.code, loser.code)
    assert decision.winners == (winner.code,)
    assert service.bid_for(nell.id, alone.code).is_pending


def test_buying_beside_a_bid_and_deciding_leaves_a_log_that_replays(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    lost = make_bid(dario, charger, 18, 20, 420, now=now)
    won = make_bid(nell, charger, 20, 22, 420, now=now)

    buy(charger, evening(18, 19), now=now)
    decide(now=EVENING)

    assert service.bid_for(dario.id, lost.code).state is BidState.LOST
    assert service.bid_for(nell.id, won.code).state is BidState.WON
    state = replay(log_entries(charger))
    assert len(state.sold) == 12


@pytest.mark.parametrize("seconds", [0, 299])
def test_a_late_change_of_the_winner_puts_the_decision_off(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    seconds: int,
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    gate = EVENING - timedelta(hours=2)
    late = gate - timedelta(seconds=300 - seconds)

    bid = make_bid(nell, charger, 18, 20, 500, now=late)

    assert bid.decides_at == gate + timedelta(minutes=5)
    assert kinds(charger)[-1] == "EXTEND"


def test_a_late_bid_that_changes_nothing_puts_nothing_off(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    gate = EVENING - timedelta(hours=2)

    bid = make_bid(nell, charger, 18, 20, 300, now=gate - timedelta(minutes=1))

    assert bid.decides_at == gate


def test_a_decision_is_put_off_three_times_at_most(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bids = [
        make_bid(dario, charger, 18, 20, 200, now=now),
        make_bid(nell, charger, 18, 20, 300, now=now),
    ]
    at = EVENING - timedelta(hours=2, minutes=1)
    for turn in range(4):
        loser = bids[turn % 2]
        bid = service.raise_bid(
            bidder_id=loser.bidder_id,
            code=loser.code,
            maximum_minor=400 + 100 * turn,
            now=at,
        )
        at += timedelta(minutes=5)

    assert bid.decides_at == EVENING - timedelta(hours=2) + timedelta(minutes=15)
    assert kinds(charger).count("EXTEND") == 3
