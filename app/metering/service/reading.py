"""Sessions and sealed records as other rooms and pages see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from app.bookings import service as bookings
from app.bookings.domain import Booking
from app.database import db
from app.devices import service as devices
from app.devices.service import Device
from app.kernel.errors import NotFound
from app.metering.domain.cdr import cost_of, percent_of_ceiling
from app.metering.domain.flow import ACTIVE, COMPLETED, INVALID, Flow
from app.metering.domain.words import (
    Phase,
    ended_because,
    phase_of,
    phase_words,
    refused_because,
    seconds_left,
)
from app.metering.models import CdrRow, SessionRow
from app.metering.service.commands import power_off_at
from app.metering.service.sealing import promise_of
from app.metering.service.stored import RUNNING, flow_of

# A live reading older than this says nothing about the power right now.
_FRESH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session at one instant.

    :param power_w: None where the box has not been heard lately
    :param cost_minor: what it would cost if it ended now; in the end, what it costs
    :param trouble: what went wrong with the last stop or relock, in words
    """

    code: str
    booking: Booking
    is_driver: bool
    status: str
    phase: Phase
    power_w: int | None
    energy_wh: int
    cost_minor: int
    percent: int
    time_left_s: int
    started_at: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    lock_state: str
    is_online: bool
    last_seen_at: datetime | None
    is_stopping: bool
    trouble: str | None

    @property
    def is_running(self) -> bool:
        """Whether the page still has to look again."""
        return self.status in RUNNING

    @property
    def power_off_at(self) -> datetime:
        """When the box takes the power off by itself."""
        return power_off_at(self.booking)

    @property
    def phase_words(self) -> str:
        """The phase, for people."""
        return phase_words(self.phase)

    @property
    def buttons_key(self) -> str:
        """Changes exactly when the page must offer other buttons or words."""
        stopping = "stopping" if self.is_stopping else ""
        return f"{self.status}-{stopping}-{self.lock_state}-{self.trouble or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdr:
    """A session's sealed record; ``content`` is what the hash was taken of."""

    session_code: str
    booking_id: int
    owner_id: int
    driver_id: int
    started_at: datetime
    ended_at: datetime
    sealed_at: datetime
    energy_wh: int
    currency: str
    total_minor: int
    ceiling_minor: int
    content: dict[str, Any]
    sha256: str


def session_view(*, user_id: int, code: str, now: datetime) -> SessionView:
    """This function will return a session to its driver or to the charger's owner.

    :raises NotFound: if there is none, or it is somebody else's
    """
    row = db.session.scalars(
        select(SessionRow)
        .where(SessionRow.code == code)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    booking = bookings.get_booking(row.booking_id)
    if user_id not in (booking.driver_id, booking.owner_id):
        raise NotFound
    device = devices.device_of(row.evse_id)
    return _view(row, booking, device, is_driver=user_id == booking.driver_id, now=now)


def running_sessions_of_owner(
    owner_id: int, charger_ids: Iterable[int], now: datetime
) -> tuple[SessionView, ...]:
    """This function will return what runs on an owner's chargers, newest first."""
    rows = db.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.evse_id.in_(sorted(set(charger_ids))),
            SessionRow.status.in_(RUNNING),
        )
        .order_by(SessionRow.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    booked = bookings.bookings_by_ids(row.booking_id for row in rows)
    boxes = devices.devices_of(row.evse_id for row in rows)
    return tuple(
        _view(row, booked[row.booking_id], boxes.get(row.evse_id), False, now)
        for row in rows
        if booked[row.booking_id].owner_id == owner_id
    )


def _view(
    row: SessionRow,
    booking: Booking,
    device: Device | None,
    is_driver: bool,
    now: datetime,
) -> SessionView:
    flow = flow_of(row)
    device = device if device and device.id == row.device_id else None
    energy_wh = _energy_wh(flow, device)
    power_w = _power_w(flow, device, now)
    cost_minor = cost_of(promise_of(booking), energy_wh).total_minor
    is_stopping, trouble = _last_wish(row)
    return SessionView(
        code=flow.code,
        booking=booking,
        is_driver=is_driver,
        status=flow.status,
        phase=phase_of(
            status=COMPLETED if flow.is_over and flow.has_started else flow.status,
            energy_wh=energy_wh,
            power_w=power_w,
            is_stopping=is_stopping,
            ends_at=booking.ends_at,
            now=now,
        ),
        power_w=power_w,
        energy_wh=energy_wh,
        cost_minor=cost_minor,
        percent=percent_of_ceiling(cost_minor, booking.ceiling_minor),
        time_left_s=seconds_left(booking.ends_at, now),
        started_at=flow.started_at,
        ended_at=flow.ended_at,
        ended_because=_because(flow),
        lock_state=device.lock_state if device else "UNKNOWN",
        is_online=_is_online(device, now),
        last_seen_at=device.last_seen_at if device else None,
        is_stopping=is_stopping,
        trouble=trouble,
    )


def _is_online(device: Device | None, now: datetime) -> bool:
    return device is not None and device.is_online(now)


def _because(flow: Flow) -> str | None:
    if flow.status == INVALID and not flow.has_started:
        return refused_because(flow.stop_reason)
    return ended_because(flow.stop_reason) if flow.is_over else None


def _energy_wh(flow: Flow, device: Device | None) -> int:
    """Return the energy so far; a live register may be ahead of the journal's."""
    if flow.status != ACTIVE or flow.meter_start_wh is None or device is None:
        return flow.energy_wh
    if device.session_code != flow.code or device.meter_wh is None:
        return flow.energy_wh
    return max(flow.energy_wh, device.meter_wh - flow.meter_start_wh)


def _power_w(flow: Flow, device: Device | None, now: datetime) -> int | None:
    if flow.status != ACTIVE:
        return 0
    if device is None or not _is_online(device, now):
        return None
    if device.meter_read_at and now - device.meter_read_at < _FRESH:
        return device.meter_power_w
    return flow.power_w


def _last_wish(row: SessionRow) -> tuple[bool, str | None]:
    """Return whether a stop is under way, and what became of a refused wish."""
    if row.status not in RUNNING:
        return False, None
    trouble = None
    for command_id in (row.relock_command_id, row.stop_command_id):
        command = devices.command(command_id) if command_id else None
        if command is None or command.state == "DONE":
            continue
        if command.state in ("QUEUED", "SENT"):
            if command.op == "stop":
                return True, None
            continue
        trouble = refused_because(command.why)
    return False, trouble


def find_cdr(booking_id: int) -> Cdr | None:
    """This function will return the sealed record of a booking, or None."""
    return next(iter(_cdrs(CdrRow.booking_id == booking_id)), None)


def cdrs_of_owner(owner_id: int, *, since: datetime | None = None) -> tuple[Cdr, ...]:
    """This function will return what was sealed on an owner's chargers, newest first.

    :param since: only sessions that ended at or after this instant
    """
    conditions = [CdrRow.owner_id == owner_id]
    if since is not None:
        conditions.append(CdrRow.ended_at >= since)
    return _cdrs(*conditions)


def _cdrs(*conditions: ColumnElement[bool]) -> tuple[Cdr, ...]:
    statement = (
        select(CdrRow, SessionRow.code)
        .join(SessionRow, SessionRow.id == CdrRow.session_id)
        .where(*conditions)
        .order_by(CdrRow.ended_at.desc(), CdrRow.id.desc())
    )
    return tuple(
        Cdr(
            session_code=code,
            booking_id=row.booking_id,
            owner_id=row.owner_id,
            driver_id=row.driver_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            sealed_at=row.sealed_at,
            energy_wh=row.energy_wh,
            currency=row.currency,
            total_minor=row.total_minor,
            ceiling_minor=row.ceiling_minor,
            content=dict(row.content),
            sha256=row.sha256,
        )
        for row, code in db.session.execute(statement)
    )
