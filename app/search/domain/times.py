"""When a driver wants to charge, as wall-clock time at whatever charger he finds.

Never an instant: the same evening is another one in another zone, and a charger is
open by its own clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from app.kernel.errors import DomainError
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid
from app.kernel.zones import zone_named
from app.schedules.domain import to_instant

MAX_SPAN = timedelta(hours=48)
MAX_AHEAD = timedelta(days=36)
DEFAULT_SPAN = timedelta(hours=2)
MAX_LENGTH = timedelta(hours=24)
# A charger that wants to be booked longer ahead than this is no answer to "now".
NOW_WITHIN = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


class SearchRefused(DomainError):
    """The search cannot be made like this; the field says where it is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _WallClock:
    """Two wall-clock times on the quarter hour, the second one exclusive."""

    starts: datetime
    ends: datetime

    # Where the page asks for the two.
    fields: ClassVar[tuple[str, str]] = ("from", "to")

    def __post_init__(self) -> None:
        """Refuse what is no span on the grid."""
        if self.starts.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("A span is wall-clock time, without a time zone.")
        if floor_quarter(self.starts) != self.starts or (
            floor_quarter(self.ends) != self.ends
        ):
            raise ValueError("A span lies on the quarter hour.")
        if self.ends <= self.starts:
            raise SearchRefused(
                "The end must be after the start.", field=self.fields[1]
            )
        if self.ends - self.starts > MAX_SPAN:
            raise SearchRefused(
                "Please search for at most two days.", field=self.fields[1]
            )

    @property
    def latest_start(self) -> datetime:
        """The last wall-clock time at which charging may begin."""
        return self.starts

    def period_in(self, zone: str) -> Period | None:
        """Return the span at a place, or None where the clock skips all of it."""
        place = zone_named(zone)
        starts_at = to_instant(self.starts, place, fold=0)
        ends_at = to_instant(self.ends, place, fold=1)
        return Period(starts_at, ends_at) if starts_at < ends_at else None

    def refuse_past(self, now: datetime, *, lon: float, zones: Iterable[str]) -> None:
        """Refuse a start that has passed, or is too far ahead, at every place.

        :param lon: longitude searched, which bounds the time where no zone is known
        :param zones: time zones of the chargers found there
        :raises SearchRefused: at the field of the start
        """
        slowest = timedelta(hours=-12 if abs(lon) > 165 else lon / 15 - 3.5)
        local_now = (now.astimezone(UTC) + slowest).replace(tzinfo=None)
        slack = self.latest_start - self.starts
        starts = [self.period_in(zone) for zone in zones]
        known = [period.starts_at + slack for period in starts if period]
        passed = (
            max(known) < ceil_to_grid(now) if known else self.latest_start < local_now
        )
        if passed:
            raise SearchRefused("That time has already passed.", field=self.fields[0])
        if self.starts > local_now + MAX_AHEAD:
            raise SearchRefused(
                "Chargers can be booked four weeks ahead.", field=self.fields[0]
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(_WallClock):
    """Exactly this time, whatever the charger's time zone.

    :ivar starts: naive local time on the quarter hour
    :ivar ends: naive local time on the quarter hour, exclusive
    """

    @classmethod
    def at(cls, period: Period, zone: str) -> Span | None:
        """Return the period by the clocks of a place.

        None where they cannot say it, as in the hour that they show twice.
        """
        place = zone_named(zone)
        starts, ends = (
            at.astimezone(place).replace(tzinfo=None)
            for at in (period.starts_at, period.ends_at)
        )
        if ends <= starts:
            return None
        span = cls(starts=starts, ends=ends)
        return span if span.period_in(zone) == period else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(_WallClock):
    """Any stretch of a length inside these wall-clock times; the earliest counts.

    :ivar length: 15 minutes to 24 hours, whole quarter hours of elapsed time
    """

    length: timedelta

    fields: ClassVar[tuple[str, str]] = ("day", "before")

    def __post_init__(self) -> None:
        """Refuse a length that is none, or does not fit."""
        # Slotted dataclasses are made anew, which plain super() does not survive.
        _WallClock.__post_init__(self)
        if self.length % QUARTER:
            raise ValueError("A length is whole quarter hours.")
        require_length(self.length)
        if self.length > self.ends - self.starts:
            raise SearchRefused("That is longer than the time between.", field="hours")

    @property
    def latest_start(self) -> datetime:
        """The last wall-clock time at which charging may begin."""
        return self.ends - self.length


@dataclass(frozen=True, slots=True)
class UntilFull:
    """From the next quarter hour that can be booked until the wanted energy is in.

    How long that takes depends on the charger and on the car.
    """


# None stands for "whenever it is free next".
Time = Span | Window | UntilFull | None


def require_length(length: timedelta) -> None:
    """Refuse a length of charging that nobody sells.

    :raises SearchRefused: at the field ``hours``
    """
    if not QUARTER <= length <= MAX_LENGTH:
        raise SearchRefused(
            "Please ask for a quarter of an hour to 24 hours.", field="hours"
        )


def read_span(
    starts: datetime | None, ends: datetime | None
) -> tuple[Span | None, str]:
    """Return the span on the grid that covers the given times, and what was changed.

    :param starts: naive wall-clock time, or None
    :param ends: naive wall-clock time, or None for two hours
    :returns: the span (None where no time was given) and a sentence, empty where
        nothing was changed
    :raises SearchRefused: if only the end was given, or it is not after the start,
        or either is no date of this century
    """
    require_this_century(starts, "from")
    require_this_century(ends, "to")
    if starts is None:
        if ends is not None:
            raise SearchRefused("Please say from when as well.", field="from")
        return None, ""
    if ends is not None and ends <= starts:
        raise SearchRefused("The end must be after the start.", field="to")
    first = floor_quarter(starts)
    last = first + DEFAULT_SPAN if ends is None else ceil_quarter(ends)
    span = Span(starts=first, ends=last)
    if ends is None:
        return span, f"Two hours from {first:%H:%M}; say until when for another length."
    if (first, last) != (starts, ends):
        return span, (
            f"Time is sold in quarter hours: searching {first:%H:%M} to {last:%H:%M}."
        )
    return span, ""


def require_this_century(at: date | None, field: str) -> None:
    """Refuse a date near the ends of the calendar, where arithmetic could leave it.

    :raises SearchRefused: at the field
    """
    if at is not None and not 2000 <= at.year <= 2200:
        raise SearchRefused("Please give a date of this century.", field=field)


def floor_quarter(at: datetime) -> datetime:
    """Return the last wall-clock quarter hour at or before the time."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def ceil_quarter(at: datetime) -> datetime:
    """Return the first wall-clock quarter hour at or after the time."""
    floored = floor_quarter(at)
    return floored if floored == at else floored + QUARTER


def _hours_at(midnight: datetime, days: int, hour: int, hours: int) -> Span:
    starts = midnight + timedelta(days=days, hours=hour)
    return Span(starts=starts, ends=starts + timedelta(hours=hours))


def usual_spans(local_now: datetime) -> tuple[tuple[str, Span], ...]:
    """Return times that drivers often want, each with its name.

    :param local_now: naive wall-clock time at the place
    """
    soon = ceil_quarter(local_now)
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    evening = _hours_at(midnight, 0, 18, 4)
    evening_name = "This evening"
    if soon > evening.starts:
        evening, evening_name = _hours_at(midnight, 1, 18, 4), "Tomorrow evening"
    night = _hours_at(midnight, 0, 22, 8)
    if soon > night.starts:
        night = Span(starts=soon, ends=soon + timedelta(hours=8))
    return (
        ("Next 2 hours", Span(starts=soon, ends=soon + DEFAULT_SPAN)),
        (evening_name, evening),
        ("Overnight", night),
        ("Tomorrow, 9 to 12", _hours_at(midnight, 1, 9, 3)),
    )
