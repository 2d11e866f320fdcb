"""How a charger sells its time: the plan an owner accepted, and its careful steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.kernel.errors import DomainError
from app.kernel.money import MILLI
from app.pricing.domain.week import WeekPrices
from app.pricing.domain.wish import OwnerWish

Mode = Literal["FIXED", "AUCTION"]
GATES_MIN = (60, 120, 180, 240, 360, 480, 720)
DEFAULT_GATE_MIN = 120
DAILY_LIMIT_PERCENT = 10


class BadPlan(DomainError):
    """A charger cannot be sold this way; ``field`` says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one EVSE sells its time since a moment; a version never changes.

    :param gate_min: bids on a start are decided so many minutes before it
    :param is_automatic: whether the prices follow the suggestion by themselves
    :param changed_on: the last UTC date on which the prices were looked at
    """

    evse_id: int
    version: int
    mode: Mode
    gate_min: int
    prices: WeekPrices
    wish: OwnerWish
    is_automatic: bool
    created_at: datetime
    changed_on: date


def check_gate(gate_min: int) -> int:
    """Return the gate unchanged.

    :raises BadPlan: if bids would be decided too late or too early
    """
    if not GATES_MIN[0] <= gate_min <= GATES_MIN[-1]:
        raise BadPlan("Bids are decided 1 to 12 hours before the start.", field="gate")
    return gate_min


def step_towards(
    current: Sequence[int],
    suggested: Sequence[int],
    limit_percent: int = DAILY_LIMIT_PERCENT,
) -> tuple[int, ...]:
    """Return the prices moved towards the suggestion, each by a limited share.

    A price of nothing has no share to move by, so its first step is one minor unit.

    >>> step_towards((100_000, 100_000, 0), (103_000, 50_000, 40_000))
    (103000, 90000, 1000)

    :raises BadPlan: if the two tables differ in length
    """
    if len(current) != len(suggested):
        raise BadPlan("Both tables must have a price for the same hours.")
    moved = []
    for old, new in zip(current, suggested, strict=True):
        most = old * limit_percent // 100 if old else MILLI
        moved.append(max(old - most, min(old + most, new)))
    return tuple(moved)
