"""Days and times as people at the charger see them: picking from the clock there.

Wall-clock text becomes an instant here; all arithmetic stays in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.bookings.domain.rules import BookingRefused
from app.kernel.period import Period, clip, subtract
from app.kernel.slots import SLOT_S, ceil_to_grid
from app.schedules.domain import to_instant

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


def read_wall_time(text: str, zone: str, *, field: str, fold: int = 0) -> datetime:
    """Return the instant that a local time such as ``2026-06-10T18:15`` means.

    With an offset (``…+02:00``) it means exactly that instant.

    :param fold: which one to take of a time that the clock shows twice
    :raises BookingRefused: at ``field``, if it is no time, or the clock skips it
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BookingRefused("Please give a date and a time.", field=field) from error
    if not 2000 <= at.year <= 2200:
        raise BookingRefused("Please give a date of this century.", field=field)
    if at.tzinfo is not None:
        return at
    place = ZoneInfo(zone)
    instant = to_instant(at, place, fold=fold)
    if instant.astimezone(place).replace(tzinfo=None) != at:
        raise BookingRefused(
            "That night the clocks go forward and skip this time.", field=field
        )
    return instant


def read_period(starts: str, ends: str, zone: str) -> Period:
    """Return the period between two local times of a place.

    Of a time that the clock shows twice, a start means the first and an end the
    second, as in opening hours.

    :raises BookingRefused: at ``starts_at`` or ``ends_at``
    """
    starts_at = read_wall_time(starts, zone, field="starts_at")
    ends_at = read_wall_time(ends, zone, field="ends_at", fold=1)
    if ends_at <= starts_at:
        raise BookingRefused("The end must be after the start.", field="ends_at")
    return Period(starts_at, ends_at)


def wall_time(at: datetime, zone: str) -> str:
    """Return the local time for a form field, such as ``2026-06-10T18:15``."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def exact_wall_time(at: datetime, zone: str) -> str:
    """Return the local time for a link, with its offset on the nights it needs it."""
    there = at.astimezone(ZoneInfo(zone))
    if there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset():
        return wall_time(at, zone)
    return there.isoformat(timespec="minutes")


def local_date(at: datetime, zone: str) -> date:
    """Return the date at a place."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_window(on_date: date, zone: str) -> Period | None:
    """Return a local date from midnight to midnight; None where a zone skips it."""
    place = ZoneInfo(zone)
    starts_at = to_instant(datetime.combine(on_date, time()), place, fold=0)
    ends_at = to_instant(datetime.combine(on_date + _DAY, time()), place, fold=0)
    return Period(starts_at, ends_at) if starts_at < ends_at else None


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
