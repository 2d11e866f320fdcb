"""A day is meant as people name it, by the clock of the place."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from app.search.domain import DayWindow, SearchRefused, Window, length_words
from app.search.domain.days import WEEKDAYS

# A Wednesday.
WEDNESDAY = datetime(2026, 6, 10, 20, 7)
HOUR = timedelta(hours=1)


def evening(day: str, *, after: int = 18, before: int = 23) -> DayWindow:
    """Return two hours between two hours of a day."""
    return DayWindow(day=day, after_min=after * 60, before_min=before * 60)


@pytest.mark.parametrize(
    ("day", "on"),
    [
        ("", date(2026, 6, 10)),
        ("today", date(2026, 6, 10)),
        ("tomorrow", date(2026, 6, 11)),
        ("wed", date(2026, 6, 10)),
        ("thu", date(2026, 6, 11)),
        ("tue", date(2026, 6, 16)),
        ("2026-07-01", date(2026, 7, 1)),
    ],
)
def test_a_day_is_the_next_one_of_its_name(day: str, on: date) -> None:
    window = evening(day).on(WEDNESDAY)

    assert window.starts == datetime(on.year, on.month, on.day, 18)
    assert window.ends - window.starts == 5 * HOUR
    assert window.length == 2 * HOUR


@pytest.mark.parametrize(
    ("day", "on"),
    [("", 11), ("wed", 17), ("today", 10)],
)
def test_an_evening_that_is_too_late_already_is_another_days(day: str, on: int) -> None:
    # Two hours still fit from 21:00, and no longer at 21:01.
    assert evening(day).on(WEDNESDAY.replace(hour=21, minute=0)).starts.day == 10
    assert evening(day).on(WEDNESDAY.replace(hour=21, minute=1)).starts.day == on


def test_hours_over_midnight_end_on_the_next_day() -> None:
    window = evening("fri", after=22, before=6).on(WEDNESDAY)

    assert window.starts == datetime(2026, 6, 12, 22)
    assert window.ends == datetime(2026, 6, 13, 6)


def test_the_same_time_twice_means_a_whole_day() -> None:
    window = evening("fri", after=7, before=7).on(WEDNESDAY)

    assert window.ends - window.starts == 24 * HOUR


def test_nothing_said_means_any_two_hours_of_the_day() -> None:
    assert DayWindow(day="fri").on(WEDNESDAY) == Window(
        starts=datetime(2026, 6, 12), ends=datetime(2026, 6, 13), length=2 * HOUR
    )


@pytest.mark.parametrize(
    "day",
    ["friday", "2026-13-01", "2026-6-1", "20260610", "٢٠٢٦-٠٦-١٠", "1999-12-31", "x"],
)
def test_a_day_nobody_knows_is_refused(day: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        DayWindow(day=day)

    assert refused.value.field == "day"


@pytest.mark.parametrize(
    ("after_min", "before_min", "field"),
    [(-15, 60, "after"), (1440, 60, "after"), (0, -15, "before"), (0, 1455, "before")],
)
def test_a_time_outside_of_a_day_is_refused(
    after_min: int, before_min: int, field: str
) -> None:
    with pytest.raises(SearchRefused) as refused:
        DayWindow(after_min=after_min, before_min=before_min)

    assert refused.value.field == field


def test_a_length_that_does_not_fit_is_refused_with_the_times() -> None:
    with pytest.raises(SearchRefused, match="Between 18:00 and 19:00") as refused:
        evening("fri", before=19)

    assert refused.value.field == "hours"


@pytest.mark.parametrize(
    ("after_min", "before_min", "length"),
    [(5, 600, 2 * HOUR), (0, 601, 2 * HOUR), (0, 600, timedelta(minutes=20))],
)
def test_a_window_off_the_grid_is_a_programming_error(
    after_min: int, before_min: int, length: timedelta
) -> None:
    with pytest.raises(ValueError, match="quarter hour"):
        DayWindow(after_min=after_min, before_min=before_min, length=length)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (DayWindow(), "any 2 h"),
        (evening("fri"), "any 2 h between 18:00 and 23:00 on Friday"),
        (evening("today"), "any 2 h between 18:00 and 23:00 today"),
        (evening("tomorrow", before=24), "any 2 h between 18:00 and 24:00 tomorrow"),
        (DayWindow(day="2026-07-01", length=HOUR), "any 1 h on 1 July 2026"),
    ],
)
def test_a_window_is_said_the_way_people_do(asked: DayWindow, words: str) -> None:
    assert asked.words == words


def test_every_weekday_has_its_name() -> None:
    said = {DayWindow(day=day).words.rsplit(" ", 1)[1].lower() for day in WEEKDAYS}

    assert {each[:3] for each in said} == set(WEEKDAYS)


@pytest.mark.parametrize(
    ("minutes", "words"), [(15, "15 min"), (60, "1 h"), (135, "2 h 15 min")]
)
def test_a_length_is_said_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert length_words(timedelta(minutes=minutes)) == words
