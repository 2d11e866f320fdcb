"""Days and times as people at the charger see them: picking from the clock there.

All arithmetic stays in UTC; times as people write them are the schedules' matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.period import Period, clip, subtract
from app.kernel.slots import SLOT_S, ceil_to_grid
from app.schedules.wall_time import (
    day_window,
    exact_wall_time,
    local_date,
    read_period,
    read_wall_time,
    wall_time,
)

__all__ = [
    "DAYS_SHOWN",
    "Day",
    "day_window",
    "days_of",
    "exact_wall_time",
    "local_date",
    "read_period",
    "read_wall_time",
    "suggest",
    "wall_time",
    "week_window",
]

DAYS_SHOWN = 7
# With more starts than this in a day, only whole hours are offered to tap.
MOST_STARTS = 16
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local date at a charger, with what of it is free.

    :param starts: when a booking of the chosen length can begin, for tapping
    """

    on_date: date
    window: Period
    free: tuple[Period, ...]
    taken: tuple[Period, ...]
    starts: tuple[datetime, ...]

    @property
    def length_s(self) -> int:
        """Seconds of the date: not always a day's, when clocks change."""
        return self.window.duration_s

    def offset_s(self, at: datetime) -> int:
        """Return how many seconds into the date an instant lies."""
        return int((at - self.window.starts_at).total_seconds())


def week_window(first: date, zone: str) -> Period:
    """Return the days that are shown together, as one span."""
    windows = [
        window
        for offset in range(DAYS_SHOWN)
        if (window := day_window(first + offset * _DAY, zone))
    ]
    return Period(windows[0].starts_at, windows[-1].ends_at)


def days_of(
    first: date,
    zone: str,
    *,
    opened: Iterable[Period],
    free: tuple[Period, ...],
    length_s: int,
) -> tuple[Day, ...]:
    """Return the days from the first on, each with its free and taken parts.

    :param opened: when the charger is open, taken or not
    :param free: when a booking may lie
    :param length_s: the chosen length, which decides where a booking can begin
    """
    taken = subtract(opened, free)
    days = []
    for offset in range(DAYS_SHOWN):
        window = day_window(first + offset * _DAY, zone)
        if window is None:
            continue
        days.append(
            Day(
                on_date=first + offset * _DAY,
                window=window,
                free=clip(free, window),
                taken=clip(taken, window),
                starts=_starts_in(window, free, length_s, zone),
            )
        )
    return tuple(days)


def _starts_in(
    window: Period, free: tuple[Period, ...], length_s: int, zone: str
) -> tuple[datetime, ...]:
    """Return tappable starts: each gap's first, then half hours, or whole hours."""
    place = ZoneInfo(zone)
    firsts: set[datetime] = set()
    halves: set[datetime] = set()
    for gap in free:
        at = ceil_to_grid(max(gap.starts_at, window.starts_at))
        last = min(
            gap.ends_at - timedelta(seconds=length_s),
            window.ends_at - timedelta(seconds=SLOT_S),
        )
        if at <= last:
            firsts.add(at)
        while at <= last:
            if at.astimezone(place).minute in {0, 30}:
                halves.add(at)
            at += timedelta(seconds=SLOT_S)
    if len(firsts | halves) > MOST_STARTS:
        halves = {at for at in halves if at.astimezone(place).minute == 0}
    return tuple(sorted(firsts | halves))


def suggest(free: Iterable[Period], *, shortest_s: int, usual_s: int) -> Period | None:
    """Return the first free time of the usual length, or at least the shortest."""
    gaps = [(ceil_to_grid(gap.starts_at), gap.ends_at) for gap in free]
    for length_s in (usual_s, shortest_s):
        for starts_at, ends_at in gaps:
            until = starts_at + timedelta(seconds=length_s)
            if until <= ends_at:
                return Period(starts_at, until)
    return None
