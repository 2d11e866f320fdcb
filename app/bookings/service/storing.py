"""Writes a booking down with everything promised; shared by all ways to get one."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.bookings.domain import CarSnapshot, Source, State
from app.bookings.models import BookingRow
from app.bookings.service.planning import Asked, Plan
from app.kernel.ids import code_from


def insert_in(
    session: Session,
    asked: Asked,
    planned: Plan,
    state: State,
    *,
    source: Source = "DIRECT",
    now: datetime,
) -> int:
    """Store the booking with snapshots of terms, prices and car; return its id."""
    car = CarSnapshot.of(planned.vehicle).as_dict() if planned.vehicle else None
    values: dict[str, Any] = {
        "code": code_from(secrets.token_bytes(8)),
        "evse_id": asked.charger_id,
        "driver_id": asked.driver_id,
        "owner_id": planned.charger.owner_id,
        "starts_at": asked.period.starts_at,
        "ends_at": asked.period.ends_at,
        "state": state,
        "source": source,
        "currency": planned.quote.currency,
        "ceiling_minor": planned.quote.total_minor,
        "energy_cap_wh": planned.quote.energy_cap_wh,
        "max_power_w": planned.quote.max_power_w,
        "terms": planned.terms.as_dict(),
        "tariff": planned.tariff.as_dict(),
        # The wish stays beside the promise, to know it when it comes again.
        "quote": {**planned.quote.as_dict(), "asked": asked.wish},
        "vehicle": car,
        "idempotency_key": asked.idempotency_key or None,
        "fee_minor": 0,
        "created_at": now,
        "updated_at": now,
    }
    statement = insert(BookingRow).values(**values).returning(BookingRow.id)
    return int(session.execute(statement).scalar_one())
