"""Opening hours as people read them: one line a weekday, and the next exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.schedules.service import Opening

NAMES = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
EXCEPTIONS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """A weekday, or a date that differs, with its open spans in words."""

    name: str
    spans: tuple[str, ...]
    is_today: bool = False


def week_in_words(opening: Opening, today: date) -> tuple[DayHours, ...]:
    """Return the seven weekdays with their spans."""
    return tuple(
        DayHours(
            name=name,
            spans=tuple(
                _span(rule.begin_min, rule.end_min)
                for rule in sorted(opening.rules)
                if rule.weekday == weekday
            ),
            is_today=today.isoweekday() == weekday,
        )
        for weekday, name in enumerate(NAMES, start=1)
    )


def exceptions_in_words(opening: Opening, today: date) -> tuple[DayHours, ...]:
    """Return the next dates on which something else holds."""
    coming = [each for each in sorted(opening.exceptions) if each.on_date >= today]
    return tuple(
        DayHours(
            name=f"{each.on_date:%a} {each.on_date.day} {each.on_date:%b}",
            spans=(
                f"{'also open' if each.kind == 'OPEN' else 'closed'} "
                f"{_span(each.begin_min, each.end_min)}"
                + (f" ({each.reason})" if each.reason else ""),
            ),
        )
        for each in coming[:EXCEPTIONS_SHOWN]
    )


def _span(begin_min: int, end_min: int) -> str:
    if begin_min == 0 and end_min in {0, 24 * 60}:
        return "all day"
    return f"{_clock(begin_min)}–{_clock(end_min)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
