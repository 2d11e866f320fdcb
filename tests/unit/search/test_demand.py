"""Which hours a fruitless search asks for, and what an owner reads of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.schedules.domain import HOURS_A_WEEK
from app.search.domain import Span, UntilFull, Window
from app.search.domain.demand import HEATS, MOST_HOURS, demand_of, vague, wanted_hours

WEDNESDAY = datetime(2026, 6, 10, 10, 7)
ALWAYS = (True,) * HOURS_A_WEEK
NEVER = (False,) * HOURS_A_WEEK
FRIDAY_18 = 4 * 24 + 18


def test_a_search_without_a_time_asks_for_the_hour_that_it_is() -> None:
    assert wanted_hours(None, WEDNESDAY) == (2 * 24 + 10,)
    assert wanted_hours(UntilFull(), WEDNESDAY) == (2 * 24 + 10,)


def test_every_hour_that_a_time_touches_is_wanted() -> None:
    friday = datetime(2026, 6, 12, 18, 30)
    span = Span(starts=friday, ends=friday + timedelta(minutes=45))

    assert wanted_hours(span, WEDNESDAY) == (FRIDAY_18, FRIDAY_18 + 1)


def test_a_time_that_ends_on_the_hour_does_not_want_the_next_one() -> None:
    friday = datetime(2026, 6, 12, 18)
    window = Window(
        starts=friday, ends=friday + timedelta(hours=5), length=timedelta(hours=2)
    )

    assert wanted_hours(window, WEDNESDAY) == tuple(range(FRIDAY_18, FRIDAY_18 + 5))


def test_a_night_from_sunday_wraps_round_to_monday() -> None:
    sunday = datetime(2026, 6, 14, 23)
    span = Span(starts=sunday, ends=sunday + timedelta(hours=2))

    assert wanted_hours(span, WEDNESDAY) == (HOURS_A_WEEK - 1, 0)


@settings(max_examples=80, deadline=None)
@given(first=st.integers(0, 3000), quarters=st.integers(1, 192))
def test_no_hour_is_wanted_twice_and_all_are_hours_of_the_week(
    first: int, quarters: int
) -> None:
    starts = datetime(2026, 6, 8) + timedelta(minutes=15 * first)
    span = Span(starts=starts, ends=starts + timedelta(minutes=15 * quarters))

    hours = wanted_hours(span, WEDNESDAY)

    assert len(set(hours)) == len(hours)
    assert set(hours) <= set(range(HOURS_A_WEEK))
    touched = -(-quarters // 4)
    assert len(hours) in {min(MOST_HOURS, touched), min(MOST_HOURS, touched + 1)}


@pytest.mark.parametrize(
    ("count", "words"), [(0, "none"), (1, "a few"), (2, "a few"), (3, "3"), (12, "12")]
)
def test_a_number_that_could_point_to_one_neighbor_stays_vague(
    count: int, words: str
) -> None:
    assert vague(count) == words


def test_one_search_and_two_searches_look_and_read_the_same() -> None:
    week = demand_of(2, {FRIDAY_18: 1, FRIDAY_18 + 1: 2}, ALWAYS)

    one, two = week.hours[FRIDAY_18], week.hours[FRIDAY_18 + 1]
    assert (one.heat, one.words) == (two.heat, two.words) == (1, "a few")
    assert week.words == "a few"


def test_heat_grows_with_demand_up_to_the_busiest_hour() -> None:
    counts = {0: 3, 1: 10, 2: 25, 3: 50}

    hours = demand_of(88, counts, ALWAYS).hours

    assert [hours[each].heat for each in range(5)] == [1, 1, 3, HEATS, 0]


def test_the_week_reads_by_days_from_monday_on() -> None:
    days = demand_of(0, {}, ALWAYS).days

    assert [day for day, _ in days][::6] == ["Mondays", "Sundays"]
    assert [len(hours) for _, hours in days] == [24] * 7
    assert days[6][1][23].hour_of_week == HOURS_A_WEEK - 1


def test_closed_hours_that_were_wanted_make_a_sentence() -> None:
    counts = dict.fromkeys(range(FRIDAY_18, FRIDAY_18 + 4), 9) | {FRIDAY_18 + 1: 12}

    week = demand_of(12, counts, NEVER)

    assert week.missed == (
        "Drivers looked 12 times on Fridays 18–22, when you are closed.",
    )
    assert week.hours[FRIDAY_18].is_missed
    assert not week.hours[0].is_missed


def test_open_hours_and_small_numbers_make_no_sentence() -> None:
    counts = {FRIDAY_18: 12, 5: 2}
    open_hours = [hour == FRIDAY_18 for hour in range(HOURS_A_WEEK)]

    week = demand_of(14, counts, open_hours)

    assert week.missed == ()
    assert not week.hours[FRIDAY_18].is_missed
    assert week.hours[5].is_missed


def test_the_three_most_wanted_runs_are_told_and_midnight_parts_them() -> None:
    counts = {23: 5, 24: 6, 50: 3, 60: 4}

    sentences = demand_of(18, counts, NEVER).missed

    assert [each.split(" on ")[1].split(",")[0] for each in sentences] == [
        "Tuesdays 0–1",
        "Mondays 23–24",
        "Wednesdays 12–13",
    ]
