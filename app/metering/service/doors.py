"""What a person sees at a charger's door: whose time it is and how the lock answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from app.bookings import service as bookings
from app.bookings.domain import Booking, effective_state
from app.chargers import service as chargers
from app.chargers.domain import Charger
from app.database import db
from app.devices import service as devices
from app.kernel.errors import NotFound
from app.kernel.ids import parse_code
from app.kernel.period import Period
from app.kernel.slots import SLOT_S
from app.metering.domain import gate as gates
from app.metering.domain.flow import INVALID, PENDING
from app.metering.domain.gate import Gate, Held
from app.metering.domain.words import may_try_again, refused_because
from app.metering.models import SessionRow
from app.metering.service.stored import RUNNING
from app.schedules import service as schedules

# How long the page shows the answer of the box before it offers to open again.
SHOWN_S = 120


class Stage(StrEnum):
    """How far the opening of the lock has come."""

    CLOSED = "CLOSED"
    OPENING = "OPENING"
    OPEN = "OPEN"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A charger's lock for one person at one instant.

    :param booking: the person's booking that matters here, if there is one
    :param session_code: the running session, where it is this person's
    :param refusal: why the box did not open, in words; only at stage ``FAILED``
    """

    charger: Charger
    booking: Booking | None
    gate: Gate
    stage: Stage
    session_code: str | None
    refusal: str | None
    may_retry: bool


def charger_at(text: str) -> Charger:
    """This function will return the charger that a scanned or typed code names.

    :raises NotFound: if it is no code, or no charger has it
    """
    code = parse_code(text)
    if code is None:
        raise NotFound
    return chargers.get_by_code(code)


def unlock_gate(*, user_id: int, code: str, now: datetime) -> Door:
    """This function will say whether the person may open this lock, and how it is.

    :raises NotFound: if no charger has the code
    """
    charger = charger_at(code)
    booking = _booking_at(charger, user_id, now)
    newest = _newest_session(booking)
    stage, why = _stage_of(newest, now)
    return Door(
        charger=charger,
        booking=booking,
        gate=gates.gate(
            held=_held(booking, now),
            charger=_condition(charger, now),
            running=_running(charger, booking),
            now=now,
        ),
        stage=stage,
        session_code=newest.code if newest and newest.status in RUNNING else None,
        refusal=refused_because(why) if stage == Stage.FAILED else None,
        may_retry=may_try_again(why),
    )


def _booking_at(charger: Charger, user_id: int, now: datetime) -> Booking | None:
    """Return the booking that decides: the live one, else the nearest around now."""
    mine = bookings.bookings_at(driver_id=user_id, charger_id=charger.id, now=now)
    return min(mine, key=lambda each: _nearness(each, now), default=None)


def _nearness(booking: Booking, now: datetime) -> tuple[int, timedelta]:
    state = effective_state(booking, now)
    if state == "IN_USE":
        return 0, timedelta(0)
    if state == "RESERVED" and now < booking.ends_at:
        return 1, max(timedelta(0), booking.starts_at - now)
    return 2, abs(booking.starts_at - now)


def _held(booking: Booking | None, now: datetime) -> Held | None:
    if booking is None:
        return None
    before = Period(booking.starts_at - timedelta(seconds=SLOT_S), booking.starts_at)
    return Held(
        state=effective_state(booking, now),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        early_s=60 * booking.terms.early_start_min,
        grace_s=60 * booking.terms.overstay_grace_min,
        is_free_before=not schedules.claimed_periods(
            evse_id=booking.charger_id, window=before, now=now
        ),
    )


def _condition(charger: Charger, now: datetime) -> gates.Charger:
    device = devices.device_of(charger.id)
    return gates.Charger(
        is_inoperative=charger.is_inoperative,
        is_paired=device is not None,
        is_online=device is not None and device.is_online(now),
        is_broker_up=devices.broker_ok(now),
    )


def _running(charger: Charger, booking: Booking | None) -> str | None:
    row = db.session.execute(
        select(SessionRow.booking_id, SessionRow.status).where(
            SessionRow.evse_id == charger.id, SessionRow.status.in_(RUNNING)
        )
    ).one_or_none()
    if row is None:
        return None
    return "MINE" if booking and row.booking_id == booking.id else "OTHERS"


def _newest_session(booking: Booking | None) -> SessionRow | None:
    if booking is None:
        return None
    return db.session.scalars(
        select(SessionRow)
        .where(SessionRow.booking_id == booking.id)
        .order_by(SessionRow.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _stage_of(row: SessionRow | None, now: datetime) -> tuple[Stage, str | None]:
    """Return how the newest unlock command went, as long as that is news."""
    if row is None or row.unlock_command_id is None:
        return Stage.CLOSED, None
    command = devices.command(row.unlock_command_id)
    if command.state in ("QUEUED", "SENT"):
        return Stage.OPENING, None
    answered_at = command.answered_at or command.created_at
    is_news = now - answered_at < timedelta(seconds=SHOWN_S)
    if not is_news or row.status not in (*RUNNING, INVALID):
        return Stage.CLOSED, None
    if command.state == "DONE":
        # The listener writes the session down a moment after the box's answer.
        stages = {PENDING: Stage.OPENING, INVALID: Stage.CLOSED}
        return stages.get(row.status, Stage.OPEN), None
    return Stage.FAILED, command.why
