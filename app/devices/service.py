"""Use cases around boxes: reading their state, pairing, self-test, upkeep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.config import Settings
from app.database import db, writing
from app.devices import boxes, bus, heartbeat, outbox, pairing
from app.devices.domain import rules
from app.devices.events import DeviceSeen
from app.devices.journal import JournalRecord, records_after
from app.devices.models import CommandRow, DeviceRow, DroppedMessageRow
from app.devices.pairing import PairingCode
from app.devices.provisioning import Credentials, provision
from app.devices.views import Command, Device, command_view, device_view
from app.kernel.errors import Conflict, NotFound, Unavailable

__all__ = [
    "Command",
    "Credentials",
    "Device",
    "JournalRecord",
    "PairingCode",
    "provision",
    "records_after",
]
SELFTEST_TTL_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPanel:
    """Everything the owner's box page shows, read at one moment."""

    device: Device | None
    is_online: bool
    pairing: PairingCode | None
    selftest: Command | None
    selftest_pending: bool
    broker_ok: bool
    may_simulate: bool
    now: datetime


def find_device(device_id: str) -> Device | None:
    """Return the box with this id, or None."""
    row = db.session.get(DeviceRow, device_id, populate_existing=True)
    return None if row is None else device_view(row)


def device_of(evse_id: int) -> Device | None:
    """Return the box that is paired with the charger, or None."""
    return devices_of((evse_id,)).get(evse_id)


def devices_of(evse_ids: Iterable[int]) -> dict[int, Device]:
    """Return the boxes paired with these chargers, by charger id."""
    wanted = sorted(set(evse_ids))
    if not wanted:
        return {}
    rows = db.session.scalars(
        select(DeviceRow)
        .where(DeviceRow.evse_id.in_(wanted))
        .execution_options(populate_existing=True)
    )
    return {row.evse_id: device_view(row) for row in rows if row.evse_id is not None}


def command(command_id: str) -> Command:
    """Return a command and how far it got.

    :raises NotFound: if there is none with this id
    """
    row = db.session.get(CommandRow, command_id, populate_existing=True)
    if row is None:
        raise NotFound
    return command_view(row)


def broker_ok(now: datetime) -> bool:
    """Return whether a command queued now would leave at once."""
    return heartbeat.is_fresh(now)


def dropped_messages() -> dict[tuple[str, str], int]:
    """Return how many messages were dropped, by device and reason."""
    rows = db.session.scalars(select(DroppedMessageRow))
    return {(row.device_id, row.reason): row.dropped for row in rows}


def panel(*, owner_id: int, charger_id: int, now: datetime) -> BoxPanel:
    """Return what the owner's box page shows.

    :raises NotFound: if the charger is not this owner's
    """
    chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    device = device_of(charger_id)
    selftest = _latest(device.id, "selftest") if device else None
    settings: Settings = current_app.extensions["plugbid_settings"]
    return BoxPanel(
        device=device,
        is_online=device is not None and device.is_online(now),
        pairing=None if device else pairing.open_code(db.session(), charger_id, now),
        selftest=selftest,
        selftest_pending=selftest is not None and selftest.is_pending(now),
        broker_ok=broker_ok(now),
        may_simulate=settings.is_embedded,
        now=now,
    )


def start_pairing(*, owner_id: int, charger_id: int, now: datetime) -> PairingCode:
    """Return a fresh pairing code for the owner's charger.

    :raises NotFound: if the charger is not this owner's
    :raises Conflict: if a box is paired already
    """
    chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    with writing() as work:
        return pairing.start_in(work.session, evse_id=charger_id, now=now)


def unpair(*, owner_id: int, charger_id: int, now: datetime) -> None:
    """Take the box off the owner's charger; its journal stays.

    :raises NotFound: if the charger is not this owner's or has no box
    :raises Conflict: while the box runs a session
    """
    chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    with writing() as work:
        freed = unpair_in(work.session, charger_id=charger_id, now=now)
        work.announce(DeviceSeen(device_id=freed.id, evse_id=charger_id))
    forget_if_simulated(freed)


def unpair_in(session: Session, *, charger_id: int, now: datetime) -> Device:
    """Take the box off a charger inside the caller's transaction; return it.

    :raises NotFound: if the charger has no box
    :raises Conflict: while the box runs a session
    """
    device = _own_device(session, charger_id)
    if device.session_code is not None:
        raise Conflict("A charging session is running. Please wait for its end.")
    device.evse_id = device.paired_at = None
    pairing.confirm_in(session, device.id, is_paired=False, now=now)
    session.flush()
    return device_view(device)


def forget_if_simulated(device: Device) -> None:
    """Remove the folder of a simulated box that no charger needs any more."""
    if device.is_simulated:
        boxes.remove(device.id)


def request_selftest(*, owner_id: int, charger_id: int, now: datetime) -> str:
    """Ask the box to move its lock and read its meter; return the command's id.

    :raises NotFound: if the charger is not this owner's or has no box
    :raises Unavailable: if broker or box cannot be reached now
    :raises Conflict: while a session runs
    """
    chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    if not broker_ok(now):
        raise Unavailable("The link to the boxes is down. Nothing was sent.")
    with writing() as work:
        device = _own_device(work.session, charger_id)
        if not rules.is_online(device.is_online, device.last_seen_at, now):
            raise Unavailable("The box is offline. Nothing was sent.")
        if device.session_code is not None:
            raise Conflict("A charging session is running, so the lock must rest.")
        return bus.send(
            work.session,
            device_id=device.id,
            op="selftest",
            arg={},
            requested_by=owner_id,
            ttl_s=SELFTEST_TTL_S,
            now=now,
        )


def start_simulated_box(*, owner_id: int, charger_id: int, now: datetime) -> str:
    """Make a simulated box that pairs itself with the charger; return its id.

    :raises NotFound: if the charger is not this owner's, or this is no demo
    :raises Conflict: if a box is paired already
    """
    settings: Settings = current_app.extensions["plugbid_settings"]
    if not settings.is_embedded:
        raise NotFound
    code = start_pairing(owner_id=owner_id, charger_id=charger_id, now=now)
    return boxes.create_simulated_box(pairing_code=code.code, now=now)


def tick(*, now: datetime) -> None:
    """End dead commands and stop believing boxes that have fallen silent."""
    outbox.expire(now=now)
    silent_since = now - timedelta(seconds=rules.SEEN_S)
    is_silent = DeviceRow.is_online & (DeviceRow.last_seen_at <= silent_since)
    if db.session.scalar(select(DeviceRow.id).where(is_silent).limit(1)) is None:
        return
    with writing() as work:
        # In the order in which all lock them, or two of us could wait for each other.
        silent = select(DeviceRow).where(is_silent).order_by(DeviceRow.id)
        silent = silent.with_for_update(key_share=True)
        for device in work.session.scalars(silent):
            work.announce(DeviceSeen(device_id=device.id, evse_id=device.evse_id))
        work.session.execute(update(DeviceRow).where(is_silent).values(is_online=False))


def _own_device(session: Session, charger_id: int) -> DeviceRow:
    device = pairing.device_row_of(session, charger_id)
    if device is None:
        raise NotFound("This charger has no box yet.")
    return device


def _latest(device_id: str, op: str) -> Command | None:
    row = db.session.scalars(
        select(CommandRow)
        .where(CommandRow.device_id == device_id, CommandRow.op == op)
        .order_by(CommandRow.created_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()
    return None if row is None else command_view(row)
