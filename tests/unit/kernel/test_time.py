"""Periods and the quarter-hour grid, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kernel.period import BadPeriod, Period
from app.kernel.slots import (
    EPOCH,
    OffGrid,
    ceil_to_grid,
    floor_to_grid,
    is_on_grid,
    require_on_grid,
    slot_at,
    slots_of,
    start_of,
)

START = datetime(2026, 6, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_period_without_a_time_zone_or_without_length_is_refused() -> None:
    naive = START.replace(tzinfo=None)

    for starts_at, ends_at in ((naive, START), (START, naive)):
        with pytest.raises(BadPeriod, match="time zone"):
            Period(starts_at, ends_at)
    for ends_at in (START, START - HOUR):
        with pytest.raises(BadPeriod, match="after the start") as refusal:
            Period(START, ends_at)
        assert refusal.value.field == "ends_at"


def test_a_local_night_over_the_change_of_clocks_has_its_real_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = Period(
        datetime(2026, 3, 28, 22, tzinfo=berlin),
        datetime(2026, 3, 29, 6, tzinfo=berlin),
    )

    assert night.duration_s == 7 * 3600
    assert night.starts_at.tzinfo is UTC


def test_the_start_belongs_to_a_period_and_the_end_does_not() -> None:
    period = Period(START, START + HOUR)

    assert period.contains(START)
    assert not period.contains(START + HOUR)
    assert not period.contains(START - timedelta(microseconds=1))


def test_touching_periods_do_not_overlap_and_longer_ones_cover() -> None:
    period = Period(START, START + HOUR)
    after = Period(START + HOUR, START + 2 * HOUR)

    assert not period.overlaps(after)
    assert not after.overlaps(period)
    assert period.widened(after_s=1).overlaps(after)
    assert period.widened(before_s=60, after_s=60).covers(period)
    assert not period.covers(after)


def test_the_grid_begins_on_a_monday_and_counts_quarter_hours() -> None:
    assert EPOCH.isoweekday() == 1
    assert slot_at(EPOCH) == 0
    assert start_of(slot_at(START)) == START
    assert slot_at(START + timedelta(minutes=14, seconds=59)) == slot_at(START)


def test_rounding_to_the_grid_keeps_what_is_on_it() -> None:
    late = START + timedelta(microseconds=1)

    assert (floor_to_grid(START), ceil_to_grid(START)) == (START, START)
    assert floor_to_grid(late) == START
    assert ceil_to_grid(late) == START + timedelta(minutes=15)
    assert is_on_grid(START)
    assert not is_on_grid(late)


def test_each_end_off_the_grid_is_refused_at_its_own_field() -> None:
    minute = timedelta(minutes=1)
    whole = Period(START, START + HOUR)

    assert require_on_grid(whole) is whole
    with pytest.raises(OffGrid, match="18:15") as refusal:
        require_on_grid(Period(START + minute, START + HOUR))
    assert refusal.value.field == "starts_at"
    with pytest.raises(OffGrid, match="19:45") as refusal:
        require_on_grid(Period(START, START + HOUR + minute))
    assert refusal.value.field == "ends_at"


def test_a_period_touches_every_slot_that_it_enters() -> None:
    crooked = Period(START + timedelta(minutes=14), START + timedelta(minutes=31))

    first = slot_at(START)
    assert list(slots_of(crooked)) == [first, first + 1, first + 2]
