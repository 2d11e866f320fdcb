"""Sends queued commands: signed, in order, once, and only while they are fresh."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.database import Writing, db, writing
from app.devices import transport
from app.devices.domain import rules, signing, topics
from app.devices.events import CommandAnswered
from app.devices.models import CommandRow, DeviceRow
from app.devices.turn import key_of, lock_devices

_log = logging.getLogger(__name__)
_AT_ONCE = 50
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def has_queued() -> bool:
    """Return whether a command waits; a cheap read that takes no lock."""
    waiting = select(CommandRow.id).where(CommandRow.state == "QUEUED").limit(1)
    try:
        return db.session.scalar(waiting) is not None
    finally:
        # The next look must see what was committed meanwhile.
        db.session.rollback()


def send_due(*, now: datetime) -> int:
    """Send what waits and may still be sent; return how many left.

    The counter is taken and the command marked SENT before it leaves. A crash in
    between costs the command, which dies unanswered; it cannot leave twice. One that
    cannot be prepared dies alone.
    """
    way = transport.current()
    if not way.is_connected:
        return 0
    with writing() as work:
        envelopes = list(_prepared(work, now))
    sent = 0
    for command_id, topic, payload in envelopes:
        try:
            has_left = way.publish(topic, payload, qos=1)
        except Exception:
            _log.exception("Command %s could not be published.", command_id)
            has_left = False
        if has_left:
            sent += 1
        else:
            _give_up(command_id, "broker_down", now)
    return sent


def _prepared(work: Writing, now: datetime) -> Iterator[tuple[str, str, bytes]]:
    devices = lock_devices(work.session, _addressed(work.session))
    for command in _queued(work.session, devices):
        device = devices[command.device_id]
        if not _may_leave(work, command, device, now):
            continue
        try:
            with work.session.begin_nested():
                topic, payload = _prepare(work, command, device, now)
        except OperationalError:
            raise
        except Exception:
            _log.exception("Command %s could not be prepared.", command.id)
            _end(work, command, "expired", now)
        else:
            yield command.id, topic, payload


def expire(*, now: datetime) -> int:
    """End commands that can no longer be sent or answered; return how many."""
    if not _has_dead(now):
        return 0
    with writing() as work:
        dead = [
            command
            for command in work.session.scalars(
                _open().with_for_update(skip_locked=True)
            )
            if rules.has_died(command.state, command.expires_at, now)
        ]
        for command in dead:
            why = "expired" if command.state == "QUEUED" else "no_answer"
            _end(work, command, why, now)
    return len(dead)


def _has_dead(now: datetime) -> bool:
    try:
        return any(
            rules.has_died(command.state, command.expires_at, now)
            for command in db.session.scalars(_open())
        )
    finally:
        db.session.rollback()


def _open() -> Select[CommandRow]:
    return select(CommandRow).where(CommandRow.state.in_(("QUEUED", "SENT")))


def _addressed(session: Session) -> set[str]:
    waiting = (
        select(CommandRow.device_id)
        .where(CommandRow.state == "QUEUED")
        .order_by(CommandRow.created_at, CommandRow.id)
        .limit(_AT_ONCE)
    )
    return set(session.scalars(waiting))


def _queued(session: Session, device_ids: Iterable[str]) -> list[CommandRow]:
    waiting = (
        select(CommandRow)
        .where(CommandRow.state == "QUEUED", CommandRow.device_id.in_(device_ids))
        .order_by(CommandRow.created_at, CommandRow.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(waiting))


def _may_leave(
    work: Writing, command: CommandRow, device: DeviceRow, now: datetime
) -> bool:
    if rules.has_died(command.state, command.expires_at, now):
        _end(work, command, "expired", now)
    elif (
        not rules.is_online(device.is_online, device.last_seen_at, now)
        or device.boot_nonce is None
    ):
        _end(work, command, "offline", now)
    else:
        return True
    return False


def _prepare(
    work: Writing, command: CommandRow, device: DeviceRow, now: datetime
) -> tuple[str, bytes]:
    device.command_counter = rules.next_counter(device.command_counter, now)
    command.counter, command.state = device.command_counter, "SENT"
    command.sent_at = now
    work.session.flush()
    topic = topics.down(device.id, "cmd")
    body = {
        "id": command.id,
        "op": command.op,
        "ctr": command.counter,
        "bn": device.boot_nonce,
        "exp": (command.expires_at - _EPOCH) // timedelta(milliseconds=1),
        "arg": command.arg,
    }
    return topic, signing.seal(key_of(device), topic, body)


def _give_up(command_id: str, why: str, now: datetime) -> None:
    with writing() as work:
        command = work.session.get_one(CommandRow, command_id)
        if command.state == "SENT":
            _end(work, command, why, now)


def _end(work: Writing, command: CommandRow, why: str, now: datetime) -> None:
    command.state, command.why, command.answered_at = "EXPIRED", why, now
    _log.info("Command %s (%s) died: %s.", command.id, command.op, why)
    work.announce(
        CommandAnswered(command_id=command.id, op=command.op, ok=False, why=why)
    )
