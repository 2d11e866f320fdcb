"""May this person open this lock now, and if not: why, and what to do instead.

The code on the label names the lock and authorizes nothing; only a booking does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.errors import Conflict


class Reason(StrEnum):
    """The one word for what the gate found, from right to wrong."""

    READY = "READY"
    RUNNING = "RUNNING"
    NO_BOOKING = "NO_BOOKING"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    TOO_EARLY = "TOO_EARLY"
    ENDED = "ENDED"
    CANCELED = "CANCELED"
    MISSED = "MISSED"
    INOPERATIVE = "INOPERATIVE"
    UNPAIRED = "UNPAIRED"
    BROKER_DOWN = "BROKER_DOWN"
    OFFLINE = "OFFLINE"
    IN_USE = "IN_USE"


_OPEN = frozenset({Reason.READY, Reason.RUNNING})
# Waiting helps against these, so a page may look again by itself.
_PASSING = frozenset(
    {
        Reason.NOT_CONFIRMED,
        Reason.TOO_EARLY,
        Reason.BROKER_DOWN,
        Reason.OFFLINE,
        Reason.IN_USE,
    }
)
_WORDS = {
    Reason.READY: (
        "Ready to open",
        "This is your booking and your time.",
        "Stand at the charger, then tap.",
    ),
    Reason.RUNNING: (
        "Your session is running",
        "You may open the lock again at any time during your booking.",
        "Tap if you need to reach the plug.",
    ),
    Reason.NO_BOOKING: (
        "No booking here",
        "You have no booking for this charger right now.",
        "Book a free time, then come back to this page.",
    ),
    Reason.NOT_CONFIRMED: (
        "Not confirmed yet",
        "Your booking is not confirmed yet, so the lock stays closed.",
        "Open the booking to see what is missing.",
    ),
    Reason.TOO_EARLY: (
        "A little early",
        "Your time has not begun yet.",
        "Come back to this page then: it opens by itself when it is time.",
    ),
    Reason.ENDED: (
        "This booking is over",
        "The booking has ended, so it opens the lock no more.",
        "Book another time if you still need to charge.",
    ),
    Reason.CANCELED: (
        "This booking was canceled",
        "A canceled booking opens nothing.",
        "Book another time to charge here.",
    ),
    Reason.MISSED: (
        "This booking was released",
        "Nobody came in time, so the charger was given free again.",
        "Book another time: it may still be free.",
    ),
    Reason.INOPERATIVE: (
        "Out of service",
        "The host has taken this charger out of service.",
        "You pay nothing. Please look for another charger nearby.",
    ),
    Reason.UNPAIRED: (
        "No box on this charger",
        "This charger has no lock connected, so it cannot be opened from here.",
        "Please write to the host. You pay nothing for time you cannot use.",
    ),
    Reason.BROKER_DOWN: (
        "No connection to the boxes",
        "Our connection to the chargers is down at the moment.",
        "Wait here: the page looks again by itself. Your booking is safe.",
    ),
    Reason.OFFLINE: (
        "The box is offline",
        "The box at this charger cannot be reached right now.",
        "Wait a minute: the page looks again by itself. You pay nothing meanwhile.",
    ),
    Reason.IN_USE: (
        "Still in use",
        "The session before yours has not ended yet.",
        "Please wait a moment, or ask the other driver to unplug.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the gate needs to know of the person's booking of this charger.

    :param early_s: seconds before the start from which the lock opens, if the
        time before is free
    :param grace_s: seconds after the end during which a running session may stay
    """

    state: str
    starts_at: datetime
    ends_at: datetime
    early_s: int
    grace_s: int
    is_free_before: bool

    @property
    def opens_at(self) -> datetime:
        """The instant from which the lock opens for this booking."""
        early_s = self.early_s if self.is_free_before else 0
        return self.starts_at - timedelta(seconds=early_s)

    @property
    def closes_at(self) -> datetime:
        """The instant from which not even a running session may be opened again."""
        return self.ends_at + timedelta(seconds=self.grace_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """The state of the charger as far as it decides about opening."""

    is_inoperative: bool
    is_paired: bool
    is_online: bool
    is_broker_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The answer, with the words for it.

    :param opens_at: when the lock will open, where that is known and still to come
    """

    reason: Reason
    opens_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the lock may be opened now."""
        return self.reason in _OPEN

    @property
    def may_pass(self) -> bool:
        """Whether the answer may change by waiting."""
        return self.reason in _PASSING

    @property
    def title(self) -> str:
        """Two or three words."""
        return _WORDS[self.reason][0]

    @property
    def sentence(self) -> str:
        """Why."""
        return _WORDS[self.reason][1]

    @property
    def next_step(self) -> str:
        """What the person can do."""
        return _WORDS[self.reason][2]


class UnlockRefused(Conflict):
    """The lock stays closed, for the reason in the gate."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate.sentence)
        self.gate = gate


def gate(
    *, held: Held | None, charger: Charger, running: str | None, now: datetime
) -> Gate:
    """Return whether the lock may open now.

    What belongs to the person comes first and what belongs to the charger after
    it, so that somebody without a booking learns nothing about the charger.

    :param held: the person's booking of this charger, None where there is none
    :param running: ``"MINE"`` or ``"OTHERS"`` where a session has not ended yet
    """
    if held is None:
        return Gate(reason=Reason.NO_BOOKING)
    is_mine = running == "MINE"
    by_booking = _by_booking(held, is_mine=is_mine, now=now)
    if by_booking is not None:
        return by_booking
    by_charger = _by_charger(charger)
    if by_charger is not None:
        return Gate(reason=by_charger)
    if running == "OTHERS":
        return Gate(reason=Reason.IN_USE)
    return Gate(reason=Reason.RUNNING if is_mine else Reason.READY)


_BY_STATE = {
    "HELD": Reason.NOT_CONFIRMED,
    "REQUESTED": Reason.NOT_CONFIRMED,
    "CANCELED": Reason.CANCELED,
    "REJECTED": Reason.CANCELED,
    "EXPIRED": Reason.CANCELED,
    "NO_SHOW": Reason.MISSED,
    "COMPLETED": Reason.ENDED,
    "FAILED": Reason.ENDED,
}


def _by_booking(held: Held, *, is_mine: bool, now: datetime) -> Gate | None:
    if held.state in _BY_STATE:
        return Gate(reason=_BY_STATE[held.state])
    if now >= (held.closes_at if is_mine else held.ends_at):
        return Gate(reason=Reason.ENDED)
    if now < held.opens_at:
        return Gate(reason=Reason.TOO_EARLY, opens_at=held.opens_at)
    return None


def _by_charger(charger: Charger) -> Reason | None:
    if charger.is_inoperative:
        return Reason.INOPERATIVE
    if not charger.is_paired:
        return Reason.UNPAIRED
    if not charger.is_broker_up:
        return Reason.BROKER_DOWN
    if not charger.is_online:
        return Reason.OFFLINE
    return None
