"""Names of kept searches, and whether their time has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.search.domain import DayWindow, SearchRefused, Span, UntilFull
from app.search.domain.kept import (
    MAX_NAME,
    KeptTime,
    check_kept_name,
    is_past,
    is_rolling,
    since_words,
    suggested_name,
)

NOW = datetime(2026, 6, 10, 20, 5)
EVENING = {"after_min": 18 * 60, "before_min": 23 * 60}
FRIDAY = DayWindow(day="fri", **EVENING)


def span(day: int, first: int, last: int, days: int = 0) -> Span:
    """Return a span of June 2026."""
    starts = datetime(2026, 6, day, first)
    return Span(starts=starts, ends=datetime(2026, 6, day + days, last))


@pytest.mark.parametrize(
    ("time", "name"),
    [
        (FRIDAY, "Friday 18–23, 2 h near Neukölln"),
        (DayWindow(day="tomorrow", **EVENING), "Tomorrow 18–23, 2 h near Neukölln"),
        (DayWindow(day="2026-06-12", **EVENING), "Fri 12 Jun 18–23, 2 h near Neukölln"),
        (DayWindow(**EVENING), "18–23, 2 h near Neukölln"),
        (DayWindow(day="sat"), "Saturday, 2 h near Neukölln"),
        (DayWindow(), "Any day, 2 h near Neukölln"),
        (
            DayWindow(after_min=18 * 60 + 30, before_min=0, length=timedelta(hours=1)),
            "18:30–0, 1 h near Neukölln",
        ),
        (span(12, 18, 20), "Fri 12 Jun 18–20 near Neukölln"),
        (span(12, 22, 6, days=1), "Fri 12 Jun 22–6 near Neukölln"),
        (span(12, 8, 8, days=2), "Fri 12 Jun 8–Sun 14 Jun 8 near Neukölln"),
        (UntilFull(), "Now, until full near Neukölln"),
        (None, "Any time near Neukölln"),
    ],
)
def test_a_search_is_called_by_its_time_and_its_place(
    time: KeptTime, name: str
) -> None:
    assert suggested_name(time, place="Neukölln") == name


def test_a_place_without_a_name_is_on_the_map() -> None:
    assert suggested_name(None, place="") == "Any time, on the map"


def test_a_very_long_place_is_cut_to_a_name_that_can_be_kept() -> None:
    name = suggested_name(None, place="Llanfair" * 20)

    assert len(name) == MAX_NAME
    assert check_kept_name(name) == name
    assert name.endswith("…")


def test_a_name_loses_needless_spaces() -> None:
    assert check_kept_name("  after \n work ") == "after work"


@pytest.mark.parametrize("text", ["", "  ", "x" * (MAX_NAME + 1)])
def test_a_name_that_is_empty_or_endless_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        check_kept_name(text)

    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("time", "past"),
    [
        (span(10, 20, 22), True),
        (span(10, 21, 22), False),
        (span(9, 8, 9), True),
        # Charging for two hours until 23:00 may begin until 21:00.
        (DayWindow(day="2026-06-10", **EVENING), False),
        (DayWindow(day="2026-06-10", after_min=0, before_min=22 * 60), True),
        (DayWindow(day="today", after_min=0, before_min=12 * 60), False),
        (FRIDAY, False),
        (UntilFull(), False),
        (None, False),
    ],
)
def test_only_a_fixed_date_can_pass(time: KeptTime, past: bool) -> None:
    assert is_past(time, NOW) is past


def test_named_days_roll_on_and_dates_do_not() -> None:
    assert is_rolling(FRIDAY)
    assert is_rolling(DayWindow())
    assert not is_rolling(DayWindow(day="2026-06-12"))
    assert not is_rolling(None)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(hours=2), "since 18:05"),
        (timedelta(hours=21), "since yesterday"),
        (timedelta(days=3), "since Sunday"),
        (timedelta(days=7), "since 3 June"),
    ],
)
def test_news_says_since_when(ago: timedelta, words: str) -> None:
    assert since_words(NOW - ago, NOW) == words
