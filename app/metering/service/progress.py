"""Takes into account what boxes report: starts, readings, stops, refused commands.

Everything is derived from stored rows, so a missed or repeated event costs nothing:
the clock's work calls the same functions again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from app.bookings import service as bookings
from app.bookings.domain import NotNow
from app.database import Writing, db, writing
from app.devices import service as devices
from app.metering.domain.flow import (
    ACTIVE,
    COMPLETED,
    INVALID,
    PENDING,
    Flow,
    fold,
)
from app.metering.events import SessionStarted
from app.metering.models import SessionRow
from app.metering.service.commands import send_stop_in
from app.metering.service.sealing import seal_in
from app.metering.service.stored import (
    RUNNING,
    flow_of,
    locked,
    put_flow,
    running_in,
)

_log = logging.getLogger(__name__)
# The box may have carried out what we believe it never got; its journal will tell.
DOUBTFUL = ("expired", "offline", "broker_down", "no_answer")
_DOUBT = timedelta(days=1)


def catch_up(*, device_id: str, now: datetime) -> int:
    """This function will bring a box's sessions up to its stored records.

    :returns: how many sessions changed
    """
    return sum(
        advance(session_id=session_id, now=now)
        for session_id in _open_sessions(device_id, now)
    )


def _open_sessions(device_id: str, now: datetime) -> list[int]:
    in_doubt = and_(
        SessionRow.status == INVALID,
        SessionRow.stop_reason.in_(DOUBTFUL),
        SessionRow.created_at > now - _DOUBT,
    )
    statement = (
        select(SessionRow.id)
        .where(
            SessionRow.device_id == device_id,
            or_(SessionRow.status.in_(RUNNING), in_doubt),
        )
        .order_by(SessionRow.id)
    )
    return list(db.session.scalars(statement))


def advance(*, session_id: int, now: datetime) -> bool:
    """This function will fold new records into one session; return if it changed."""
    row = db.session.get_one(SessionRow, session_id, populate_existing=True)
    if _newer(row) == flow_of(row):
        # Nothing new: no need to take the only write lock that SQLite has.
        return False
    with writing() as work:
        row = locked(work.session, session_id)
        before, after = flow_of(row), _newer(row)
        if after == before:
            return False
        return apply_in(work, row, after, now)


def _newer(row: SessionRow) -> Flow:
    flow = flow_of(row)
    if flow.journal_id is None:
        return flow
    return fold(
        flow, devices.records_after(row.device_id, flow.journal_id, flow.last_seq)
    )


def apply_in(work: Writing, row: SessionRow, after: Flow, now: datetime) -> bool:
    """Store the session's new state, with everything that follows from it."""
    before = flow_of(row)
    if before.status == INVALID and not _make_room_in(work, row):
        return False
    if after.status == COMPLETED and row.stop_why and after.stop_reason == "OWNER":
        # The box knows one word for every stop that the server asks for.
        after = replace(after, stop_reason=row.stop_why)
    if after.is_false_start and now < bookings.get_booking(row.booking_id).ends_at:
        after = replace(after, status=INVALID)
    put_flow(row, after)
    work.session.flush()
    if before.status in (PENDING, INVALID):
        _begin_in(work, row, now)
    if after.status == COMPLETED:
        seal_in(work, row, after, now)
    return True


def _make_room_in(work: Writing, row: SessionRow) -> bool:
    """Let a session believed dead run again, in place of one that never started."""
    other = running_in(work.session, row.evse_id)
    if other is None:
        return True
    if other.status == ACTIVE:
        # The driver charges already; what flowed before is not billed to anybody.
        _log.error("Session %s started beside running %s.", row.code, other.code)
        row.stop_reason = "busy"
        return False
    other.status, other.stop_reason, other.ended_at = INVALID, "busy", row.created_at
    work.session.flush()
    return True


def _begin_in(work: Writing, row: SessionRow, now: datetime) -> None:
    if row.lease_renewed_at is None:
        row.lease_renewed_at = now
    booking = bookings.get_booking(row.booking_id)
    try:
        bookings.mark_in_use_in(work.session, booking_id=row.booking_id, now=now)
    except NotNow:
        # Canceled while the lock was opening: nobody may charge on it.
        _log.warning("Session %s began on a booking that has ended.", row.code)
        if row.status == ACTIVE:
            send_stop_in(work.session, row, why="CANCELED", user_id=None, now=now)
    work.announce(
        SessionStarted(
            session_code=row.code,
            booking_code=booking.code,
            charger_id=row.evse_id,
            driver_id=booking.driver_id,
            owner_id=booking.owner_id,
        )
    )


def note_answer(*, command_id: str, now: datetime) -> None:
    """This function will draw the conclusion from a box's answer to an unlock.

    Done: the session runs and the booking is in use. Not done: the session ends
    before it began and costs nothing. Answers to re-openings change nothing.
    """
    with writing() as work:
        found = work.session.scalar(
            select(SessionRow.id).where(SessionRow.unlock_command_id == command_id)
        )
        if found is not None:
            settle_in(work, locked(work.session, found), now)


def settle_in(work: Writing, row: SessionRow, now: datetime) -> bool:
    """Move a pending session on if its unlock command has come to an end."""
    if row.status != PENDING or row.unlock_command_id is None:
        return False
    command = devices.command(row.unlock_command_id)
    if command.state == "DONE":
        at = command.answered_at or now
        started = replace(flow_of(row), status=ACTIVE, started_at=at)
        return apply_in(work, row, started, now)
    if command.state in ("REFUSED", "EXPIRED"):
        row.status = INVALID
        row.stop_reason = (command.why or "no_answer")[:20]
        row.ended_at = command.answered_at or now
        bookings.forget_unlock_in(
            work.session, booking_id=row.booking_id, now=now, why=row.stop_reason
        )
        return True
    return False
