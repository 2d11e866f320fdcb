"""Bids that win become bookings, in one transaction, at the auction's price."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.accounts import service as accounts
from app.accounts.service import Person
from app.auctions import service as auctions
from app.auctions.service import BidState
from app.bookings import service
from app.bookings.domain import State
from app.bookings.service import awarding
from app.database import writing
from app.kernel.slots import slots_of
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from tests.service.bookings.world import active_claims, history, taken_slots
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    evening,
    make_auction,
    make_bid,
)
from tests.support.factories_bookings import make_car

GATE = EVENING - timedelta(hours=2)


def test_a_winner_gets_a_booking_at_the_price_of_the_quarter_hours(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 300, now=now)

    made = service.award(now=GATE)

    won = auctions.bid_for(dario.id, bid.code)
    (booking,) = service.bookings_of_driver(dario.id, GATE).upcoming
    assert made == 1
    assert won.state is BidState.WON
    assert won.booking_code == booking.code
    assert booking.state is State.RESERVED
    assert booking.source == "AUCTION"
    assert sum(booking.tariff.slots_milli) == won.paid_milli == 300_000
    assert booking.quote.amount_of("TIME") == won.paid_minor == 300
    assert taken_slots(charger.id) == list(slots_of(bid.period))
    assert len(active_claims(booking.id)) == 1
    assert history(booking.id) == [("book", "SYSTEM", None, "RESERVED")]


def test_what_was_decided_is_not_decided_again(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    service.award(now=GATE)

    assert service.award(now=GATE + timedelta(minutes=1)) == 0

    assert len(service.bookings_of_driver(dario.id, GATE).upcoming) == 1


def test_before_its_gate_nothing_is_decided(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)

    assert service.award(now=GATE - timedelta(seconds=1)) == 0


def test_the_energy_costs_what_it_cost_on_the_day_of_the_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    before = pricing.tariff_of(charger.id)
    make_bid(dario, charger, 18, 20, 420, now=now)
    dearer = Tariff(currency="EUR", energy_milli_per_kwh=99_000, time_milli_per_hour=0)
    with writing() as work:
        later = now + timedelta(hours=1)
        pricing.set_tariff_in(
            work.session, evse_id=charger.id, tariff=dearer, now=later
        )

    service.award(now=GATE)

    (booking,) = service.bookings_of_driver(dario.id, GATE).upcoming
    assert booking.tariff.energy_milli_per_kwh == before.energy_milli_per_kwh


def test_selling_the_car_does_not_free_from_a_bid(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    car = make_car(dario)
    best = auctions.place(
        a_wish(dario, charger, maximum_minor=500, vehicle_id=car.id), now
    )
    make_bid(nell, charger, 18, 20, 300, now=now)
    accounts.remove_vehicle(user_id=dario.id, vehicle_id=car.id)

    made = service.award(now=GATE)

    won = auctions.bid_for(dario.id, best.code)
    (booking,) = service.bookings_of_driver(dario.id, GATE).upcoming
    assert made == 1
    assert won.state is BidState.WON
    assert booking.vehicle is not None
    assert booking.vehicle.name == car.name


def test_a_book_in_trouble_does_not_hold_up_the_others(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = (make_auction(hanna, now=now, name=name) for name in ("Bad", "Good"))
    stuck = make_bid(dario, bad, 18, 20, 420, now=now)
    make_bid(nell, good, 18, 20, 420, now=now)
    whole = awarding._store_in

    def break_one(session: object, won: object, at: datetime) -> int:
        if won.bid.charger_id == bad.id:  # type: ignore[attr-defined]
            raise RuntimeError("an odd book")
        return whole(session, won, at)  # type: ignore[arg-type]

    monkeypatch.setattr(awarding, "_store_in", break_one)

    assert service.award(now=GATE) == 1

    assert auctions.bid_for(dario.id, stuck.code).is_pending
    assert taken_slots(bad.id) == []


def test_a_won_time_cannot_be_called_off_for_nothing(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 400, now=now)
    service.award(now=GATE)
    (booking,) = service.bookings_of_driver(dario.id, GATE).upcoming

    rule = booking.cancel_rule

    assert rule.free_until <= GATE
    assert rule.fee_minor(GATE) == 100
    assert rule.late_fee_minor == 100


def test_a_key_that_looks_like_a_bid_does_not_stop_its_award(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    service.book(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(12, 13),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key=f"bid-{bid.code}",
        now=now,
    )

    assert service.award(now=GATE) == 1

    assert auctions.bid_for(dario.id, bid.code).state is BidState.WON


def test_a_booking_that_cannot_be_stored_drops_its_bid_and_the_next_one_wins(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    best = make_bid(dario, charger, 18, 20, 500, now=now)
    second = make_bid(nell, charger, 18, 20, 300, now=now)
    whole = awarding._store_in

    def break_one(session: object, won: object, at: datetime) -> int:
        if won.bid.code == best.code:  # type: ignore[attr-defined]
            raise IntegrityError("an odd row", {}, Exception())
        return whole(session, won, at)  # type: ignore[arg-type]

    monkeypatch.setattr(awarding, "_store_in", break_one)

    assert service.award(now=GATE) == 1

    won = auctions.bid_for(nell.id, second.code)
    assert auctions.bid_for(dario.id, best.code).state is BidState.DROPPED
    assert won.state is BidState.WON
    # Alone again, she pays the reserve: two hours at 40 cents.
    assert won.paid_minor == 80
