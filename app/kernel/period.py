"""Half-open spans of time in UTC, and their set algebra."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.kernel.errors import DomainError


class BadPeriod(DomainError):
    """The end is not after the start, or an instant has no time zone."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """``[starts_at, ends_at)`` in UTC: the end belongs to what comes after.

    :raises BadPeriod: if an instant is naive or the end is not after the start
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        """Convert both ends to UTC, so that differences are real elapsed time."""
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise BadPeriod("A time without a time zone means nothing.")
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        if self.ends_at <= self.starts_at:
            raise BadPeriod("The end must be after the start.", field="ends_at")

    @property
    def duration_s(self) -> int:
        """Real elapsed seconds."""
        return int((self.ends_at - self.starts_at).total_seconds())

    def overlaps(self, other: Period) -> bool:
        """Return whether any instant lies in both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def covers(self, other: Period) -> bool:
        """Return whether every instant of the other lies in this one."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def contains(self, at: datetime) -> bool:
        """Return whether the instant lies in this period (the end does not)."""
        return self.starts_at <= at < self.ends_at

    def widened(self, *, before_s: int = 0, after_s: int = 0) -> Period:
        """Return the period made longer at either end."""
        return Period(
            self.starts_at - timedelta(seconds=before_s),
            self.ends_at + timedelta(seconds=after_s),
        )


def union(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the same instants as sorted, disjoint, non-touching periods."""
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.starts_at <= merged[-1].ends_at:
            last = merged[-1]
            merged[-1] = Period(last.starts_at, max(last.ends_at, period.ends_at))
        else:
            merged.append(period)
    return tuple(merged)


def subtract(periods: Iterable[Period], holes: Iterable[Period]) -> tuple[Period, ...]:
    """Return what is left of ``periods`` after every hole is cut out.

    Both are merged first, so the result is sorted and disjoint. O(n log n).
    """
    left: list[Period] = []
    cuts = union(holes)
    first = 0
    for period in union(periods):
        cursor = period.starts_at
        while first < len(cuts) and cuts[first].ends_at <= cursor:
            first += 1
        index = first
        while index < len(cuts) and cuts[index].starts_at < period.ends_at:
            cut = cuts[index]
            if cut.starts_at > cursor:
                left.append(Period(cursor, cut.starts_at))
            cursor = max(cursor, cut.ends_at)
            index += 1
        if cursor < period.ends_at:
            left.append(Period(cursor, period.ends_at))
    return tuple(left)


def clip(periods: Iterable[Period], window: Period) -> tuple[Period, ...]:
    """Return the parts of the periods that lie inside the window."""
    inside: list[Period] = []
    for period in periods:
        starts_at = max(period.starts_at, window.starts_at)
        ends_at = min(period.ends_at, window.ends_at)
        if starts_at < ends_at:
            inside.append(Period(starts_at, ends_at))
    return tuple(inside)
