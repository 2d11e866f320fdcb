"""Ends a session's story: the sealed record, the completed booking, the news."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select

from app.accounts import service as accounts
from app.bookings import service as bookings
from app.bookings.domain import Booking, NotNow
from app.chargers import service as chargers
from app.database import Writing
from app.metering.domain.cdr import Parties, Promise, Sealed, seal
from app.metering.domain.flow import Flow
from app.metering.events import SessionEnded
from app.metering.models import CdrRow, SessionRow

_log = logging.getLogger(__name__)


def promise_of(booking: Booking) -> Promise:
    """Return what was agreed for the booking."""
    return Promise(
        tariff=booking.tariff,
        booked=booking.period,
        energy_cap_wh=booking.energy_cap_wh,
        ceiling_minor=booking.ceiling_minor,
    )


def seal_in(work: Writing, row: SessionRow, flow: Flow, now: datetime) -> None:
    """Seal an ended session, once, and complete its booking.

    Only a session whose booking completes with it is billed. Was the booking
    canceled, released or failed before, the record tells what flowed and bills
    nothing: at most the booking's own fee is owed.
    """
    booking = bookings.get_booking(row.booking_id)
    sealed_before = work.session.scalar(
        select(CdrRow.id).where(CdrRow.booking_id == row.booking_id)
    )
    if sealed_before is not None:
        _log.error("Booking %s is billed already; %s is not.", booking.code, row.code)
        return
    is_billed = _complete_in(work, booking, now)
    sealed = seal(
        flow,
        promise=promise_of(booking),
        parties=_parties_of(booking),
        device_id=row.device_id,
        now=now,
        is_billed=is_billed,
    )
    work.session.add(_cdr_row(row, booking, sealed, now))
    work.session.flush()
    work.announce(_ended(row, booking, sealed))


def _complete_in(work: Writing, booking: Booking, now: datetime) -> bool:
    try:
        bookings.complete_in(work.session, booking_id=booking.id, now=now)
    except NotNow:
        _log.error("Booking %s had ended before its session.", booking.code)
        return False
    return True


def _cdr_row(
    row: SessionRow, booking: Booking, sealed: Sealed, now: datetime
) -> CdrRow:
    return CdrRow(
        session_id=row.id,
        booking_id=booking.id,
        owner_id=booking.owner_id,
        driver_id=booking.driver_id,
        started_at=sealed.started_at,
        ended_at=sealed.ended_at,
        sealed_at=now,
        meter_start_wh=sealed.meter_start_wh,
        meter_stop_wh=sealed.meter_stop_wh,
        energy_wh=sealed.energy_wh,
        currency=booking.currency,
        total_minor=sealed.total_minor,
        ceiling_minor=booking.ceiling_minor,
        content=sealed.content,
        sha256=sealed.sha256,
    )


def _ended(row: SessionRow, booking: Booking, sealed: Sealed) -> SessionEnded:
    return SessionEnded(
        session_code=row.code,
        booking_code=booking.code,
        charger_id=row.evse_id,
        driver_id=booking.driver_id,
        owner_id=booking.owner_id,
        energy_wh=sealed.energy_wh,
        total_minor=sealed.total_minor,
        currency=booking.currency,
    )


def _parties_of(booking: Booking) -> Parties:
    charger = chargers.find_charger(booking.charger_id)
    assert charger is not None, "chargers with bookings are never deleted"
    driver = accounts.get_person(booking.driver_id)
    return Parties(
        owner_name=charger.owner_name,
        driver_name=driver.display_name,
        charger_name=charger.name,
        charger_code=charger.code,
        charger_place=f"{charger.address}, {charger.postal_code} {charger.city}",
        time_zone=charger.time_zone,
        booking_code=booking.code,
        currency=booking.currency,
    )
