"""When bids are decided: the rolling gate of each start, and its last call.

Pure; lengths are minutes or seconds as their names say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel.errors import Conflict

LAST_CALL_MIN = 30
# A change of winners this shortly before the gate makes it wait as long again.
EXTEND_S = 300
MAX_EXTENSIONS = 3


class Stage(StrEnum):
    """When a bid is decided: at its gate, or in the one last call after it."""

    GATE = "GATE"
    LAST_CALL = "LAST_CALL"


class BidClosed(Conflict):
    """Too late: the bids for this start are decided, or about to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """When the bids for one start are decided; ``is_decided`` once they are."""

    stage: Stage
    decides_at: datetime
    extensions: int = 0
    is_decided: bool = False


def gate_at(starts_at: datetime, gate_min: int) -> datetime:
    """Return when bids for this start are decided, if nothing extends it."""
    return starts_at - timedelta(minutes=gate_min)


def last_call_at(starts_at: datetime) -> datetime:
    """Return when late bids for this start, and those left over, are decided."""
    return starts_at - timedelta(minutes=LAST_CALL_MIN)


def next_gate(
    starts_at: datetime, now: datetime, gate_min: int, gate: Gate | None = None
) -> Gate:
    """Return the gate at which a bid placed now is decided.

    A bid at the closing instant is late; late ones wait for the last call.

    :param gate: what is stored about the first stage of this start, if anything is
    :raises BidClosed: after the last call, and while earlier bids are being decided
    """
    is_stored = gate is not None
    gate = gate or Gate(stage=Stage.GATE, decides_at=gate_at(starts_at, gate_min))
    if not gate.is_decided:
        if now < gate.decides_at:
            return gate
        if is_stored:
            raise BidClosed(
                "The bids for this start are being decided at this moment. "
                "Please try again in a minute.",
                field="starts_at",
            )
    last = Gate(stage=Stage.LAST_CALL, decides_at=last_call_at(starts_at))
    if now < last.decides_at:
        return last
    raise BidClosed(
        f"Bids close {LAST_CALL_MIN} minutes before the start. "
        "What is still free can be booked at once.",
        field="starts_at",
    )


def extended(gate: Gate, starts_at: datetime, now: datetime) -> Gate | None:
    """Return the gate after a late change of its winner, or None if it stays.

    Only within the last five minutes, at most three times, never into the last call.
    """
    later = gate.decides_at + timedelta(seconds=EXTEND_S)
    may_wait = (
        gate.stage is Stage.GATE
        and not gate.is_decided
        and gate.extensions < MAX_EXTENSIONS
        and timedelta(0) < gate.decides_at - now <= timedelta(seconds=EXTEND_S)
        and later < last_call_at(starts_at)
    )
    if not may_wait:
        return None
    return Gate(stage=gate.stage, decides_at=later, extensions=gate.extensions + 1)
