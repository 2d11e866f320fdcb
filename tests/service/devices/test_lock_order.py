"""Devices are locked in one order, so that two transactions cannot wait for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Select, select, text
from sqlalchemy.engine import Connection

from app.database import db, writing
from app.devices import bus, ingest, outbox
from app.devices.ingest import Inbound
from app.devices.models import DeviceRow
from tests.support.device_house import wait_for
from tests.support.factories_devices import FakeBox, live, make_online_box

pytestmark = pytest.mark.service


@pytest.fixture
def boxes(in_app: Flask, now: datetime) -> list[FakeBox]:
    """Two boxes that are online, the one with the greater id first."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time")
    pair = [make_online_box(in_app, now=now) for _ in range(2)]
    return sorted(pair, key=lambda box: box.id, reverse=True)


def take_live(boxes: list[FakeBox]) -> None:
    """Store a reading of each box in one transaction, in the given order."""
    ingest.take(
        [
            Inbound(
                topic=f"pb/v1/{box.id}/up/live",
                payload=json.dumps(live()).encode(),
                received_at=box.now,
            )
            for box in boxes
        ]
    )


def send_commands(boxes: list[FakeBox]) -> None:
    """Send the commands that wait for both boxes."""
    assert outbox.send_due(now=boxes[0].now) == 2


def queue_commands(boxes: list[FakeBox]) -> None:
    """Queue a command for each box, in the given order."""
    for second, box in enumerate(boxes):
        with writing() as work:
            bus.send(
                work.session,
                device_id=box.id,
                op="identify",
                arg={},
                requested_by=None,
                ttl_s=10,
                now=box.now + timedelta(seconds=second),
            )


def somebody_waits(connection: Connection) -> bool:
    """Return whether another transaction waits for a row."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(connection.scalar(text(waiting)))


@pytest.mark.parametrize("work", [take_live, send_commands])
def test_who_waits_for_the_first_device_holds_no_later_one(
    in_app: Flask, boxes: list[FakeBox], work: Callable[[list[FakeBox]], None]
) -> None:
    later, first = boxes
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with in_app.app_context():
                work(boxes)
        except BaseException as error:
            failures.append(error)

    queue_commands(boxes)
    thread = threading.Thread(target=run)
    with db.engine.begin() as other:
        other.execute(_locking(first.id))
        thread.start()
        wait_for(lambda: somebody_waits(other))

        # Fails at once where the waiting transaction already holds it.
        other.execute(_locking(later.id))
    thread.join(10)

    assert not thread.is_alive()
    assert failures == []


def _locking(device_id: str) -> Select[str]:
    row = select(DeviceRow.id).where(DeviceRow.id == device_id)
    return row.with_for_update(nowait=True)
