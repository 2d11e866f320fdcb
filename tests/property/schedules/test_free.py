"""Free time and the nearest alternatives, against a scan of every quarter hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.period import Period
from app.kernel.slots import EPOCH, SLOT_S, slots_of, start_of
from app.schedules.domain import free, nearest_free, on_grid

HORIZON = 60
QUARTER = timedelta(seconds=SLOT_S)


def on_the_grid(first: int, length: int) -> Period:
    return Period(start_of(first), start_of(first + length))


grid_periods = st.lists(
    st.builds(on_the_grid, st.integers(0, HORIZON), st.integers(1, 12)), max_size=8
)
any_periods = st.lists(
    st.builds(
        lambda start, length: Period(
            EPOCH + timedelta(minutes=start), EPOCH + timedelta(minutes=start + length)
        ),
        st.integers(0, 900),
        st.integers(1, 200),
    ),
    max_size=8,
)


def slots(periods: tuple[Period, ...] | list[Period]) -> set[int]:
    return {slot for period in periods for slot in slots_of(period)}


@given(
    opened=grid_periods,
    claimed=grid_periods,
    window=st.builds(on_the_grid, st.integers(0, HORIZON), st.integers(1, HORIZON)),
)
def test_a_quarter_hour_is_free_when_open_unclaimed_and_in_the_window(
    opened: list[Period], claimed: list[Period], window: Period
) -> None:
    found = free(opened, claimed, window)

    assert slots(found) == (slots(opened) - slots(claimed)) & slots([window])


@given(periods=any_periods)
def test_on_grid_keeps_exactly_the_whole_quarter_hours(periods: list[Period]) -> None:
    kept = on_grid(periods)

    minutes = {
        minute
        for period in periods
        for minute in range(
            int((period.starts_at - EPOCH) / timedelta(minutes=1)),
            int((period.ends_at - EPOCH) / timedelta(minutes=1)),
        )
    }
    whole = {
        slot
        for slot in range(80)
        if all(slot * 15 + minute in minutes for minute in range(15))
    }
    assert slots(kept) == whole


@settings(max_examples=200)
@given(
    gaps=any_periods,
    start=st.integers(-20, 100),
    length=st.integers(1, 10),
    count=st.integers(1, 5),
)
def test_the_alternatives_are_the_nearest_of_all_starts_on_the_grid(
    gaps: list[Period], start: int, length: int, count: int
) -> None:
    wanted = on_the_grid(start, length)

    found = nearest_free(gaps, wanted, count)

    whole = slots(on_grid(gaps))
    starts = [
        slot
        for slot in range(-5, 100)
        if all(slot + step in whole for step in range(length))
    ]
    nearest = sorted(starts, key=lambda slot: (abs(slot - start), slot))[:count]
    assert found == tuple(on_the_grid(slot, length) for slot in nearest)


def test_an_off_grid_wish_is_a_fault_of_the_caller() -> None:
    start = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)

    with pytest.raises(ValueError, match="grid"):
        nearest_free((), Period(start, start + QUARTER))
