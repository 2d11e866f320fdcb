"""What to announce about a booking, as events for the rooms above."""

from __future__ import annotations

from typing import TypedDict

from app.bookings.domain import Booking
from app.bookings.events import (
    BookingCanceled,
    BookingDeclined,
    BookingExpired,
    BookingMade,
    BookingMissed,
    BookingRequested,
)


class _Names(TypedDict):
    booking_id: int
    code: str
    charger_id: int
    driver_id: int
    owner_id: int


def made(booking: Booking, *, was_asked: bool = False) -> BookingMade:
    """Return that a driver has a time, at once or because the owner accepted."""
    return BookingMade(**_names(booking), was_asked=was_asked)


def requested(booking: Booking) -> BookingRequested:
    """Return that a driver asks for a time."""
    return BookingRequested(**_names(booking))


def declined(booking: Booking) -> BookingDeclined:
    """Return that the owner said no."""
    return BookingDeclined(**_names(booking), why=booking.ended_why or "")


def expired(booking: Booking) -> BookingExpired:
    """Return that nobody answered in time."""
    return BookingExpired(**_names(booking))


def missed(booking: Booking) -> BookingMissed:
    """Return that the driver did not come."""
    return BookingMissed(**_names(booking), fee_minor=booking.fee_minor)


def canceled(booking: Booking, *, was_request: bool) -> BookingCanceled:
    """Return that a booking, or a request for one, was called off."""
    return BookingCanceled(
        **_names(booking),
        who=booking.ended_by or "",
        why=booking.ended_why or "",
        fee_minor=booking.fee_minor,
        was_request=was_request,
    )


def _names(booking: Booking) -> _Names:
    return {
        "booking_id": booking.id,
        "code": booking.code,
        "charger_id": booking.charger_id,
        "driver_id": booking.driver_id,
        "owner_id": booking.owner_id,
    }
