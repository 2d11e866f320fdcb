"""Where every upward message enters: dropped and counted, or stored and answered.

Nothing a box sends can raise out of ``handle``. Answers leave after the commit:
what is acknowledged is on disk.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from app.database import announce_now, dialect_name, writing
from app.devices import inbox, transport
from app.devices.domain.fields import Malformed
from app.devices.domain.messages import Message, parse
from app.devices.domain.topics import parse_up
from app.devices.models import DeviceRow, DroppedMessageRow
from app.devices.turn import UNKNOWN, Dropped, Reply, Turn, lock_devices

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as the broker delivered it."""

    topic: str
    payload: bytes
    received_at: datetime
    is_retained: bool = False


def handle(
    topic: str, payload: bytes, *, now: datetime, retained: bool = False
) -> None:
    """Take one message; never raises, whatever it holds.

    Only a failing listener is passed on while testing, so that it cannot hide.
    """
    message = Inbound(
        topic=topic, payload=payload, received_at=now, is_retained=retained
    )
    try:
        take((message,))
    except Exception:
        _log.exception("A message on %r could not be taken.", topic[:80])
        if current_app.testing:
            raise


def take(messages: Sequence[Inbound]) -> None:
    """Store a batch of messages in one transaction, then answer, then announce.

    :raises OperationalError: if the database cannot be written; nothing was taken
        and nothing answered, so the batch may be tried again
    """
    with writing() as work:
        turn = Turn(session=work.session, now=messages[0].received_at)
        places = [parse_up(message.topic) for message in messages]
        devices = lock_devices(work.session, (place[0] for place in places if place))
        for message in messages:
            turn.now = message.received_at
            _take_one(turn, message, devices)
        _count(turn)
    _answer(turn.replies)
    announce_now(tuple(turn.events))


def note_drops(device_id: str, reason: str, count: int, *, now: datetime) -> None:
    """Count messages that were dropped before they came here."""
    with writing() as work:
        turn = Turn(session=work.session, now=now)
        turn.drop(device_id, reason, count)
        _count(turn)


def _take_one(turn: Turn, message: Inbound, devices: Mapping[str, DeviceRow]) -> None:
    place = parse_up(message.topic)
    if place is None:
        turn.drop(UNKNOWN, "foreign_topic")
        return
    device_id, kind = place
    device = devices.get(device_id)
    if device is None:
        turn.drop(UNKNOWN, "unknown_device")
        return
    parsed = _parse(turn, device_id, kind, message.payload)
    if parsed is None:
        return
    mark = turn.mark()
    try:
        with turn.session.begin_nested():
            inbox.apply(turn, device, parsed, retained=message.is_retained)
    except Dropped as drop:
        turn.back_to(mark)
        turn.drop(device_id, str(drop))
    except OperationalError:
        raise
    except Exception:
        turn.back_to(mark)
        turn.drop(device_id, "failed")
        _log.exception("A %s of %s could not be stored.", kind, device_id)


def _parse(turn: Turn, device_id: str, kind: str, payload: bytes) -> Message | None:
    try:
        return parse(kind, payload)
    except Malformed as error:
        reason = "oversize" if str(error) == "oversize" else "malformed"
        turn.drop(device_id, reason)
        _log.info("%s of %s is malformed at %s.", kind, device_id, error)
        return None


def _count(turn: Turn) -> None:
    for (device_id, reason), count in turn.drops.items():
        _log.warning("Dropped of %s: %d (%s).", device_id, count, reason)
        insert = sqlite.insert if dialect_name() == "sqlite" else postgresql.insert
        row = DroppedMessageRow
        turn.session.execute(
            insert(row)
            .values(device_id=device_id, reason=reason, dropped=0, last_at=turn.now)
            .on_conflict_do_nothing()
        )
        turn.session.execute(
            update(row)
            .where(row.device_id == device_id, row.reason == reason)
            .values(dropped=row.dropped + count, last_at=turn.now)
        )


def _answer(replies: Iterable[Reply]) -> None:
    way = transport.current()
    for reply in replies:
        if not way.publish(reply.topic, reply.payload, qos=reply.qos):
            # The box asks again by itself, for records and for time alike.
            _log.info("No connection to answer on %s.", reply.topic)
