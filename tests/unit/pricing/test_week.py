"""Prices by hour of week, and tariffs whose quarter hours have prices of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.period import Period
from app.kernel.slots import slots_of
from app.pricing.domain import (
    BadTariff,
    BadWeek,
    Tariff,
    WeekPrices,
    quote,
    rate,
)

# The hour from which clocks in Berlin go back: 01:00 UTC, Sunday.
FOLD = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
WEEK = WeekPrices(
    time_zone="Europe/Berlin",
    reserve_milli_per_hour=tuple(range(1000, 1168)),
    book_now_milli_per_hour=tuple(range(4000, 4168)),
)
HOURLY = Tariff(currency="EUR", energy_milli_per_kwh=40_000, time_milli_per_hour=50_000)


def test_each_quarter_hour_costs_a_quarter_of_its_local_hour() -> None:
    monday = datetime(2026, 6, 8, 6, 30, tzinfo=UTC)  # 08:30 in Berlin.

    slots = slots_of(Period(monday, monday + timedelta(hours=1)))

    assert WEEK.reserve_of(slots) == (252, 252, 252, 252)
    assert WEEK.book_now_of(slots, FOLD) == (1002, 1002, 1002, 1002)


def test_the_repeated_hour_of_autumn_has_one_price() -> None:
    slots = slots_of(Period(FOLD, FOLD + timedelta(hours=2)))

    prices = WEEK.book_now_of(slots, FOLD)

    assert len(prices) == 8
    assert len(set(prices)) == 1


def test_prices_survive_being_stored() -> None:
    assert WeekPrices.from_dict(WEEK.as_dict()) == WEEK


def test_a_table_with_a_hole_is_refused() -> None:
    with pytest.raises(BadWeek, match="needs a price"):
        replace(WEEK, reserve_milli_per_hour=(1,) * 167)


def test_booking_at_once_below_the_reserve_is_refused() -> None:
    with pytest.raises(BadWeek, match="cannot cost less"):
        replace(WEEK, book_now_milli_per_hour=(999,) * 168)


def test_quarter_hours_with_prices_replace_the_hourly_price() -> None:
    period = Period(FOLD, FOLD + timedelta(minutes=45))
    sold = HOURLY.promised((100_333, 100_333, 100_334))

    promise = quote(sold, period, 11_000)

    (time, _energy) = promise.lines
    assert time.amount_minor == 301
    assert time.text == "45 min at the prices of their quarter hours"
    assert time.unit_price_milli == 401_333
    assert "paid as booked" in promise.why
    assert rate(sold, period, 0).total_minor == 301
    assert Tariff.from_dict(sold.as_dict()) == sold


def test_quarter_hours_sold_for_nothing_make_no_line() -> None:
    period = Period(FOLD, FOLD + timedelta(minutes=30))

    promise = quote(HOURLY.promised((0, 0)), period, 11_000)

    assert [line.kind for line in promise.lines] == ["ENERGY"]
    assert "paid as booked" not in promise.why


def test_a_snapshot_older_than_the_auction_is_read() -> None:
    stored = HOURLY.as_dict()
    del stored["slots_milli"]

    assert Tariff.from_dict(stored) == HOURLY


def test_a_negative_quarter_hour_is_refused() -> None:
    with pytest.raises(BadTariff, match="cannot be negative"):
        HOURLY.promised((1, -1))
