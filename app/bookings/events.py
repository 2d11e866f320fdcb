"""What happened to bookings, told to the rooms above after it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMade(Event):
    """A driver has a time on a charger.

    :param was_asked: whether the owner has just accepted it
    """

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    was_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequested(Event):
    """A driver asks for a time and waits for the owner's answer."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDeclined(Event):
    """The owner said no to a request; ``why`` may be empty."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExpired(Event):
    """The owner did not answer a request in time; the charger is free again."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCanceled(Event):
    """A booking was called off; ``who`` is DRIVER, OWNER, OPERATOR or SYSTEM.

    :param was_request: whether the owner had not accepted it yet
    """

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    who: str
    why: str
    fee_minor: int
    was_request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMissed(Event):
    """Nobody came in time; the charger is free again for others."""

    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int
    fee_minor: int
