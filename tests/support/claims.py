"""What tests of claims share: bookings to hang them on, and an independent audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bookings.models import BookingRow
from app.chargers.service import Charger
from app.database import db
from app.kernel.period import Period
from app.schedules.models import ClaimedSlotRow, ClaimRow


def insert_booking(
    session: Session, charger: Charger, period: Period, *, now: datetime
) -> int:
    """Store a bare booking, for a claim to refer to; return its id."""
    row = BookingRow(
        code=f"T{len(session.scalars(select(BookingRow.id)).all()):09}",
        evse_id=charger.id,
        driver_id=charger.owner_id,
        owner_id=charger.owner_id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        state="RESERVED",
        currency="EUR",
        ceiling_minor=0,
        energy_cap_wh=1,
        max_power_w=1,
        terms={},
        tariff={},
        quote={},
        vehicle=None,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def active_claims(evse_id: int) -> list[Period]:
    """Return the periods of the charger's active claims, by start."""
    statement = (
        select(ClaimRow.starts_at, ClaimRow.ends_at)
        .where(ClaimRow.evse_id == evse_id, ClaimRow.is_active)
        .order_by(ClaimRow.starts_at)
    )
    # What other threads committed is not in the snapshot of an earlier read.
    db.session.rollback()
    return [Period(*row) for row in db.session.execute(statement)]


def slots_taken(evse_id: int) -> list[int]:
    """Return the charger's taken slots, ascending."""
    statement = (
        select(ClaimedSlotRow.slot)
        .where(ClaimedSlotRow.evse_id == evse_id)
        .order_by(ClaimedSlotRow.slot)
    )
    db.session.rollback()
    return list(db.session.scalars(statement))


def overlaps(periods: list[Period]) -> int:
    """Return how many neighbors of the sorted periods overlap."""
    return sum(
        before.ends_at > after.starts_at
        for before, after in zip(periods, periods[1:], strict=False)
    )
