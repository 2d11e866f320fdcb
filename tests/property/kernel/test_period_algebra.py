"""The algebra of periods and slots, against sets of minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.period import Period, clip, subtract, union
from app.kernel.slots import (
    EPOCH,
    ceil_to_grid,
    floor_to_grid,
    is_on_grid,
    slot_at,
    slots_of,
    start_of,
)

MINUTE = timedelta(minutes=1)


def minutes_from(start: int, length: int) -> Period:
    return Period(EPOCH + start * MINUTE, EPOCH + (start + length) * MINUTE)


period = st.builds(minutes_from, st.integers(0, 300), st.integers(1, 80))
periods = st.lists(period, max_size=10)
instants = st.integers(0, 10**9).map(lambda s: EPOCH + timedelta(microseconds=7919 * s))


def minutes(several: list[Period] | tuple[Period, ...]) -> set[int]:
    return {
        minute
        for each in several
        for minute in range(
            (each.starts_at - EPOCH) // MINUTE, (each.ends_at - EPOCH) // MINUTE
        )
    }


def is_tidy(several: tuple[Period, ...]) -> bool:
    return all(
        before.ends_at < after.starts_at
        for before, after in zip(several, several[1:], strict=False)
    )


@given(periods)
def test_a_union_has_the_same_minutes_sorted_and_apart(several: list[Period]) -> None:
    merged = union(several)

    assert minutes(merged) == minutes(several)
    assert is_tidy(merged)


@given(periods, periods)
def test_subtracting_leaves_exactly_what_no_hole_covers(
    several: list[Period], holes: list[Period]
) -> None:
    left = subtract(several, holes)

    assert minutes(left) == minutes(several) - minutes(holes)
    assert is_tidy(left)


@given(periods, period)
def test_clipping_keeps_what_lies_inside(several: list[Period], window: Period) -> None:
    inside = clip(several, window)

    assert minutes(inside) == minutes(several) & minutes([window])


@given(period, period)
def test_overlap_is_symmetric_and_means_a_common_minute(a: Period, b: Period) -> None:
    assert a.overlaps(b) == b.overlaps(a) == bool(minutes([a]) & minutes([b]))
    assert a.covers(b) == (minutes([b]) <= minutes([a]))


@given(instants)
def test_every_instant_lies_in_its_slot_and_between_its_roundings(
    at: datetime,
) -> None:
    slot = slot_at(at)

    assert start_of(slot) <= at < start_of(slot + 1)
    assert floor_to_grid(at) == start_of(slot)
    assert ceil_to_grid(at) - at < timedelta(minutes=15)
    assert is_on_grid(ceil_to_grid(at))
    assert (ceil_to_grid(at) == at) == is_on_grid(at)


@given(period)
def test_the_slots_of_a_period_are_those_it_shares_an_instant_with(
    several: Period,
) -> None:
    touched = [
        slot
        for slot in range(60)
        if Period(start_of(slot), start_of(slot + 1)).overlaps(several)
    ]

    assert list(slots_of(several)) == touched
