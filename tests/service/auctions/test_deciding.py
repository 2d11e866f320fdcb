"""Deciding: at the gate, in the last call, once, with prices anyone can recompute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.replay import replay
from app.auctions.events import BidDropped, BidLost, BidWon
from app.auctions.service import BidState, Stage
from app.database import writing
from app.kernel.money import MILLI, divide_up
from tests.support.factories_auctions import (
    EVENING,
    all_bids,
    decide,
    kinds,
    log_entries,
    make_auction,
    make_bid,
)
from tests.support.heard import listen
from tests.support.people import make_person

GATE = EVENING - timedelta(hours=2)
LAST_CALL = EVENING - timedelta(minutes=30)


def test_nothing_is_decided_before_its_gate(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    won = decide(now=GATE - timedelta(seconds=1))

    assert won == ()
    assert service.bid_for(dario.id, bid.code).is_pending


def test_a_single_bidder_wins_at_the_reserve(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    heard = listen(in_app, BidWon)

    decide(now=GATE)

    bid = service.bid_for(dario.id, bid.code)
    assert bid.state is BidState.WON
    assert (bid.paid_minor, bid.minimum_minor, bid.reserve_milli) == (80, 80, 80_000)
    assert bid.why == "You pay your own minimum of €0.80; no other offer added to it."
    assert [each.booking_code for each in heard] == [bid.booking_code]
    assert not bid.is_seen


def test_the_worked_example_is_paid_to_the_cent(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    """The vector of the handbook: 383, 264 and 113 cents, top-up 74, losers told."""
    charger = make_auction(hanna, now=now, reserve=0)
    offers = {
        "Anna": (18, 20, 420),
        "Bo": (20, 22, 300),
        "Cem": (19, 21, 500),
        "Dia": (22, 24, 150),
        "Eva": (18, 22, 610),
        "Fil": (21, 23, 260),
    }
    codes = {
        name: make_bid(make_person(name, now=now), charger, *offer, now=now).code
        for name, offer in offers.items()
    }

    first = decide(now=GATE)

    assert [each.bid.code for each in first] == [codes["Anna"]]
    assert first[0].paid_minor == 383
    assert divide_up(first[0].top_up_milli, MILLI) == 74
    states = {each.code: each for each in all_bids(charger)}
    assert states[codes["Cem"]].state is BidState.LOST
    assert "€5.00 for this time" in states[codes["Cem"]].why
    assert states[codes["Bo"]].is_pending
    assert replay(log_entries(charger)).paid_milli == first[0].paid_milli


def test_a_winner_never_pays_more_than_offered_and_the_loser_reads_why(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    winner = make_bid(dario, charger, 18, 20, 420, now=now)
    loser = make_bid(nell, charger, 18, 20, 300, now=now)
    heard = listen(in_app, BidLost)

    decide(now=GATE)

    assert service.bid_for(dario.id, winner.code).paid_minor == 300
    why = (
        "Others' offers together were worth more, or as much and came first. They pay "
        "€3.00 for this time: what it took to beat yours, not what they offered."
    )
    assert service.bid_for(nell.id, loser.code).why == why
    assert [(each.code, each.why) for each in heard] == [(loser.code, why)]


def test_a_later_bid_decided_later_may_still_win_what_is_left(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    """At its gate Dario is displaced by a later start, which then goes away."""
    charger = make_auction(hanna, now=now)
    early = make_bid(dario, charger, 18, 20, 200, now=now)
    late = make_bid(nell, charger, 19, 21, 500, now=GATE - timedelta(minutes=9))

    decide(now=GATE)
    waiting = service.bid_for(dario.id, early.code)
    service.withdraw(bidder_id=nell.id, code=late.code, now=GATE)
    decide(now=LAST_CALL)

    assert waiting.is_pending
    assert (waiting.stage, waiting.decides_at) == (Stage.LAST_CALL, LAST_CALL)
    assert service.bid_for(dario.id, early.code).paid_minor == 80
    assert replay(log_entries(charger)).decisions == 2


def test_the_last_call_has_the_same_reserve_and_ends_alerts(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    alert = make_bid(dario, charger, 18, 20, 79, now=now)
    decide(now=GATE)
    make_bid(nell, charger, 18, 20, 80, now=GATE + timedelta(minutes=1))

    won = decide(now=LAST_CALL)

    assert [each.paid_minor for each in won] == [80]
    ended = service.bid_for(dario.id, alert.code)
    assert ended.state is BidState.LOST
    assert ended.why == "The host asked at least €0.80 for this time."


def test_who_is_left_over_at_the_last_call_has_lost(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    alert = make_bid(dario, charger, 18, 20, 79, now=now)

    decide(now=GATE)
    decide(now=LAST_CALL)

    assert service.bid_for(dario.id, alert.code).state is BidState.LOST
    assert service.due(now=LAST_CALL) == ()


def test_a_start_is_decided_once(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    due = service.due(now=GATE)
    decide(now=GATE)

    with writing() as work:
        again = [service.decide_in(work, due=each, now=GATE) for each in due]

    assert again == [()]
    assert kinds(charger).count("DECIDE") == 1


def test_a_bid_is_not_awarded_twice(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    (won,) = decide(now=GATE)

    with pytest.raises(ValueError, match="decided already"), writing() as work:
        service.award_in(work, won=won, booking_code="AGAIN", now=GATE)


def test_a_failed_award_goes_to_the_next_in_the_same_step(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    broke = make_bid(dario, charger, 18, 20, 420, now=now)
    next_best = make_bid(nell, charger, 18, 20, 300, now=now)
    dropped = listen(in_app, BidDropped)

    won = decide(now=GATE, refuse=[broke.code])

    assert [each.bid.code for each in won] == [next_best.code]
    assert won[0].paid_minor == 80
    assert [(each.code, each.why) for each in dropped] == [(broke.code, "Not paid.")]
    assert replay(log_entries(charger)).paid_milli == 80_000


def test_without_an_award_nothing_of_the_decision_stays(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    (due,) = service.due(now=GATE)

    with pytest.raises(RuntimeError), writing() as work:
        assert service.decide_in(work, due=due, now=GATE)
        raise RuntimeError("the process ends here")

    assert service.bid_for(dario.id, bid.code).is_pending
    assert service.due(now=GATE) == (due,)


def test_a_time_that_has_begun_is_given_to_nobody(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    won = decide(now=EVENING)

    ended = service.bid_for(dario.id, bid.code)
    assert won == ()
    assert ended.state is BidState.DROPPED
    assert ended.why.startswith("The time had begun")


def test_a_late_tick_still_decides_the_gate_before_the_last_call(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    decide(now=EVENING - timedelta(minutes=5))

    assert service.bid_for(dario.id, bid.code).state is BidState.WON
    assert kinds(charger).count("DECIDE") == 1


def test_a_gate_whose_bids_are_withdrawn_decides_nothing(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    service.withdraw(bidder_id=dario.id, code=bid.code, now=now)

    decide(now=GATE)

    assert "DECIDE" not in kinds(charger)
    assert service.due(now=GATE) == ()
