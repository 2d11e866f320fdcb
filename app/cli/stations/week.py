"""Understands opening hours in the project's own simple notation."""

from __future__ import annotations

import re

from app.cli.stations.station import Hours, RowRefused, shortened
from app.schedules.domain import ALWAYS, DAY_MIN, OpeningRule

_DAYS = {"mo": 1, "tu": 2, "we": 3, "th": 4, "fr": 5, "sa": 6, "su": 7}
_DAY = r"(?:mo|tu|we|th|fr|sa|su)"
_PART = re.compile(
    rf"(?:({_DAY}(?:[-,]{_DAY})*)\s+)?(\d\d):(\d\d)-(\d\d):(\d\d)", re.I | re.ASCII
)


def week_of(text: str) -> Hours:
    """Return the hours of a text such as ``Mo-Fr 08:00-18:00; Sa 10:00-14:00``.

    Days left out mean every day; an end at or before its begin lies on the next day.

    >>> week_of("Sa,Su 22:00-06:00").rules[0]
    OpeningRule(weekday=6, begin_min=1320, end_min=360)

    :raises RowRefused: if it is written in another way, or off the quarter hour
    """
    if not text:
        return Hours()
    if text == "24/7":
        return Hours(text, ALWAYS)
    rules: set[OpeningRule] = set()
    for part in text.split(";"):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise RowRefused(
                f"its hours are {shortened(text, 80)!r}; "
                "write them as 'Mo-Fr 08:00-18:00; Sa 10:00-14:00' or '24/7'"
            )
        begin, end = (
            minute_of_day(int(hour), int(minute))
            for hour, minute in (match.group(2, 3), match.group(4, 5))
        )
        if begin == DAY_MIN:
            raise RowRefused("its hours begin at 24:00; write 00:00 of the next day")
        for weekday in _weekdays(match[1]):
            rules.add(OpeningRule(weekday, begin, end))
    return Hours(text, tuple(sorted(rules)))


def minute_of_day(hour: int, minute: int) -> int:
    """Return minutes after midnight, on a whole quarter hour.

    :raises RowRefused: if there is no such time, or it is off the quarter hour
    """
    minutes = hour * 60 + minute
    if minute > 59 or minutes > DAY_MIN:
        raise RowRefused(f"there is no time {hour:02}:{minute:02}")
    if minutes % 15:
        raise RowRefused(f"its hours are off the quarter hour: {hour:02}:{minute:02}")
    return minutes


def _weekdays(text: str | None) -> set[int]:
    if text is None:
        return set(_DAYS.values())
    days: set[int] = set()
    for part in text.casefold().split(","):
        first, _, last = part.partition("-")
        begin, end = _DAYS[first], _DAYS[last or first]
        # Sa-Mo goes over the end of the week.
        length = (end - begin) % 7
        days.update((begin - 1 + step) % 7 + 1 for step in range(length + 1))
    return days
