"""What happened at the plug, for the rooms above."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """The box opened and power may flow."""

    session_code: str
    booking_code: str
    charger_id: int
    driver_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A session is over and its record is sealed; the receipt can be read."""

    session_code: str
    booking_code: str
    charger_id: int
    driver_id: int
    owner_id: int
    energy_wh: int
    total_minor: int
    currency: str
