"""Opening hours expanded like a person would: with a finger on the wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.period import Period
from app.schedules.domain import OpeningException, OpeningRule, expand
from tests.property.schedules.wall_clock import MINUTE, WallClock, wall_clock

# Zone, and the instant at which its clocks change; the last one skips a whole date.
CHANGES = {
    "Berlin springs forward": ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    "Berlin falls back": ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "New York springs": ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    "New York falls back": ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Lord Howe springs half an hour": (
        "Australia/Lord_Howe",
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    ),
    "Lord Howe falls back half an hour": (
        "Australia/Lord_Howe",
        datetime(2026, 4, 4, 15, tzinfo=UTC),
    ),
    "Apia falls back at four": ("Pacific/Apia", datetime(2021, 4, 3, 14, tzinfo=UTC)),
    "Apia springs at three": ("Pacific/Apia", datetime(2020, 9, 26, 14, tzinfo=UTC)),
    "Apia skips a Friday": ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    "Cairo springs at midnight": (
        "Africa/Cairo",
        datetime(2026, 4, 23, 22, tzinfo=UTC),
    ),
    "Havana falls back over midnight": (
        "America/Havana",
        datetime(2026, 11, 1, 5, tzinfo=UTC),
    ),
}

minutes = st.integers(0, 1439)
night_minutes = st.sampled_from(
    (0, 1, 60, 90, 105, 119, 120, 121, 135, 150, 179, 180, 181, 210, 240, 1380, 1439)
)
begins = st.one_of(minutes, night_minutes)
ends = st.one_of(minutes, night_minutes, st.just(1440))
any_rules = st.lists(
    st.builds(OpeningRule, st.integers(1, 7), begins, ends), max_size=6
).map(tuple)


def rules_near(day: date) -> st.SearchStrategy[tuple[OpeningRule, ...]]:
    """Weekly windows, most of them touching the night of the change."""
    touching = {(day + timedelta(days=days)).isoweekday() for days in (-1, 0, 1)}
    weekdays = st.one_of(st.sampled_from(sorted(touching)), st.integers(1, 7))
    return st.lists(
        st.builds(OpeningRule, weekdays, begins, ends), min_size=1, max_size=5
    ).map(tuple)


def exceptions_near(day: date) -> st.SearchStrategy[tuple[OpeningException, ...]]:
    """Dated exceptions round the change."""
    dates = st.integers(-2, 2).map(lambda days: day + timedelta(days=days))
    kinds = st.sampled_from(("OPEN", "CLOSED"))
    return st.lists(
        st.builds(OpeningException, dates, kinds, begins, ends), max_size=4
    ).map(tuple)


def minutes_of(clock: WallClock, periods: tuple[Period, ...]) -> set[int]:
    found: set[int] = set()
    for period in periods:
        found.update(clock.minutes_in(period))
    return found


@pytest.mark.parametrize("name", CHANGES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_minute_is_open_exactly_when_the_wall_clock_says_so(
    name: str, data: st.DataObject
) -> None:
    zone, change = CHANGES[name]
    clock = wall_clock(zone, change)
    day = clock.shown[len(clock.shown) // 2].date()
    weekly = data.draw(rules_near(day))
    dated = data.draw(exceptions_near(day))
    starts_at = change - data.draw(st.integers(0, 3 * 1440)) * MINUTE
    window = Period(starts_at, change + data.draw(st.integers(1, 3 * 1440)) * MINUTE)

    opened = expand(weekly, dated, zone, window)

    wanted = clock.open_minutes(weekly, dated) & set(clock.minutes_in(window))
    assert minutes_of(clock, opened) == wanted


@settings(max_examples=60, deadline=None)
@given(
    weekly=any_rules,
    where=st.sampled_from(sorted(CHANGES.values())),
    length_min=st.integers(1, 6 * 1440),
)
def test_periods_come_sorted_apart_and_inside_the_window(
    weekly: tuple[OpeningRule, ...], where: tuple[str, datetime], length_min: int
) -> None:
    zone, change = where
    window = Period(change - timedelta(days=2), change + length_min * MINUTE)

    opened = expand(weekly, (), zone, window)

    assert all(window.covers(period) for period in opened)
    assert all(
        before.ends_at < after.starts_at
        for before, after in zip(opened, opened[1:], strict=False)
    )


@settings(max_examples=60, deadline=None)
@given(
    weekly=any_rules,
    where=st.sampled_from(sorted(CHANGES.values())),
    cut_min=st.integers(1, 4 * 1440 - 1),
)
def test_two_halves_of_a_window_say_the_same_as_the_whole(
    weekly: tuple[OpeningRule, ...], where: tuple[str, datetime], cut_min: int
) -> None:
    zone, change = where
    whole = Period(change - timedelta(days=2), change + timedelta(days=2))
    cut = whole.starts_at + cut_min * MINUTE
    clock = wall_clock(zone, change)

    left = expand(weekly, (), zone, Period(whole.starts_at, cut))
    right = expand(weekly, (), zone, Period(cut, whole.ends_at))

    together = minutes_of(clock, left) | minutes_of(clock, right)
    assert together == minutes_of(clock, expand(weekly, (), zone, whole))
