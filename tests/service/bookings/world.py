"""What tests of bookings share: a wish, and a look below the use cases."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.service import Person
from app.bookings.models import BookingEventRow
from app.bookings.service import Asked
from app.database import db
from app.schedules.models import ClaimedSlotRow, ClaimRow
from tests.support.factories_bookings import hours


def active_claims(booking_id: int) -> list[ClaimRow]:
    """Return the claims that keep time for a booking."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(ClaimRow).where(
                ClaimRow.booking_id == booking_id, ClaimRow.is_active
            )
        )
    )


def taken_slots(evse_id: int) -> list[int]:
    """Return the quarter hours that are taken at a charger."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(ClaimedSlotRow.slot)
            .where(ClaimedSlotRow.evse_id == evse_id)
            .order_by(ClaimedSlotRow.slot)
        )
    )


def history(booking_id: int) -> list[tuple[str, str, str | None, str]]:
    """Return what happened to a booking: what, who, from, to."""
    db.session.rollback()
    rows = db.session.scalars(
        select(BookingEventRow)
        .where(BookingEventRow.booking_id == booking_id)
        .order_by(BookingEventRow.id)
    )
    return [(row.transition, row.actor, row.from_state, row.to_state) for row in rows]


def asked(driver: Person, charger_id: int, key: str = "one") -> Asked:
    """Return Dario's wish: noon to two, any car."""
    return Asked(
        driver_id=driver.id,
        charger_id=charger_id,
        period=hours(2),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key=key,
    )
