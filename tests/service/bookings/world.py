"""What tests of bookings look at below the use cases: claims, slots, history."""

from __future__ import annotations

from sqlalchemy import select

from app.bookings.models import BookingEventRow
from app.database import db
from app.schedules.models import ClaimedSlotRow, ClaimRow


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
