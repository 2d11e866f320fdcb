"""A wanted time that is the same moment everywhere, for programs that say offsets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid
from app.search.domain.times import MAX_AHEAD, SearchRefused, Span, read_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants(Span):
    """Exactly this time, whatever the clocks of the place show then.

    :ivar starts: UTC without its zone, on the quarter hour
    :ivar ends: the same, exclusive
    """

    def period_in(self, zone: str) -> Period | None:
        """Return the time; it is the same one in every zone."""
        return Period(self.starts.replace(tzinfo=UTC), self.ends.replace(tzinfo=UTC))

    def refuse_past(self, now: datetime, *, lon: float, zones: Iterable[str]) -> None:
        """Refuse a start that has passed, or is too far ahead.

        :raises SearchRefused: at the field of the start
        """
        starts_at = self.starts.replace(tzinfo=UTC)
        if starts_at < ceil_to_grid(now):
            raise SearchRefused("That time has already passed.", field=self.fields[0])
        if starts_at > now + MAX_AHEAD:
            raise SearchRefused(
                "Chargers can be booked four weeks ahead.", field=self.fields[0]
            )


def read_times(starts: datetime | None, ends: datetime | None) -> Span | None:
    """Return the wanted time that covers the given ones on the grid.

    With an offset they are instants, without one wall-clock times at the charger.

    :param ends: None for two hours
    :returns: None where no time was given
    :raises SearchRefused: if only one of them has an offset, or as ``read_span`` does
    """
    if starts is None or (ends is None and starts.tzinfo is None):
        return read_span(starts, ends)[0]
    if ends is not None and (starts.tzinfo is None) != (ends.tzinfo is None):
        raise SearchRefused(
            "Please give both times with an offset, or both without.", field="to"
        )
    span, _ = read_span(_naive(starts), None if ends is None else _naive(ends))
    if span is None or starts.tzinfo is None:
        return span
    return Instants(starts=span.starts, ends=span.ends)


def _naive(at: datetime) -> datetime:
    if at.tzinfo is None:
        return at
    # The ends of the calendar have no other zone; they are refused as they stand.
    if not 2000 <= at.year <= 2200:
        return at.replace(tzinfo=None)
    return at.astimezone(UTC).replace(tzinfo=None)
