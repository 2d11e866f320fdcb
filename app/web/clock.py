"""The only place that reads the clock; routes, jobs and commands ask it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import current_app


def now() -> datetime:
    """Return the current UTC instant of this application."""
    read: Callable[[], datetime] = current_app.extensions["plugbid_clock"]
    return read()


def system_clock(shift_s: int = 0) -> Callable[[], datetime]:
    """Return a clock that shows the machine's UTC time, moved by some seconds."""
    shift = timedelta(seconds=shift_s)
    return lambda: datetime.now(UTC) + shift
