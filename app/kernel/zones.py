"""Time zones by name, each read from its file only once in a process."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_named(name: str) -> ZoneInfo:
    """Return the zone and keep it.

    ``ZoneInfo`` itself keeps the last eight; a world-wide search meets more, and
    reading one again costs as much as a small search. Only for names that are stored,
    never for what somebody typed.

    :raises ZoneInfoNotFoundError: if there is no such zone

    >>> zone_named("Europe/Berlin") is zone_named("Europe/Berlin")
    True
    """
    return ZoneInfo(name)
