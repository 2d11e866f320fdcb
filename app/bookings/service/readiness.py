"""Whether a driver could have charged: nobody owes a fee for a dead charger."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookings.domain import Booking
from app.bookings.models import BookingEventRow
from app.chargers import service as chargers
from app.devices import service as devices

# How the history names a wish to open that the box did not fulfill.
UNLOCK_FAILED = "unlock_failed"


def could_charge_in(session: Session, booking: Booking, now: datetime) -> bool:
    """This function will return whether nothing of ours kept the driver from charging.

    Who tapped in time owes nothing if the box refused or never answered: not even
    if the box is well again when the booking is canceled or released.
    """
    tried = session.scalar(
        select(BookingEventRow.id)
        .where(
            BookingEventRow.booking_id == booking.id,
            BookingEventRow.transition == UNLOCK_FAILED,
        )
        .limit(1)
    )
    return tried is None and was_usable(booking.charger_id, now)


def was_usable(charger_id: int, now: datetime) -> bool:
    """This function will return whether the lock would have opened at this instant."""
    charger = chargers.find_charger(charger_id)
    if charger is None or charger.is_inoperative:
        return False
    device = devices.device_of(charger_id)
    return device is not None and device.is_online(now)
