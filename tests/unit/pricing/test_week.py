"""Prices by hour of week, and tariffs whose quarter hours have prices of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.period import Period
from app.kernel.slots import slot_at, slots_of
from app.pricing.domain import (
    BadTariff,
    BadWeek,
    LeadPrices,
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


def test_time_that_begins_soon_has_its_own_prices() -> None:
    now = datetime(2026, 6, 8, 6, 37, tzinfo=UTC)
    week = replace(
        WEEK,
        by_lead=(LeadPrices(30, (2_000,) * 168), LeadPrices(60, (3_000,) * 168)),
    )
    slots = range(slot_at(now), slot_at(now) + 6)

    prices = week.book_now_of(slots, now)

    # 06:30 has begun; 07:15 begins in 38 minutes, 07:45 in 68.
    assert prices == (500, 500, 500, 750, 750, 1002)
    assert week.book_now_of(slots[4:], now) == (750, 1002)
    assert week.book_now_of(slots[5:], now) == (1002,)
    assert week.book_now_below(20) == week.book_now_below(30) == (2_000,) * 168
    assert week.book_now_below(31) == (3_000,) * 168
    assert week.book_now_below(61) == WEEK.book_now_milli_per_hour
    assert WeekPrices.from_dict(week.as_dict()) == week


def test_a_price_at_the_very_edge_is_already_that_of_more_notice() -> None:
    week = replace(WEEK, by_lead=(LeadPrices(120, (2_000,) * 168),))
    start = slot_at(FOLD)

    assert week.book_now_of(range(start, start + 1), FOLD - timedelta(hours=2)) == (
        WEEK.book_now_of(range(start, start + 1), FOLD)
    )
    late = FOLD - timedelta(minutes=119)
    assert week.book_now_of(range(start, start + 1), late) == (500,)


@pytest.mark.parametrize("ends", [(0,), (60, 60), (120, 60)])
def test_prices_at_short_notice_are_in_order(ends: tuple[int, ...]) -> None:
    with pytest.raises(BadWeek, match="shortest to the longest"):
        replace(WEEK, by_lead=tuple(LeadPrices(each, (4_000,) * 168) for each in ends))


@pytest.mark.parametrize(
    ("table", "reason"),
    [((4_000,) * 167, "needs a price"), ((1_100,) * 168, "cannot cost less")],
)
def test_a_bad_table_at_short_notice_is_refused(
    table: tuple[int, ...], reason: str
) -> None:
    with pytest.raises(BadWeek, match=reason):
        replace(WEEK, by_lead=(LeadPrices(120, table),))


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
