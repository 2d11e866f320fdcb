"""Time in the demo world: wall clocks at chargers, and instants to live through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from app.chargers.service import Charger


def local(charger: Charger, now: datetime, days: int, at: str) -> datetime:
    """Return a wall-clock time at the charger, some days from today."""
    place = ZoneInfo(charger.time_zone)
    day = now.astimezone(place).date() + timedelta(days=days)
    wall = datetime.combine(day, time.fromisoformat(at), tzinfo=place)
    return wall.astimezone(UTC)


@contextmanager
def at_clock(at: datetime) -> Iterator[None]:
    """Let everything that looks at the clock see this instant."""
    before: Callable[[], datetime] = current_app.extensions["plugbid_clock"]
    current_app.extensions["plugbid_clock"] = lambda: at
    try:
        yield
    finally:
        current_app.extensions["plugbid_clock"] = before
