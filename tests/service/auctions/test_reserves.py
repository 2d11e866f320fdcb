"""Reserves are kept for the bids that rely on them, and for nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.replay import replay
from app.auctions.service import Standing
from app.chargers.service import Charger
from app.database import writing
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    decide,
    evening,
    kinds,
    log_entries,
    make_auction,
    make_bid,
    set_plan,
)

GATE = EVENING - timedelta(hours=2)


def reserve_minor(charger: Charger, begin_h: float, end_h: float, now: datetime) -> int:
    found = service.quote(charger, evening(begin_h, end_h), now)
    assert found is not None
    return found.reserve_minor


def test_a_bid_that_is_taken_back_pins_no_reserve(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    service.withdraw(bidder_id=dario.id, code=bid.code, now=now)

    set_plan(charger, now=now, reserve=100_000)

    assert reserve_minor(charger, 18, 20, now) == 200
    assert kinds(charger) == ["BID", "RESERVE", "WITHDRAW", "UNRESERVE"]
    replay(log_entries(charger))


def test_what_another_bid_relies_on_stays_kept(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    kept = make_bid(nell, charger, 19, 21, 420, now=now)
    set_plan(charger, now=now, reserve=100_000)

    service.withdraw(bidder_id=dario.id, code=bid.code, now=now)
    decide(now=GATE + timedelta(hours=1))

    assert reserve_minor(charger, 18, 19, now) == 100
    assert service.bid_for(nell.id, kept.code).paid_minor == 80
    replay(log_entries(charger))


def test_an_alert_keeps_no_reserve_down(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    alert = make_bid(nell, charger, 18, 20, 79, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    service.withdraw(bidder_id=dario.id, code=bid.code, now=now)

    set_plan(charger, now=now, reserve=100_000)

    assert reserve_minor(charger, 18, 20, now) == 200
    assert service.bid_for(nell.id, alert.code).standing is Standing.ALERT
    replay(log_entries(charger))


def test_a_reserve_is_never_read_in_another_currency(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    tariff = Tariff(currency="CHF", energy_milli_per_kwh=1, time_milli_per_hour=1)
    with writing() as work:
        pricing.set_tariff_in(work.session, evse_id=charger.id, tariff=tariff, now=now)
    set_plan(charger, now=now, reserve=100_000, currency="CHF")

    before = reserve_minor(charger, 18, 20, now)
    wish = a_wish(nell, charger, maximum_minor=300, currency="CHF")
    bid = service.place(wish, now)
    decide(now=GATE)

    assert before == 200
    assert bid.current_minor == 200
    assert service.bid_for(nell.id, bid.code).paid_minor == 200
    replay(log_entries(charger))


def test_selling_at_a_fixed_price_for_a_while_ends_all_promises(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    taken_back = make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(dario, charger, 20, 22, 420, now=now)
    set_plan(charger, now=now, mode="FIXED")
    service.withdraw(bidder_id=dario.id, code=taken_back.code, now=now)
    service.tick(now=now)

    set_plan(charger, now=now, reserve=100_000)

    assert reserve_minor(charger, 18, 22, now) == 400
    replay(log_entries(charger))


def test_a_bid_dropped_without_a_tick_leaves_the_next_one_no_promise(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, rules=())
    with writing() as work:
        schedules.set_opening_in(work.session, evse_id=charger.id, rules=ALWAYS)
    make_bid(dario, charger, 18, 20, 420, now=now)
    schedules.add_owner_use(
        owner_id=hanna.id, charger_id=charger.id, period=evening(18, 19), now=now
    )
    set_plan(charger, now=now, reserve=100_000)

    bid = make_bid(nell, charger, 19, 20, 420, now=now)

    assert bid.current_minor == 100
    replay(log_entries(charger))


def test_a_start_whose_bids_are_gone_at_the_gate_keeps_no_reserve(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, mode="FIXED")
    decide(now=GATE)

    set_plan(charger, now=GATE, reserve=100_000)

    assert reserve_minor(charger, 18, 20, GATE) == 200
