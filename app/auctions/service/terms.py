"""How a charger sells by auction: its currency, gate and prices of this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auctions.models import FrozenReserveRow
from app.chargers.service import Charger
from app.kernel.period import Period
from app.kernel.slots import slots_of
from app.pricing import service as pricing
from app.pricing.domain import WeekPrices
from app.schedules.claims import covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the owner's plan says of bids."""

    evse_id: int
    currency: str
    gate_min: int
    prices: WeekPrices

    def reserve_in(self, session: Session, slots: range) -> tuple[int, ...]:
        """Return the reserve of each slot, never above what a bid relies on."""
        return self.reserve_of(slots, self.kept_in(session, slots))

    def kept_in(self, session: Session, slots: range) -> dict[int, int]:
        """Return the reserves that may not rise while bids rely on them, by slot."""
        rows = session.execute(
            select(FrozenReserveRow.slot, FrozenReserveRow.reserve_milli).where(
                FrozenReserveRow.evse_id == self.evse_id,
                FrozenReserveRow.slot >= slots.start,
                FrozenReserveRow.slot < slots.stop,
                # An amount of another currency says nothing about this one.
                FrozenReserveRow.currency == self.currency,
            )
        )
        return {row.slot: row.reserve_milli for row in rows}

    def reserve_of(self, slots: range, kept: Mapping[int, int]) -> tuple[int, ...]:
        """Return the same with the kept reserves at hand."""
        asked = self.prices.reserve_of(slots)
        return tuple(
            min(milli, kept.get(slot, milli))
            for slot, milli in zip(slots, asked, strict=True)
        )


def find_terms_in(session: Session, charger_id: int) -> Terms | None:
    """Return the terms of a charger that is auctioned, as this transaction sees them.

    :returns: None where time is sold at a fixed price, or has no price yet
    """
    plan = pricing.plans_in(session, (charger_id,)).get(charger_id)
    tariff = pricing.find_tariff_in(session, charger_id)
    if plan is None or tariff is None:
        return None
    return Terms(
        evse_id=charger_id,
        currency=tariff.currency,
        gate_min=plan.gate_min,
        prices=plan.prices,
    )


def sold_slots(charger: Charger, period: Period) -> range:
    """Return the slots that a stay takes, with the charger's turnaround."""
    return slots_of(covered(period, charger.buffer_min))
