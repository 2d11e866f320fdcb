"""Whether weekly hours cover the night; pure, like the rest of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.schedules.domain import DAY_MIN, OpeningRule

NIGHT_BEGIN_MIN, NIGHT_END_MIN = 22 * 60, DAY_MIN + 6 * 60
_WEEK_MIN = 7 * DAY_MIN


def is_open_at_night(rules: Iterable[OpeningRule]) -> bool:
    """Return whether the weekly rules are open every night from 22:00 to 06:00.

    By the clock on the wall; dated exceptions and changes of clocks are other matters.

    >>> is_open_at_night([OpeningRule(day, 20 * 60, 8 * 60) for day in range(1, 8)])
    True
    """
    opened = tuple(_merged(rules))
    nights = (day * DAY_MIN for day in range(7))
    return all(
        any(
            begin <= night + NIGHT_BEGIN_MIN and night + NIGHT_END_MIN <= end
            for begin, end in opened
        )
        for night in nights
    )


def _merged(rules: Iterable[OpeningRule]) -> Iterator[tuple[int, int]]:
    """Yield when the rules are open in minutes of a week, with the weeks beside it.

    So a night from Sunday to Monday is whole, whichever of the two weeks says so.
    """
    spans = sorted(
        (begin + week, end + week)
        for rule in rules
        for begin, end in (_span(rule),)
        for week in (-_WEEK_MIN, 0, _WEEK_MIN)
    )
    merged: list[tuple[int, int]] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    yield from merged


def _span(rule: OpeningRule) -> tuple[int, int]:
    midnight = (rule.weekday - 1) * DAY_MIN
    is_overnight = rule.end_min <= rule.begin_min
    end_min = rule.end_min + DAY_MIN if is_overnight else rule.end_min
    return midnight + rule.begin_min, midnight + end_min
