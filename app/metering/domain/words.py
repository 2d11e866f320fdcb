"""Why sessions end, why boxes refuse, and what a session is doing, in plain words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

_ENDED = {
    "DRIVER": "The driver stopped charging.",
    "OWNER": "The host stopped charging.",
    "END_OF_BOOKING": "The booked time was over.",
    "ENERGY_CAP": "The promised amount of energy was reached.",
    "UNPLUGGED": "The car was unplugged.",
    "NO_ENERGY": "The car took no energy.",
    "LEASE": "The box lost its connection for too long and switched off to be safe.",
    "FAULT": "The box switched off because of a fault.",
    "POWER_LOSS": "The power failed.",
    "RETURNED": "The plug was returned.",
    # The rest are the server's own words, for ends that no box reported.
    "LOST": "The box did not report the end; its last reading counts.",
    "CANCELED": "The booking had ended before the lock opened.",
    "SILENT": "The box fell silent; its last reading counts.",
}
_REFUSED = {
    "stale": "The box had restarted in between. Please tap again.",
    "expired": "The command did not reach the box in time, so it was dropped.",
    "offline": "The box could not be reached, so the command was dropped.",
    "broker_down": "Our connection to the boxes was down, so the command was dropped.",
    "busy": "The box is still busy with another session.",
    "jammed": "The lock is stuck. Press the flap shut and tap again.",
    "fault": "The box found a fault and keeps the power off to be safe.",
    "nosession": "The box does not know this session any more.",
    "meter_silent": "The meter does not answer, so nothing may flow.",
    "no_answer": "The box did not answer. Nothing was opened as far as we know.",
}
_TRY_AGAIN = frozenset(
    {
        "stale",
        "expired",
        "offline",
        "broker_down",
        "busy",
        "jammed",
        "no_answer",
        "nosession",
    }
)


class Phase(StrEnum):
    """What a session is doing, for the person looking at it."""

    OPENING = "OPENING"
    WAITING = "WAITING"
    CHARGING = "CHARGING"
    PAUSED = "PAUSED"
    UNSEEN = "UNSEEN"
    OVERTIME = "OVERTIME"
    STOPPING = "STOPPING"
    ENDED = "ENDED"
    FAILED = "FAILED"


_PHASES = {
    Phase.OPENING: "Opening the lock",
    Phase.WAITING: "Plug in your car",
    Phase.CHARGING: "Charging",
    Phase.PAUSED: "Your car takes no power right now",
    Phase.UNSEEN: "No word from the box",
    Phase.OVERTIME: "Your time is over, please unplug",
    Phase.STOPPING: "Stopping",
    Phase.ENDED: "Charging is over",
    Phase.FAILED: "The lock did not open",
}
_SETTLED = {
    "PENDING": Phase.OPENING,
    "INVALID": Phase.FAILED,
    "COMPLETED": Phase.ENDED,
}
# Less than this is the meter's own noise and no car.
_FLOWS_W = 50


def ended_because(stop_reason: str | None) -> str:
    """Return why the session ended, as a sentence for driver and host alike.

    >>> ended_because("ENERGY_CAP")
    'The promised amount of energy was reached.'
    """
    return _ENDED.get(stop_reason or "LOST", "The box ended the session.")


def refused_because(why: str | None) -> str:
    """Return why a command was not carried out.

    >>> refused_because("busy")
    'The box is still busy with another session.'
    """
    return _REFUSED.get(why or "no_answer", "The box refused the command.")


def may_try_again(why: str | None) -> bool:
    """Return whether tapping again can help against this refusal."""
    return (why or "no_answer") in _TRY_AGAIN


def phase_of(
    *,
    status: str,
    energy_wh: int,
    power_w: int | None,
    is_stopping: bool,
    ends_at: datetime,
    now: datetime,
) -> Phase:
    """Return what the session is doing; the most urgent word wins.

    :param power_w: None where nobody knows it right now
    """
    if status in _SETTLED:
        return _SETTLED[status]
    if is_stopping:
        return Phase.STOPPING
    if now >= ends_at:
        return Phase.OVERTIME
    if power_w is None:
        return Phase.UNSEEN
    if power_w >= _FLOWS_W:
        return Phase.CHARGING
    return Phase.PAUSED if energy_wh else Phase.WAITING


def phase_words(phase: Phase) -> str:
    """Return the phase in words.

    >>> phase_words(Phase.CHARGING)
    'Charging'
    """
    return _PHASES[phase]


def seconds_left(ends_at: datetime, now: datetime) -> int:
    """Return the seconds until the end, never negative."""
    return max(0, int((ends_at - now).total_seconds()))


def countdown(seconds: int) -> tuple[str, str]:
    """Return a time left that people can watch run, as number and unit.

    >>> countdown(7384), countdown(754)
    (('2:03', 'h'), ('12:34', 'min'))
    """
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}", "min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}", "h"
