"""What people do at the plug: unlock, relock, stop. Each becomes a signed command."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.bookings import service as bookings
from app.bookings.domain import Booking, NotNow
from app.database import Writing, db, writing
from app.devices import service as devices
from app.kernel.errors import Conflict, NotFound, Unavailable
from app.kernel.ids import code_from
from app.metering.domain.flow import ACTIVE, PENDING
from app.metering.domain.gate import Gate, Reason, UnlockRefused
from app.metering.models import SessionRow
from app.metering.service.commands import (
    is_under_way,
    send_relock_in,
    send_stop_in,
    send_unlock_in,
)
from app.metering.service.doors import Door, Stage, unlock_gate
from app.metering.service.progress import settle_in
from app.metering.service.stored import locked, running_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command on its way, and the session it belongs to."""

    session_code: str
    command_id: str


def unlock(*, user_id: int, code: str, now: datetime) -> Asked:
    """This function will send the box the command to open, for the person's booking.

    The first time it begins a session that waits for the box's answer; while the
    session runs it only opens the lock again. Tapping twice sends one command.

    :raises NotFound: if no charger has the code
    :raises UnlockRefused: with the gate that says why not
    """
    door = unlock_gate(user_id=user_id, code=code, now=now)
    if door.stage == Stage.OPENING and door.session_code:
        return _under_way(door.session_code)
    if not door.gate.is_open or door.booking is None:
        raise UnlockRefused(door.gate)
    try:
        return _open(door, door.booking, user_id=user_id, now=now)
    except IntegrityError:
        # Another tap was quicker by a hair and began the session.
        return _open(door, door.booking, user_id=user_id, now=now)


def _under_way(session_code: str) -> Asked:
    command_id = db.session.scalar(
        select(SessionRow.unlock_command_id).where(SessionRow.code == session_code)
    )
    return Asked(session_code=session_code, command_id=command_id or "")


def _open(door: Door, booking: Booking, *, user_id: int, now: datetime) -> Asked:
    with writing() as work:
        row = running_in(work.session, door.charger.id)
        if row is not None and settle_in(work, row, now):
            row = running_in(work.session, door.charger.id)
        if row is not None and row.booking_id != booking.id:
            raise UnlockRefused(Gate(reason=Reason.IN_USE))
        if row is not None and row.status == PENDING:
            return Asked(session_code=row.code, command_id=row.unlock_command_id or "")
        if row is None:
            row = _begin(work, booking, now)
        command_id = send_unlock_in(
            work.session, row, booking, user_id=user_id, now=now
        )
        return Asked(session_code=row.code, command_id=command_id)


def _begin(work: Writing, booking: Booking, now: datetime) -> SessionRow:
    device = devices.device_of(booking.charger_id)
    if device is None:
        raise UnlockRefused(Gate(reason=Reason.UNPAIRED))
    try:
        bookings.note_unlock_in(work.session, booking_id=booking.id, now=now)
    except NotNow as error:
        # Canceled or released while the page was open.
        raise UnlockRefused(Gate(reason=Reason.ENDED)) from error
    row = SessionRow(
        code=code_from(secrets.token_bytes(10)),
        booking_id=booking.id,
        evse_id=booking.charger_id,
        device_id=device.id,
        status=PENDING,
        created_at=now,
        lease_renewed_at=now,
        # The start can only be told after what the box has told so far.
        journal_id=device.journal_id,
        last_seq=device.acked_seq,
        power_w=0,
        gaps=[],
    )
    work.session.add(row)
    work.session.flush()
    return row


def stop(*, user_id: int, session_code: str, now: datetime) -> str | None:
    """This function will ask the box to end the session; its driver or owner may.

    Asking again while the first command is under way, or after the end, is harmless.

    :returns: the command's id, or None where the session is over already
    :raises NotFound: if there is no such session, or it is not this person's
    :raises Unavailable: if the box cannot be reached
    """
    with writing() as work:
        row, booking = _own_in(work, user_id, session_code)
        if row.status not in (PENDING, ACTIVE):
            return None
        if is_under_way(row.stop_command_id):
            return row.stop_command_id
        _require_reachable(row, now, "Pull the plug at your car instead.")
        why = "DRIVER" if user_id == booking.driver_id else "OWNER"
        return send_stop_in(work.session, row, why=why, user_id=user_id, now=now)


def relock(*, user_id: int, session_code: str, now: datetime) -> str:
    """This function will ask the box to lock again while the session goes on.

    :raises NotFound: if there is no such session, or it is not this driver's
    :raises Conflict: if the session is not running
    :raises Unavailable: if the box cannot be reached
    """
    with writing() as work:
        row, booking = _own_in(work, user_id, session_code)
        if user_id != booking.driver_id:
            raise NotFound
        if row.status != ACTIVE:
            raise Conflict("The session is not running, so there is nothing to lock.")
        _require_reachable(row, now, "It locks by itself after a few minutes.")
        return send_relock_in(work.session, row, user_id=user_id, now=now)


def _own_in(
    work: Writing, user_id: int, session_code: str
) -> tuple[SessionRow, Booking]:
    session_id = work.session.scalar(
        select(SessionRow.id).where(SessionRow.code == session_code)
    )
    if session_id is None:
        raise NotFound
    row = locked(work.session, session_id)
    booking = bookings.get_booking(row.booking_id)
    if user_id not in (booking.driver_id, booking.owner_id):
        raise NotFound
    return row, booking


def _require_reachable(row: SessionRow, now: datetime, instead: str) -> None:
    device = devices.device_of(row.evse_id)
    if not devices.broker_ok(now):
        raise Unavailable(f"Our connection to the boxes is down. {instead}")
    if device is None or not device.is_online(now):
        raise Unavailable(f"The box cannot be reached right now. {instead}")
