"""What one batch of messages changes and causes, gathered before it takes effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.devices import keys
from app.devices.domain import signing, topics
from app.devices.models import DeviceRow
from app.kernel.events import Event

UNKNOWN = "(unknown)"


class Dropped(Exception):
    """The message changes nothing; the text is the reason it is counted under."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A downward message that leaves after the commit."""

    topic: str
    payload: bytes
    qos: int


@dataclass(slots=True)
class Turn:
    """One transaction's messages: replies and events wait until it is durable."""

    session: Session
    now: datetime
    replies: list[Reply] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    drops: Counter[tuple[str, str]] = field(default_factory=Counter)

    def mark(self) -> tuple[int, int]:
        """Return a point to come back to when a message fails half-way."""
        return len(self.replies), len(self.events)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was gathered since the mark."""
        del self.replies[mark[0] :]
        del self.events[mark[1] :]

    def drop(self, device_id: str, reason: str, count: int = 1) -> None:
        """Count a message (or records) that is not taken."""
        self.drops[(device_id, reason)] += count

    def reply(self, device: DeviceRow, kind: str, body: Mapping[str, object]) -> None:
        """Send a plain message after the commit."""
        topic = topics.down(device.id, kind)
        self.replies.append(Reply(topic, signing.compact(body), 1))

    def reply_signed(
        self, device: DeviceRow, kind: str, body: Mapping[str, object]
    ) -> None:
        """Send a signed message after the commit; it is not worth repeating."""
        topic = topics.down(device.id, kind)
        self.replies.append(Reply(topic, signing.seal(key_of(device), topic, body), 0))


def lock_devices(session: Session, ids: Iterable[str]) -> dict[str, DeviceRow]:
    """Return the known devices by id, locked in the one order that cannot deadlock.

    Rows that merely refer to a device may still be added by others.
    """
    rows = session.scalars(
        select(DeviceRow)
        .where(DeviceRow.id.in_(set(ids)))
        .order_by(DeviceRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {device.id: device for device in rows}


def key_of(device: DeviceRow) -> bytes:
    """Return the box's key."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    return keys.unwrap(device.key_encrypted, settings.secret_key)
