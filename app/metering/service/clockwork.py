"""What time demands of sessions: leases, ends, and boxes that went silent.

Every step is safe to repeat and to miss: the box enforces its caps by itself, and
whatever was missed is derived from stored rows at the next call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.bookings import service as bookings
from app.bookings.domain import Booking, State
from app.database import db, writing
from app.devices import service as devices
from app.devices.service import Device
from app.metering.domain.flow import (
    ACTIVE,
    COMPLETED,
    FREE_BELOW_WH,
    INVALID,
    PENDING,
    RETURNED,
    end,
)
from app.metering.models import SessionRow
from app.metering.service.commands import (
    power_off_at,
    renew_lease_in,
    send_stop_in,
)
from app.metering.service.progress import advance, apply_in, settle_in
from app.metering.service.sealing import seal_in
from app.metering.service.stored import RUNNING, flow_of, locked, running_in

_log = logging.getLogger(__name__)
LEASE_EVERY_S = 120
# The box ends by itself; the server only helps where that did not happen.
LATE_S = 30
STOP_AGAIN_S = 60
# A box that runs another life does not know the session any more.
FORGOTTEN_S = 180
# An outage this long after the end settles the matter with the last reading.
SILENT_S = 6 * 3600
NO_ENERGY_S = 16 * 60
_REMEMBERED = timedelta(days=30)


def tick(*, now: datetime) -> int:
    """This function will do what is due for every session; return how many changed."""
    running = db.session.scalars(
        select(SessionRow.id)
        .where(SessionRow.status.in_(RUNNING))
        .order_by(SessionRow.id)
    ).all()
    changed = _each(_tend, running, now)
    return changed + _each(_close, _unused(now), now)


def _each(
    work: Callable[[int, datetime], bool], session_ids: Sequence[int], now: datetime
) -> int:
    """Do it for every session: a broken one must not keep the others from ending."""
    changed = 0
    for session_id in session_ids:
        try:
            changed += work(session_id, now)
        except OperationalError:
            # The database is busy or away, which concerns them all: next time.
            raise
        except Exception:
            db.session.rollback()
            _log.exception("Session number %s could not be tended.", session_id)
    return changed


def _unused(now: datetime) -> list[int]:
    """Return false starts whose booking is over and was not used afterwards."""
    rows = db.session.execute(
        select(SessionRow.id, SessionRow.booking_id).where(
            SessionRow.status == INVALID,
            SessionRow.stop_reason == RETURNED,
            SessionRow.created_at > now - _REMEMBERED,
        )
    ).all()
    booked = bookings.bookings_by_ids(row.booking_id for row in rows)
    return [
        row.id
        for row in rows
        if booked[row.booking_id].state is State.IN_USE
        and now >= power_off_at(booked[row.booking_id])
    ]


def _close(session_id: int, now: datetime) -> bool:
    """Seal the false start at nothing, so that its booking comes to an end."""
    with writing() as work:
        row = locked(work.session, session_id)
        booking = bookings.get_booking(row.booking_id)
        if booking.state is not State.IN_USE or running_in(work.session, row.evse_id):
            return False
        row.status = COMPLETED
        seal_in(work, row, flow_of(row), now)
        return True


def _tend(session_id: int, now: datetime) -> bool:
    changed = advance(session_id=session_id, now=now)
    row = db.session.get_one(SessionRow, session_id, populate_existing=True)
    if row.status == PENDING:
        return _tend_pending(session_id, now) or changed
    if row.status != ACTIVE:
        return changed
    booking = bookings.get_booking(row.booking_id)
    device = devices.device_of(row.evse_id)
    if device is not None and device.id != row.device_id:
        device = None
    why = _lost_because(row, booking, device, now)
    if why:
        return _give_up(session_id, why, now)
    if device is None or not device.is_online(now):
        return changed
    wanted = _stop_because(row, booking, now)
    if wanted:
        return _ask_to_stop(session_id, wanted, now) or changed
    return _renew(session_id, now) or changed


def _tend_pending(session_id: int, now: datetime) -> bool:
    with writing() as work:
        return settle_in(work, locked(work.session, session_id), now)


def _lost_because(
    row: SessionRow, booking: Booking, device: Device | None, now: datetime
) -> str | None:
    """Return why no stop record can be waited for any longer, or None."""
    is_there = device is not None and device.is_online(now)
    runs_on = device is not None and is_there and device.session_code == row.code
    if runs_on:
        return None
    if device is not None and is_there and _has_forgotten(device, row):
        heard_at = row.last_reading_at or row.started_at or row.created_at
        return "LOST" if now - heard_at >= timedelta(seconds=FORGOTTEN_S) else None
    silent_at = power_off_at(booking) + timedelta(seconds=SILENT_S)
    return "SILENT" if now >= silent_at else None


def _has_forgotten(device: Device, row: SessionRow) -> bool:
    """Return whether the stop record can be gone: journal wiped or overflown.

    Otherwise it is still on its way, however long the box was away: also where
    records were lost, until all that the box has written is here.
    """
    if device.journal_id != row.journal_id:
        return True
    has_told_all = device.acked_seq >= device.announced_seq
    return device.lost_records > 0 and has_told_all


def _give_up(session_id: int, why: str, now: datetime) -> bool:
    """Seal with the last register: what flowed after it cannot be known."""
    with writing() as work:
        row = locked(work.session, session_id)
        if row.status != ACTIVE:
            return False
        at = row.last_reading_at or row.started_at or row.created_at
        return apply_in(work, row, end(flow_of(row), at=at, why=why), now)


def _stop_because(row: SessionRow, booking: Booking, now: datetime) -> str | None:
    if booking.state not in (State.RESERVED, State.IN_USE):
        # Canceled while the lock was opening; the first stop may have got lost.
        return "CANCELED"
    if now >= power_off_at(booking) + timedelta(seconds=LATE_S):
        return "END_OF_BOOKING"
    flow = flow_of(row)
    waited = now - (flow.started_at or row.created_at)
    if waited >= timedelta(seconds=NO_ENERGY_S) and flow.energy_wh < FREE_BELOW_WH:
        return "NO_ENERGY"
    return None


def _ask_to_stop(session_id: int, why: str, now: datetime) -> bool:
    with writing() as work:
        row = locked(work.session, session_id)
        if row.status != ACTIVE or _asked_lately(row, now):
            return False
        send_stop_in(work.session, row, why=why, user_id=None, now=now)
        return True


def _asked_lately(row: SessionRow, now: datetime) -> bool:
    if row.stop_command_id is None:
        return False
    asked_at = devices.command(row.stop_command_id).created_at
    return now - asked_at < timedelta(seconds=STOP_AGAIN_S)


def _renew(session_id: int, now: datetime) -> bool:
    """Tell the box that its session is still watched."""
    due = timedelta(seconds=LEASE_EVERY_S)
    row = db.session.get_one(SessionRow, session_id)
    if row.lease_renewed_at is not None and now - row.lease_renewed_at < due:
        return False
    with writing() as work:
        row = locked(work.session, session_id)
        if row.status != ACTIVE:
            return False
        renew_lease_in(work.session, row, now=now)
        return True
