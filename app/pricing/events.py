"""What happened to prices that other rooms have to know."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event
from app.pricing.domain.plan import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(Event):
    """A charger sells its time in another way, or at other prices."""

    charger_id: int
    mode: Mode
