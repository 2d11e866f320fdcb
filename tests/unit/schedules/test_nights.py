"""Which weekly hours cover every night."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.schedules import nights
from app.schedules.domain import ALWAYS, DAY_MIN, OpeningRule
from app.schedules.nights import is_open_at_night

DAYS = range(1, 8)


def every_day(begin_min: int, end_min: int) -> tuple[OpeningRule, ...]:
    """Return the same window on every weekday."""
    return tuple(OpeningRule(day, begin_min, end_min) for day in DAYS)


@pytest.mark.parametrize(
    "rules",
    [
        ALWAYS,
        every_day(22 * 60, 6 * 60),
        every_day(12 * 60, 12 * 60),
        # The evening and the morning are written as two windows that touch.
        every_day(22 * 60, DAY_MIN) + every_day(0, 6 * 60),
        every_day(20 * 60, 60) + every_day(60, 7 * 60),
        every_day(18 * 60, 4 * 60) + every_day(3 * 60, 6 * 60),
    ],
)
def test_these_hours_are_open_every_night(rules: tuple[OpeningRule, ...]) -> None:
    assert is_open_at_night(rules)


@pytest.mark.parametrize(
    "rules",
    [
        (),
        every_day(8 * 60, 22 * 60),
        every_day(22 * 60 + 15, 6 * 60),
        every_day(22 * 60, 5 * 60 + 45),
        every_day(22 * 60, DAY_MIN) + every_day(15, 6 * 60),
    ],
)
def test_these_hours_leave_a_gap_in_the_night(rules: tuple[OpeningRule, ...]) -> None:
    assert not is_open_at_night(rules)


@pytest.mark.parametrize("missing", DAYS)
def test_six_nights_are_not_every_night(missing: int) -> None:
    overnight = every_day(22 * 60, 6 * 60)
    rules = [rule for rule in overnight if rule.weekday != missing]

    assert not is_open_at_night(rules)


def test_the_example_of_the_docstring_holds() -> None:
    assert doctest.testmod(nights).failed == 0


quarters = st.integers(0, 95).map(lambda quarter: 15 * quarter)
rule = st.builds(
    OpeningRule,
    st.integers(1, 7),
    quarters,
    st.integers(0, 96).map(lambda quarter: 15 * quarter),
)


@settings(max_examples=100)
@given(extra=st.lists(rule, max_size=12), base=st.sampled_from([(), ALWAYS[:6]]))
def test_it_says_what_a_look_at_every_quarter_of_the_week_says(
    extra: list[OpeningRule], base: tuple[OpeningRule, ...]
) -> None:
    rules = [*base, *extra, *every_day(21 * 60, 3 * 60)]
    open_quarters = {
        minute % (7 * DAY_MIN)
        for each in rules
        for begin in (each.weekday * DAY_MIN + each.begin_min,)
        for length in ((each.end_min - each.begin_min) % DAY_MIN or DAY_MIN,)
        for minute in range(begin, begin + length, 15)
    }

    expected = all(
        (day * DAY_MIN + minute) % (7 * DAY_MIN) in open_quarters
        for day in DAYS
        for minute in range(22 * 60, 30 * 60, 15)
    )

    assert is_open_at_night(rules) == expected
