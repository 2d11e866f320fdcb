"""Understands those among the opening texts of stations that mean one thing only."""

from __future__ import annotations

import re

from app.cli.stations.station import Hours
from app.schedules.domain import ALWAYS, DAY_MIN, OpeningRule

NOT_UNDERSTOOD = "not understood"
MAX_TEXT = 500
_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
_SHORT = {"m": 1, "f": 5, **_DAYS}
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)"
_TIME = r"(\d{1,2})(?::(\d\d))?\s?([ap]m)"
_SPAN = rf"{_TIME}\s?-\s?{_TIME}"
_FLAGS = re.I | re.ASCII
_ALWAYS = re.compile(r"24 hours daily|24/7|24 hours", _FLAGS)
_ONE_DAY = re.compile(rf"({_DAY})\s+(?:{_SPAN}|(closed))", _FLAGS)
# "6am-9pm daily", "8am-5pm M-F", "24 hours Sat-Sun".
_PHRASE = re.compile(
    rf"(?:(?:open )?(?:during )?business hours )?(?:{_SPAN}|(24 hours))"
    rf"\s+(?:(daily)|(m|{_DAY})-(f|{_DAY}))",
    _FLAGS,
)
# What may follow the hours: advice for people, kept in the house rules.
_ADVICE = re.compile(r"[.;]\s")
# Advice that takes hours away again; then the whole text is not clear.
_TAKES_BACK = re.compile(rf"\bclosed\b|{_SPAN}|\b{_DAY}day", _FLAGS)


def hours_of(text: str) -> Hours:
    """Return the weekly windows that an opening text means, or why not.

    "24 hours daily", windows by weekday, "6am-9pm daily" and "8am-5pm M-F", several
    with a comma between them, each with advice behind it or not.

    >>> hours_of("Mon 6:00am - 11:59pm").rules
    (OpeningRule(weekday=1, begin_min=360, end_min=1440),)
    """
    text = " ".join(text.split())
    if not text:
        return Hours()
    rules: tuple[OpeningRule, ...] = ()
    if len(text) <= MAX_TEXT:
        rules = _by_weekday(text) or _in_phrases(text)
    return Hours(text, rules) if rules else Hours(text, refusal=NOT_UNDERSTOOD)


def _by_weekday(text: str) -> tuple[OpeningRule, ...]:
    rules: list[OpeningRule] = []
    for part in text.split(";"):
        match = _ONE_DAY.fullmatch(part.strip())
        if not match:
            return ()
        if match[8]:
            continue
        window = _window(match.groups()[1:7])
        if window is None:
            return ()
        rules.append(OpeningRule(_DAYS[match[1].lower()], *window))
    return tuple(sorted(rules))


def _in_phrases(text: str) -> tuple[OpeningRule, ...]:
    head, *advice = _ADVICE.split(text, maxsplit=1)
    if advice and _TAKES_BACK.search(advice[0]):
        return ()
    if _ALWAYS.fullmatch(head):
        return ALWAYS
    rules: dict[int, OpeningRule] = {}
    for part in head.split(","):
        match = _PHRASE.fullmatch(part.strip())
        window = _phrase_window(match) if match else None
        if match is None or window is None:
            return ()
        for weekday in _weekdays(match):
            # A day with two windows contradicts itself or says more than we know.
            if weekday in rules:
                return ()
            rules[weekday] = OpeningRule(weekday, *window)
    return tuple(sorted(rules.values()))


def _phrase_window(match: re.Match[str]) -> tuple[int, int] | None:
    return (0, DAY_MIN) if match[7] else _window(match.groups()[:6])


def _weekdays(match: re.Match[str]) -> range:
    if match[8]:
        return range(1, 8)
    return range(_SHORT[match[9].lower()], _SHORT[match[10].lower()] + 1)


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
