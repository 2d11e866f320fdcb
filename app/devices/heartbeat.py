"""The device worker's sign of life, written by it and read by every page."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.database import db, writing
from app.devices.models import WorkerBeatRow

BEAT_EVERY_S = 2
# Two beats may be missed: a busy machine is not a dead one.
FRESH_S = 8
_NAME = "device-worker"


def beat(*, is_connected: bool, now: datetime) -> None:
    """Say that the worker lives, and whether the broker hears it."""
    with writing() as work:
        row = work.session.get(WorkerBeatRow, _NAME)
        if row is None:
            row = WorkerBeatRow(name=_NAME, beat_at=now)
            work.session.add(row)
        row.beat_at, row.is_connected = now, is_connected


def is_fresh(now: datetime) -> bool:
    """Return whether commands can reach boxes: worker alive, broker connected."""
    row = db.session.get(WorkerBeatRow, _NAME, populate_existing=True)
    if row is None or not row.is_connected:
        return False
    return now - row.beat_at < timedelta(seconds=FRESH_S)
