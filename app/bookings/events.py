"""What happened to bookings, told to the rooms above after it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMade(Event):
    """A driver has a time on a charger."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCanceled(Event):
    """A booking was called off; ``who`` is DRIVER, OWNER, OPERATOR or SYSTEM."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    who: str
    why: str
    fee_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMissed(Event):
    """Nobody came in time; the charger is free again for others."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    fee_minor: int
