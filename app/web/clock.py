"""The only place that reads the clock; routes, jobs and commands ask it once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.database import db

_COMPARE_EVERY_S = 60
# Beside an embedded database: seconds by which all its processes are ahead.
SHIFT_FILE = "clock_shift_s"


def now() -> datetime:
    """Return the current UTC instant of this application."""
    read: Callable[[], datetime] = current_app.extensions["plugbid_clock"]
    return read()


def system_clock() -> Callable[[], datetime]:
    """Return a clock that shows the machine's UTC time."""
    return lambda: datetime.now(UTC)


def database_clock() -> Callable[[], datetime]:
    """Return a clock that shows the database server's time, for several web servers.

    What closes at six closes at the same instant on all of them. The difference to
    this machine is measured once a minute, not at every question.
    """
    kept: tuple[float, timedelta] | None = None

    def read() -> datetime:
        nonlocal kept
        if kept is None or time.monotonic() - kept[0] > _COMPARE_EVERY_S:
            try:
                kept = time.monotonic(), _ahead()
            except OperationalError:
                if kept is None:
                    raise
                # The database is away: what was measured before still holds.
                kept = time.monotonic(), kept[1]
        return datetime.now(UTC) + kept[1]

    return read


def _ahead() -> timedelta:
    """Return how far the database's time is ahead of this machine's."""
    with db.engine.connect() as connection:
        # Asked twice: only the second answer is without the way to a new connection.
        connection.execute(select(func.clock_timestamp()))
        before = datetime.now(UTC)
        theirs: datetime = connection.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
        after = datetime.now(UTC)
    return theirs - (before + (after - before) / 2)


def movable_clock(folder: Path, shift_s: int = 0) -> Callable[[], datetime]:
    """Return the embedded product's clock, which ``flask clock`` moves forward.

    All processes of one folder read the same file, so they agree at every moment.
    """
    file = folder / SHIFT_FILE

    def read() -> datetime:
        try:
            moved_s = int(file.read_text())
        except FileNotFoundError:
            moved_s = 0
        return datetime.now(UTC) + timedelta(seconds=shift_s + moved_s)

    return read


def move_forward(folder: Path, by_s: int) -> None:
    """Let the clock of an embedded product jump ahead; it never goes back.

    :raises ValueError: if it would go back
    """
    if by_s < 0:
        raise ValueError("The clock only goes forward.")
    file = folder / SHIFT_FILE
    before_s = int(file.read_text()) if file.exists() else 0
    fresh = file.with_suffix(".new")
    fresh.write_text(str(before_s + by_s))
    fresh.replace(file)
