"""The 15-minute grid on which time is sold, as integers since one Monday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.kernel.errors import DomainError
from app.kernel.period import Period

# A Monday, and early enough that every slot number in use is positive: both
# databases give a negative remainder for negative numbers.
EPOCH = datetime(2020, 1, 6, tzinfo=UTC)
SLOT_S = 900


class OffGrid(DomainError):
    """The time is not on the quarter hour."""


def is_on_grid(at: datetime) -> bool:
    """Return whether the instant is a whole quarter hour."""
    return (at - EPOCH) % timedelta(seconds=SLOT_S) == timedelta(0)


def slot_at(at: datetime) -> int:
    """Return the number of the slot that contains the instant."""
    return (at - EPOCH) // timedelta(seconds=SLOT_S)


def start_of(slot: int) -> datetime:
    """Return the UTC instant at which the slot begins."""
    return EPOCH + timedelta(seconds=SLOT_S * slot)


def ceil_to_grid(at: datetime) -> datetime:
    """Return the first quarter hour at or after the instant."""
    return start_of(-((EPOCH - at) // timedelta(seconds=SLOT_S)))


def floor_to_grid(at: datetime) -> datetime:
    """Return the last quarter hour at or before the instant."""
    return start_of(slot_at(at))


def slots_of(period: Period) -> range:
    """Return the slots that a period touches, ascending."""
    return range(slot_at(period.starts_at), slot_at(ceil_to_grid(period.ends_at)))


def require_on_grid(period: Period) -> Period:
    """Return the period unchanged.

    :raises OffGrid: if an end is not a whole quarter hour
    """
    if not is_on_grid(period.starts_at):
        raise OffGrid(
            "Times start on the quarter hour, such as 18:15.", field="starts_at"
        )
    if not is_on_grid(period.ends_at):
        raise OffGrid("Times end on the quarter hour, such as 19:45.", field="ends_at")
    return period
