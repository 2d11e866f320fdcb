"""Sends queued commands: signed, in order, once, and only while they are fresh."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.database import Writing, db, writing
from app.devices import transport
from app.devices.domain import rules, signing, topics
from app.devices.events import CommandAnswered
from app.devices.models import CommandRow, DeviceRow
from app.devices.turn import key_of

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
    between costs the command, which dies unanswered; it cannot leave twice.
    """
    way = transport.current()
    if not way.is_connected:
        return 0
    with writing() as work:
        envelopes = [
            (command.id, *_prepare(work, command, now))
            for command in _queued(work.session)
            if _may_leave(work, command, now)
        ]
    sent = 0
    for command_id, topic, payload in envelopes:
        if way.publish(topic, payload, qos=1):
            sent += 1
        else:
            _give_up(command_id, "broker_down", now)
    return sent


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


def _queued(session: Session) -> list[CommandRow]:
    waiting = (
        select(CommandRow)
        .where(CommandRow.state == "QUEUED")
        .order_by(CommandRow.created_at, CommandRow.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(waiting))


def _may_leave(work: Writing, command: CommandRow, now: datetime) -> bool:
    device = work.session.get_one(DeviceRow, command.device_id)
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


def _is_online(device: DeviceRow, now: datetime) -> bool:
    return rules.is_online(device.is_online, device.last_seen_at, now)


def _prepare(work: Writing, command: CommandRow, now: datetime) -> tuple[str, bytes]:
    device = work.session.get_one(
        DeviceRow, command.device_id, with_for_update=True, populate_existing=True
    )
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
