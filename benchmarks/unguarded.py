"""The control: the same application, but a booking is only checked, then inserted.

Nothing here is ever part of the product. It exists to show that the races are real:
they must find double bookings here, or they prove nothing there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import create_app
from app.bookings.models import BookingRow
from app.bookings.service import booking
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db
from app.kernel.period import Period
from app.schedules import claims
from app.schedules.models import ClaimRow


def _looks_free(charger: Charger, period: Period, now: datetime) -> bool:
    """Ask the bookings whether anything overlaps, as most applications do."""
    overlapping = select(BookingRow.id).where(
        BookingRow.evse_id == charger.id,
        BookingRow.state == "RESERVED",
        BookingRow.starts_at < period.ends_at,
        BookingRow.ends_at > period.starts_at,
    )
    return db.session.execute(overlapping).first() is None


def _claim_without_slots(
    session: Session, *, evse_id: int, period: Period, booking_id: int, **_: Any
) -> int:
    """Note the claim, but take no quarter hour."""
    statement = insert(ClaimRow).values(
        evse_id=evse_id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        kind="BOOKING",
        booking_id=booking_id,
        is_active=True,
    )
    return int(session.execute(statement.returning(ClaimRow.id)).scalar_one())


def _no_lock(_session: Session, _charger_id: int) -> None:
    """Let everybody pass."""


booking.is_free = _looks_free
claims.claim_in = _claim_without_slots  # type: ignore[assignment]
chargers.lock_in = _no_lock
app = create_app()
