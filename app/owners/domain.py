"""How an owner reads and writes opening hours: clock times, weeks, presets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.schedules.domain import (
    DAY_MIN,
    Opening,
    OpeningException,
    OpeningRefused,
    OpeningRule,
)

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")


@dataclass(frozen=True, slots=True)
class DayWords:
    """One weekday as it is printed; no windows means closed.

    :param bars: when it is open between midnight and midnight, as (begin, length) in
        minutes, including what reaches over from the night before
    """

    weekday: int
    name: str
    windows: tuple[str, ...]
    bars: tuple[tuple[int, int], ...] = ()


# Each preset: which weekdays, from when, until when.
PRESETS: dict[str, tuple[str, tuple[int, ...], str, str]] = {
    "always": ("Always", (1, 2, 3, 4, 5, 6, 7), "00:00", "00:00"),
    "nights": ("Every night", (1, 2, 3, 4, 5, 6, 7), "18:00", "08:00"),
    "weekdays": ("Weekdays 9–17", (1, 2, 3, 4, 5), "09:00", "17:00"),
}


def parse_clock(text: str, *, is_end: bool) -> int:
    """Return minutes after midnight; as an end, midnight belongs to the day before.

    >>> parse_clock("18:15", is_end=False), parse_clock("0:00", is_end=True)
    (1095, 1440)

    :raises OpeningRefused: if it is not a time of day on the quarter hour
    """
    text = text.strip()
    if is_end and text == "24:00":
        return DAY_MIN
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise OpeningRefused("Please give a time, such as 18:15.")
    minutes = int(match[1]) * 60 + int(match[2])
    if minutes % 15:
        raise OpeningRefused("Please use quarter hours, such as 18:15.")
    return DAY_MIN if is_end and minutes == 0 else minutes


def clock_words(minutes: int) -> str:
    """Return minutes after midnight as a clock shows them.

    >>> clock_words(1095), clock_words(1440)
    ('18:15', '00:00')
    """
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def span_words(begin_min: int, end_min: int) -> str:
    """Return a window of a day in words.

    >>> span_words(1080, 480), span_words(0, 1440)
    ('18:00–08:00', 'all day')
    """
    if begin_min % DAY_MIN == end_min % DAY_MIN == 0:
        return "all day"
    return f"{clock_words(begin_min)}–{clock_words(end_min)}"


def week_words(opening: Opening) -> tuple[DayWords, ...]:
    """Return the seven days of the weekly rules, Monday first."""
    return tuple(
        DayWords(
            weekday,
            name,
            tuple(
                span_words(rule.begin_min, rule.end_min)
                for rule in sorted(opening.rules)
                if rule.weekday == weekday
            ),
            _bars(opening, weekday),
        )
        for weekday, name in enumerate(WEEKDAYS, 1)
    )


def _bars(opening: Opening, weekday: int) -> tuple[tuple[int, int], ...]:
    bars = []
    for rule in sorted(opening.rules):
        length = (rule.end_min - rule.begin_min) % DAY_MIN or DAY_MIN
        today = min(length, DAY_MIN - rule.begin_min)
        if rule.weekday == weekday:
            bars.append((rule.begin_min, today))
        if rule.weekday % 7 + 1 == weekday and length > today:
            bars.append((0, length - today))
    return tuple(sorted(bars))


def require_some_time(opening: Opening) -> None:
    """Let opening hours pass in which there is any time to book.

    :raises OpeningRefused: if the charger would never be open
    """
    opens = any(each.kind == "OPEN" for each in opening.exceptions)
    if not opening.rules and not opens:
        raise OpeningRefused(
            "Please open the charger for some time, or pause it instead.",
            field="rules",
        )


def window(weekday: int, begin: str, end: str) -> OpeningRule:
    """Return the weekly window that an owner wrote.

    :raises OpeningRefused: if a time is missing or off the quarter hour
    """
    if not begin.strip() or not end.strip():
        raise OpeningRefused("Please give both times, or neither.")
    return OpeningRule(
        weekday, parse_clock(begin, is_end=False), parse_clock(end, is_end=True)
    )


def hours_of_exception(begin: str, end: str) -> tuple[int, int]:
    """Return the minutes of a dated exception; without times it is the whole day.

    :raises OpeningRefused: if only one time is given, or one cannot be
    """
    if not begin.strip() and not end.strip():
        return 0, DAY_MIN
    rule = window(1, begin, end)
    return rule.begin_min, rule.end_min


def exception_words(exception: OpeningException) -> str:
    """Return what is different on a date, such as ``closed all day``."""
    kind = "open" if exception.kind == "OPEN" else "closed"
    return f"{kind} {span_words(exception.begin_min, exception.end_min)}"
