"""Answers when a charger is free, and lets its owner keep time for himself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.errors import NotFound
from app.kernel.period import Period, clip, union
from app.kernel.slots import require_on_grid, slots_of, start_of
from app.schedules.claims import claim_in, release_claim_in
from app.schedules.domain import BadLength, bookable_window, expand, free
from app.schedules.models import ClaimedSlotRow, ClaimRow
from app.schedules.service.opening import opening_of

MAX_OWNER_USE = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerUse:
    """Time an owner keeps for his own car."""

    id: int
    starts_at: datetime
    ends_at: datetime


def open_periods(*, charger: Charger, window: Period) -> tuple[Period, ...]:
    """Return when the charger is open by its rules, taken or not."""
    opening = opening_of(charger.id)
    return expand(opening.rules, opening.exceptions, charger.time_zone, window)


def claimed_periods(
    *, evse_id: int, window: Period, now: datetime
) -> tuple[Period, ...]:
    """Return when the charger is taken, turnaround included; expired holds are not."""
    slots = slots_of(window)
    taken = db.session.scalars(
        select(ClaimedSlotRow.slot)
        .join(ClaimRow, ClaimRow.id == ClaimedSlotRow.claim_id)
        .where(
            ClaimedSlotRow.evse_id == evse_id,
            ClaimedSlotRow.slot >= slots.start,
            ClaimedSlotRow.slot < slots.stop,
            or_(ClaimRow.expires_at.is_(None), ClaimRow.expires_at > now),
        )
        .order_by(ClaimedSlotRow.slot)
    )
    return union(_quarter_hours(taken))


def free_periods(
    *, charger: Charger, window: Period, now: datetime
) -> tuple[Period, ...]:
    """Return when a booking may lie: open, unclaimed, not too soon or too far.

    A booking that ends just before a claim still needs its own turnaround, so each
    claim counts from that much earlier.
    """
    limits = bookable_window(
        now, lead_min=charger.lead_min, horizon_days=charger.horizon_days
    )
    inside = clip((limits,), window)
    if not inside or not charger.is_bookable:
        return ()
    (bookable,) = inside
    buffer_s = -(-charger.buffer_min // 15) * 900
    claimed = claimed_periods(
        evse_id=charger.id, window=bookable.widened(after_s=buffer_s), now=now
    )
    opened = open_periods(charger=charger, window=bookable)
    return free(opened, (each.widened(before_s=buffer_s) for each in claimed), bookable)


def add_owner_use(
    *, owner_id: int, charger_id: int, period: Period, now: datetime
) -> int:
    """Keep time on the owner's charger for himself; return the claim's id.

    :raises SlotTaken: if a driver has booked a part of it
    """
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    if require_on_grid(period).ends_at - period.starts_at > MAX_OWNER_USE:
        raise BadLength("Please keep at most 28 days at once.", field="ends_at")
    if period.ends_at <= now:
        raise BadLength("This time is over.", field="ends_at")
    with writing() as work:
        return claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=0,
            kind="OWNER_USE",
            now=now,
        )


def remove_owner_use(*, owner_id: int, charger_id: int, claim_id: int) -> None:
    """Give the owner's time back to drivers.

    :raises NotFound: if there is no such time on the owner's charger
    """
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    with writing() as work:
        found = work.session.scalar(
            select(ClaimRow.id).where(
                ClaimRow.id == claim_id,
                ClaimRow.evse_id == charger.id,
                ClaimRow.kind == "OWNER_USE",
                ClaimRow.is_active,
            )
        )
        if found is None:
            raise NotFound
        release_claim_in(work.session, claim_id=found)


def owner_uses_of(charger_id: int, now: datetime) -> tuple[OwnerUse, ...]:
    """Return the time the owner keeps for himself and that is not over."""
    statement = (
        select(ClaimRow.id, ClaimRow.starts_at, ClaimRow.ends_at)
        .where(
            ClaimRow.evse_id == charger_id,
            ClaimRow.kind == "OWNER_USE",
            ClaimRow.is_active,
            ClaimRow.ends_at > now,
        )
        .order_by(ClaimRow.starts_at)
    )
    return tuple(
        OwnerUse(id=row.id, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in db.session.execute(statement)
    )


def _quarter_hours(slots: Iterable[int]) -> Iterable[Period]:
    return (Period(start_of(slot), start_of(slot + 1)) for slot in slots)
