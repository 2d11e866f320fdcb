"""Turns the opening times of an OCPI Location into weekly windows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.cli.stations.station import Hours, shortened
from app.schedules.domain import ALWAYS, DAY_MIN, OpeningRule

NOT_UNDERSTOOD = "not understood"
_TIME = re.compile(r"(\d\d):(\d\d)", re.ASCII)
_DAY_NAMES = ("", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def hours_of(times: object) -> Hours:
    """Return the weekly windows, or why they were not taken.

    Windows are narrowed to whole quarter hours. Dated openings and closings are left
    out: they are the owner's to say here.
    """
    if not isinstance(times, Mapping):
        return Hours()
    if times.get("twentyfourseven") is True:
        return Hours("24/7", ALWAYS)
    regular = times.get("regular_hours")
    if not isinstance(regular, list) or not regular:
        return Hours()
    text = "; ".join(_words(each) for each in regular)
    rules = [_rule(each) for each in regular]
    if not all(rules):
        return Hours(shortened(text, 500), refusal=NOT_UNDERSTOOD)
    return Hours(shortened(text, 500), tuple(sorted({each for each in rules if each})))


def _words(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return "?"
    weekday = entry.get("weekday")
    is_day = isinstance(weekday, int) and 1 <= weekday <= 7
    day = _DAY_NAMES[weekday] if isinstance(weekday, int) and is_day else "?"
    begin, end = str(entry.get("period_begin")), str(entry.get("period_end"))
    return f"{day} {shortened(begin, 12)}-{shortened(end, 12)}"


def _rule(entry: object) -> OpeningRule | None:
    if not isinstance(entry, Mapping):
        return None
    weekday = entry.get("weekday")
    if not isinstance(weekday, int) or not 1 <= weekday <= 7:
        return None
    begin, end = _minutes(entry.get("period_begin")), _minutes(entry.get("period_end"))
    if begin is None or end is None:
        return None
    end = DAY_MIN if end in (0, DAY_MIN - 1) else end
    first, last = -(-begin // 15) * 15, end // 15 * 15
    if first == DAY_MIN or (begin <= end and first >= last):
        return None
    return OpeningRule(int(weekday), first, last)


def _minutes(value: object) -> int | None:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= DAY_MIN else None
