"""The offer: a ceiling, a likely price, and what is free around it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import BookingRefused, TimeTaken
from app.chargers.service import Charger
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.schedules.domain import OpeningRule
from tests.support.factories_bookings import (
    NOON,
    car,
    hours,
    make_booking,
    make_car,
)
from tests.support.factories_chargers import make_charger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, always open."""
    return make_charger(hanna, now=now)


def test_an_offer_says_at_most_and_likely(
    charger: Charger, dario: Person, now: datetime
) -> None:
    offer = service.offer(
        charger_id=charger.id, period=hours(6), vehicle=make_car(dario), now=now
    )

    assert offer.quote is not None
    assert offer.likely is not None
    assert offer.quote.energy_cap_wh == 66_000
    assert offer.likely.energy_wh == 34_800
    assert offer.likely_percent == 60
    assert offer.likely.total_minor < offer.quote.total_minor
    assert offer.refusal is None
    assert offer.cancel is not None


def test_a_booking_costs_at_most_what_the_offer_said(
    charger: Charger, dario: Person, now: datetime
) -> None:
    vehicle = make_car(dario, max_ac_w=7_400)
    offer = service.offer(
        charger_id=charger.id, period=hours(2), vehicle=vehicle, now=now
    )

    booking = make_booking(dario, charger, now=now, vehicle=vehicle)

    assert booking.quote == offer.quote


def test_without_a_car_nothing_is_likely(charger: Charger, now: datetime) -> None:
    offer = service.offer(charger_id=charger.id, period=hours(2), vehicle=None, now=now)

    assert offer.quote is not None
    assert offer.likely is None
    assert offer.likely_percent == 0


def test_without_a_time_there_is_a_plug_but_no_price(
    charger: Charger, now: datetime
) -> None:
    offer = service.offer(charger_id=charger.id, period=None, vehicle=None, now=now)

    assert offer.fit is not None
    assert offer.quote is None
    assert offer.refusal is None


def test_a_taken_time_keeps_its_price_and_shows_free_ones(
    charger: Charger, dario: Person, now: datetime
) -> None:
    make_booking(dario, charger, now=now)

    offer = service.offer(charger_id=charger.id, period=hours(2), vehicle=None, now=now)

    assert isinstance(offer.refusal, TimeTaken)
    assert len(offer.alternatives) == 3
    assert offer.quote is not None


def test_a_closed_time_shows_open_ones(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    evenings = tuple(OpeningRule(day, 18 * 60, 22 * 60) for day in range(1, 8))
    charger = make_charger(hanna, now=now, rules=evenings)

    offer = service.offer(charger_id=charger.id, period=hours(2), vehicle=None, now=now)

    assert isinstance(offer.refusal, BookingRefused)
    assert offer.alternatives[0] == hours(2, start=NOON + 360 * MINUTE)


def test_a_length_that_cannot_be_has_no_alternative(
    charger: Charger, now: datetime
) -> None:
    for period in (hours(20), Period(NOON, NOON + 61 * MINUTE)):
        offer = service.offer(
            charger_id=charger.id, period=period, vehicle=None, now=now
        )

        assert offer.refusal is not None
        assert offer.alternatives == ()


def test_a_car_that_does_not_fit_is_told(charger: Charger, now: datetime) -> None:
    offer = service.offer(
        charger_id=charger.id,
        period=hours(2),
        vehicle=car(standards=("CHADEMO",)),
        now=now,
    )

    assert offer.refusal is not None
    assert offer.refusal.field == "vehicle_id"
    assert offer.alternatives == ()


def test_an_unknown_charger_has_no_offer(in_app: Flask, now: datetime) -> None:
    with pytest.raises(NotFound):
        service.offer(charger_id=99, period=None, vehicle=None, now=now)


def test_the_first_two_free_hours_are_suggested(
    charger: Charger, dario: Person, now: datetime
) -> None:
    first = hours(2, start=NOON - 105 * MINUTE)
    assert service.suggestion(charger, now) == first

    make_booking(dario, charger, now=now)

    assert service.suggestion(charger, now) == hours(2, start=NOON + 135 * MINUTE)


def test_a_week_begins_today_and_leads_on_to_the_horizon(
    charger: Charger, now: datetime
) -> None:
    week = service.week(charger, day=None, length_s=7200, now=now)

    assert [day.on_date.day for day in week.days] == [10, 11, 12, 13, 14, 15, 16]
    assert week.earlier is None
    assert week.later == date(2026, 6, 17)


def test_any_day_leads_to_its_week_and_no_further_than_one_can_book(
    charger: Charger, now: datetime
) -> None:
    second = service.week(charger, day=date(2026, 6, 20), length_s=7200, now=now)
    last = service.week(charger, day=date(2030, 1, 1), length_s=7200, now=now)
    past = service.week(charger, day=date(2020, 1, 1), length_s=7200, now=now)

    assert second.days[0].on_date == date(2026, 6, 17)
    assert second.earlier == date(2026, 6, 10)
    assert last.later is None
    assert past.days[0].on_date == date(2026, 6, 10)


def test_what_has_passed_today_is_neither_free_nor_taken(
    charger: Charger, now: datetime
) -> None:
    today = service.week(charger, day=None, length_s=7200, now=now).days[0]

    assert today.taken == ()
    assert today.free[0].starts_at == NOON - 105 * MINUTE
