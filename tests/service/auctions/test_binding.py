"""A leading bid binds: no way round it, and nothing to learn by trying one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts import service as accounts
from app.accounts.service import Person
from app.auctions import service
from app.auctions.service import BidState, NotWhileLeading
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    buy,
    decide,
    evening,
    kinds,
    make_auction,
    make_bid,
)
from tests.support.factories_bookings import make_car

GATE = EVENING - timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def test_a_bid_is_for_the_car_of_its_day_even_when_that_is_sold(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    car = make_car(dario, max_ac_w=7_400)
    bid = service.place(a_wish(dario, charger, vehicle_id=car.id), now)
    accounts.remove_vehicle(user_id=dario.id, vehicle_id=car.id)

    (won,) = decide(now=GATE)

    assert bid.vehicle == won.bid.vehicle == car
    assert service.bid_for(dario.id, bid.code).state is BidState.WON


def test_a_bid_without_a_car_has_none(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    assert service.place(a_wish(dario, charger), now).vehicle is None


def test_who_took_a_bid_back_is_bound_at_once_for_the_same_time(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    first = make_bid(dario, charger, 18, 20, 420, now=now)
    service.withdraw(bidder_id=dario.id, code=first.code, now=now)

    again = make_bid(dario, charger, 19, 21, 420, now=now)
    elsewhere = make_bid(dario, charger, 21, 22, 420, now=now)

    assert not again.may_step_back(now)
    with pytest.raises(NotWhileLeading):
        service.withdraw(bidder_id=dario.id, code=again.code, now=now)
    assert elsewhere.may_step_back(now)


def test_after_a_day_there_is_grace_again(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    begin = 18 + 48
    first = make_bid(dario, charger, begin, begin + 2, 420, now=now)
    service.withdraw(bidder_id=dario.id, code=first.code, now=now)
    later = now + timedelta(hours=24)

    again = make_bid(dario, charger, begin, begin + 2, 420, now=later)

    assert again.may_step_back(later)


def test_taking_the_lead_by_a_raise_ends_the_grace(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    bid = make_bid(nell, charger, 18, 20, 300, now=now)

    leading = service.raise_bid(
        bidder_id=nell.id, code=bid.code, maximum_minor=500, now=now
    )

    assert not leading.may_step_back(now)


def test_lowering_ends_the_grace_and_a_leader_s_raise_does_not(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    raised = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=500, now=now
    )
    lowered = service.lower_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=450, now=now
    )

    assert raised.may_step_back(now)
    assert not lowered.may_step_back(now)


def test_the_grace_ends_five_minutes_before_the_gate(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    bid = make_bid(dario, charger, 18, 20, 900, now=GATE - 9 * MINUTE)

    assert bid.grace_until == GATE - 5 * MINUTE
    with pytest.raises(NotWhileLeading):
        service.withdraw(bidder_id=dario.id, code=bid.code, now=GATE - 5 * MINUTE)


def test_the_first_bid_puts_its_own_closing_gate_off(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    bid = make_bid(dario, charger, 18, 20, 420, now=GATE - MINUTE)

    assert bid.decides_at == GATE + 5 * MINUTE
    assert kinds(charger)[-1] == "EXTEND"


def test_a_withdrawal_that_changes_the_leader_puts_the_decision_off(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, gate_min=120)
    other = make_bid(dario, charger, 18, 20, 420, now=now)
    late = GATE - 4 * MINUTE
    # It leads a start that is decided later, where its grace is not over yet.
    away = make_bid(nell, charger, 19, 21, 900, now=late)
    before = service.bid_for(dario.id, other.code)

    service.withdraw(bidder_id=nell.id, code=away.code, now=GATE + 2 * MINUTE)

    after = service.bid_for(dario.id, other.code)
    assert (before.standing, before.decides_at) == ("OUTBID", GATE + 5 * MINUTE)
    assert (after.standing, after.decides_at) == ("LEADING", GATE + 10 * MINUTE)


def test_a_purchase_that_takes_a_leader_out_puts_the_decision_off(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 22, 900, now=now)
    other = make_bid(nell, charger, 18, 20, 420, now=now)

    buy(charger, evening(20, 22), now=GATE - MINUTE)

    after = service.bid_for(nell.id, other.code)
    assert after.standing == "LEADING"
    assert after.decides_at == GATE + 5 * MINUTE
