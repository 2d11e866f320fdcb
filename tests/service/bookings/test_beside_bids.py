"""Booking at once where others bid, and what the pricing learns from both."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service as auctions
from app.auctions.service import BidState
from app.bookings import service
from app.bookings.domain import PriceChanged
from app.bookings.service import Asked, TimeTaken
from app.database import db
from app.pricing import service as pricing
from app.pricing.domain.observation import Observation
from tests.service.bookings.world import taken_slots
from tests.support.factories_auctions import (
    EVENING,
    evening,
    make_auction,
    make_bid,
)
from tests.support.people import make_person

GATE = EVENING - timedelta(hours=2)


def test_booking_at_once_costs_what_it_displaces_and_tells_the_bidder(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(nell, charger, 18, 20, 900, now=now)

    booking = service.book(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(19, 20),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="now",
        now=now,
    )

    gone = auctions.bid_for(nell.id, bid.code)
    assert gone.state is BidState.LOST
    assert "booked a part of this time at once" in gone.why
    # Reserve of his hour 0.40, and the 8.20 above the reserve that Nell offered; in
    # coarse steps, so that the price does not tell her maximum.
    assert booking.quote.amount_of("TIME") == 900
    assert booking.source == "DIRECT"


def test_a_price_that_rose_meanwhile_is_asked_again(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    looked = service.offer(
        charger_id=charger.id, period=evening(18, 20), vehicle=None, now=now
    )
    assert looked.quote is not None
    make_bid(nell, charger, 18, 20, 900, now=now)
    asked = Asked(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(18, 20),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="one",
        agreed_minor=looked.quote.total_minor,
    )

    with pytest.raises(PriceChanged, match="has just changed"):
        service.take(asked, now)

    assert taken_slots(charger.id) == []


def test_of_two_who_book_at_the_same_instant_one_gets_alternatives(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wish = Asked(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(18, 20),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="one",
    )
    service.take(wish, now)
    db.session.rollback()

    with pytest.raises(TimeTaken) as refused:
        service.book(
            driver_id=nell.id,
            charger_id=charger.id,
            period=evening(18, 20),
            vehicle_id=None,
            energy_cap_wh=None,
            idempotency_key="two",
            now=now,
        )

    assert len(refused.value.alternatives) == 3


def test_pricing_learns_from_bids_and_bookings_once_a_day(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    tom = make_person("Tom", now=now)
    for person, begin in ((tom, 12), (dario, 14)):
        service.book(
            driver_id=person.id,
            charger_id=charger.id,
            period=evening(begin, begin + 1),
            vehicle_id=None,
            energy_cap_wh=None,
            idempotency_key="one",
            now=now,
        )
    before = pricing.demand_for(charger, "EUR", now)
    tomorrow = now + timedelta(days=1)

    first = service.teach(now=tomorrow)
    again = service.teach(now=tomorrow + timedelta(minutes=5))
    other_process = service.teach_until(tomorrow.date())

    after = pricing.demand_for(charger, "EUR", tomorrow)
    evening_hour, night_hour = 2 * 24 + 18, 2 * 24 + 3
    usual = before.requests[evening_hour] / before.requests[night_hour]
    assert (first, again, other_process) == (3, 0, 0)
    assert after.requests[evening_hour] / after.requests[night_hour] > usual


def test_who_books_over_a_bid_cannot_call_it_off_for_nothing(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(nell, charger, 18, 20, 350, now=now)
    looked = service.offer(
        charger_id=charger.id,
        period=evening(18, 20),
        vehicle=None,
        now=now,
        driver_id=dario.id,
    )
    alone = service.offer(
        charger_id=charger.id, period=evening(12, 14), vehicle=None, now=now
    )

    booking = service.book(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(18, 20),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="over",
        now=now,
    )

    assert looked.terms.is_firm
    assert not alone.terms.is_firm
    assert booking.terms.is_firm
    assert booking.cancel_rule.fee_minor(now) > 0


def test_the_price_of_a_stay_is_learned_without_its_turnaround(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, buffer_min=15, book_now=200_000)
    seen: list[Observation] = []
    service.book(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(18, 18.5),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="short",
        now=now,
    )

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            pricing, "learn", lambda found, *_: seen.extend(found) or len(seen)
        )
        service.teach_until((now + timedelta(days=1)).date())

    (answer,) = seen
    assert answer.kind == "TAKEN"
    assert answer.milli_per_hour == 200_000


def test_who_books_what_he_bid_for_pays_no_more_for_his_own_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 1_237, now=now)

    booking = service.book(
        driver_id=dario.id,
        charger_id=charger.id,
        period=evening(18, 20),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key="mine",
        now=now,
    )

    ended = auctions.bid_for(dario.id, bid.code)
    assert booking.quote.amount_of("TIME") == 400
    assert not booking.terms.is_firm
    assert "You have booked" in ended.why
