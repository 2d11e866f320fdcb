"""Understands the usual ones among the opening texts of stations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.schedules.domain import ALWAYS, DAY_MIN, OpeningRule

_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
_TIME = r"(\d{1,2})(?::(\d\d))?\s?([ap]m)"
_ALWAYS = re.compile(r"24 hours daily|24/7", re.I)
_ONE_DAY = re.compile(rf"(mon|tue|wed|thu|fri|sat|sun)\s+{_TIME}\s?-\s?{_TIME}", re.I)
_DAILY = re.compile(rf"{_TIME}\s?-\s?{_TIME}\s+daily", re.I)
_SPAN = re.compile(rf"{_TIME}\s?-\s?{_TIME}\s+m-(f|sat|sun)", re.I)
_LAST = {"f": 5, "sat": 6, "sun": 7}
# What may follow the hours: advice for people, kept in the house rules.
_ADVICE = re.compile(r"[.;]\s")


@dataclass(frozen=True, slots=True)
class Opened:
    """Weekly rules, and what had to be assumed to get to them."""

    rules: tuple[OpeningRule, ...]
    remark: str = ""


def opening_of(text: str) -> Opened:
    """Return the weekly windows that an opening text means.

    "24 hours daily", windows by weekday, "6am-9pm daily" and "8am-5pm M-F", each with
    advice behind it or not. Anything else counts as always open, with a remark.

    >>> opening_of("Mon 6:00am - 11:59pm").rules
    (OpeningRule(weekday=1, begin_min=360, end_min=1440),)
    """
    text = " ".join(text.split())
    if not text:
        return Opened(ALWAYS)
    rules = _by_weekday(text) or _in_one_phrase(_ADVICE.split(text, maxsplit=1)[0])
    if not rules:
        return Opened(ALWAYS, f"hours not understood, taken as always: {text!r}")
    return Opened(rules)


def _by_weekday(text: str) -> tuple[OpeningRule, ...]:
    rules: list[OpeningRule] = []
    for part in text.split(";"):
        match = _ONE_DAY.fullmatch(part.strip())
        if not match:
            return ()
        window = _window(match.groups()[1:])
        of_day = _rules_for((_DAYS[match[1].lower()],), window)
        if not of_day:
            return ()
        rules += of_day
    return tuple(sorted(rules))


def _in_one_phrase(text: str) -> tuple[OpeningRule, ...]:
    if _ALWAYS.fullmatch(text):
        return ALWAYS
    for pattern in (_DAILY, _SPAN):
        match = pattern.fullmatch(text)
        if match:
            window = _window(match.groups()[:6])
            last = 7 if pattern is _DAILY else _LAST[match[7].lower()]
            days = tuple(range(1, last + 1))
            return _rules_for(days, window)
    return ()


def _window(parts: tuple[str | None, ...]) -> tuple[int, int] | None:
    """Return minutes after midnight, on whole quarter hours inside the window."""
    begin, end = _minutes(*parts[:3]), _minutes(*parts[3:])
    if begin is None or end is None:
        return None
    # One minute to midnight is how the file writes midnight.
    end = DAY_MIN if end in (0, DAY_MIN - 1) else end
    first, last = -(-begin // 15) * 15, end // 15 * 15
    # What is shorter than a quarter hour must not turn into a night or a whole day.
    if first == DAY_MIN or (begin <= end and first >= last):
        return None
    return first, last


def _minutes(
    hour: str | None = None, minute: str | None = None, half: str | None = None
) -> int | None:
    hours, minutes = int(hour or 0), int(minute or 0)
    if not (1 <= hours <= 12 and minutes < 60):
        return None
    return (hours % 12 + (12 if half and half.lower() == "pm" else 0)) * 60 + minutes


def _rules_for(
    weekdays: tuple[int, ...], window: tuple[int, int] | None
) -> tuple[OpeningRule, ...]:
    if window is None:
        return ()
    begin, end = window
    return tuple(OpeningRule(weekday, begin, end) for weekday in weekdays)
