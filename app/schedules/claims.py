"""Claims on time: the one place that takes quarter hours and gives them back.

The primary key of ``claimed_slot`` is the promise that nobody is booked twice; what
stands here only makes refusals cheap and errors readable. Everything works inside the
caller's write transaction, with Core statements, because this is the hottest path.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid, require_on_grid, slots_of
from app.schedules.models import ClaimedSlotRow, ClaimRow

KINDS = ("HOLD", "BOOKING", "OWNER_USE", "MAINTENANCE")
# Three values a row; SQLite takes 32,766 values in one statement.
_ROWS_PER_INSERT = 4000


class SlotTaken(Conflict):
    """Somebody else has claimed a part of this time."""

    def __init__(self) -> None:
        super().__init__("Somebody else has just taken this time.", field="starts_at")


def claim_in(
    session: Session,
    *,
    evse_id: int,
    period: Period,
    buffer_min: int,
    kind: str,
    now: datetime,
    booking_id: int | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Claim the period and its turnaround buffer for one use; return the claim's id.

    :param buffer_min: minutes after the period that belong to the claim, rounded up
        to the grid
    :raises OffGrid: if the period is not on the quarter hour
    :raises SlotTaken: if any quarter hour is taken; the transaction must be given up
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of claim called {kind!r}.")
    taken = covered(require_on_grid(period), buffer_min)
    retire_expired_in(session, evse_id=evse_id, now=now)
    if _is_any_taken(session, evse_id, slots_of(taken)):
        raise SlotTaken
    claim_id = session.execute(
        insert(ClaimRow)
        .values(
            evse_id=evse_id,
            starts_at=taken.starts_at,
            ends_at=taken.ends_at,
            kind=kind,
            expires_at=expires_at,
            booking_id=booking_id,
            is_active=True,
        )
        .returning(ClaimRow.id)
    ).scalar_one()
    _take(session, evse_id, slots_of(taken), claim_id)
    return claim_id


def retire_expired_in(session: Session, *, evse_id: int, now: datetime) -> int:
    """Give back what expired holds of this charger took; return how many ended.

    Every writing transaction does this first, so nothing depends on a job running.
    """
    expired = session.scalars(
        select(ClaimRow.id)
        .where(
            ClaimRow.evse_id == evse_id,
            ClaimRow.expires_at <= now,
            ClaimRow.is_active,
        )
        .order_by(ClaimRow.id)
        .with_for_update()
    ).all()
    _end(session, expired)
    return len(expired)


def release_in(session: Session, *, booking_id: int, now: datetime) -> int:
    """Give back all time that a booking claimed; return how many claims ended."""
    claims = session.scalars(
        select(ClaimRow.id)
        .where(ClaimRow.booking_id == booking_id, ClaimRow.is_active)
        .order_by(ClaimRow.id)
        .with_for_update()
    ).all()
    _end(session, claims)
    return len(claims)


def release_claim_in(session: Session, *, claim_id: int) -> None:
    """Give back the time of one claim that belongs to no booking."""
    _end(session, [claim_id])


def confirm_in(session: Session, *, booking_id: int) -> int:
    """Turn a booking's hold into a claim that does not expire.

    :returns: how many claims were turned; anything but 1 means that the hold is gone
    """
    turned = session.execute(
        update(ClaimRow)
        .where(ClaimRow.booking_id == booking_id, ClaimRow.is_active)
        .values(kind="BOOKING", expires_at=None)
    )
    return int(turned.rowcount)  # type: ignore[attr-defined]


def keep_until_in(session: Session, *, booking_id: int, expires_at: datetime) -> int:
    """Let a booking's hold last until another instant.

    :returns: how many claims were changed; anything but 1 means that the hold is gone
    """
    changed = session.execute(
        update(ClaimRow)
        .where(ClaimRow.booking_id == booking_id, ClaimRow.is_active)
        .values(expires_at=expires_at)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


def shorten_in(
    session: Session, *, booking_id: int, ends_at: datetime, buffer_min: int = 0
) -> None:
    """Let a booking's claim end earlier and give back the quarter hours after it.

    :param ends_at: the new end; rounded up to the grid after the buffer
    :raises ValueError: if the claim would not become shorter, or would vanish
    """
    claim = _active_claim(session, booking_id)
    end = ceil_to_grid(ends_at + timedelta(minutes=buffer_min))
    if not claim.starts_at < end <= claim.ends_at:
        raise ValueError("A claim can only be shortened to an end inside it.")
    if end == claim.ends_at:
        return
    session.execute(
        delete(ClaimedSlotRow).where(
            ClaimedSlotRow.evse_id == claim.evse_id,
            ClaimedSlotRow.claim_id == claim.id,
            ClaimedSlotRow.slot >= slots_of(Period(end, claim.ends_at)).start,
        )
    )
    _set_end(session, claim.id, end)


def extend_in(
    session: Session,
    *,
    booking_id: int,
    ends_at: datetime,
    now: datetime,
    buffer_min: int = 0,
) -> None:
    """Let a booking's claim end later, if nobody has the time after it.

    :raises SlotTaken: if a quarter hour is taken; the transaction must be given up
    :raises ValueError: if the claim would become shorter
    """
    claim = _active_claim(session, booking_id)
    end = ceil_to_grid(ends_at + timedelta(minutes=buffer_min))
    if end < claim.ends_at:
        raise ValueError("To end earlier, a claim is shortened.")
    if end == claim.ends_at:
        return
    added = slots_of(Period(claim.ends_at, end))
    retire_expired_in(session, evse_id=claim.evse_id, now=now)
    if _is_any_taken(session, claim.evse_id, added):
        raise SlotTaken
    _set_end(session, claim.id, end)
    _take(session, claim.evse_id, added, claim.id)


def covered(period: Period, buffer_min: int) -> Period:
    """Return what a claim on the period takes: the turnaround buffer, on the grid."""
    end = period.ends_at + timedelta(minutes=buffer_min)
    return Period(period.starts_at, ceil_to_grid(end))


def _is_any_taken(session: Session, evse_id: int, slots: range) -> bool:
    statement = (
        select(ClaimedSlotRow.slot)
        .where(
            ClaimedSlotRow.evse_id == evse_id,
            ClaimedSlotRow.slot >= slots.start,
            ClaimedSlotRow.slot < slots.stop,
        )
        .limit(1)
    )
    return session.execute(statement).first() is not None


def _take(session: Session, evse_id: int, slots: range, claim_id: int) -> None:
    # One statement with ascending slots: two claims can never wait for each other.
    table = ClaimedSlotRow.__table__
    for first in range(0, len(slots), _ROWS_PER_INSERT):
        rows = [
            {"evse_id": evse_id, "slot": slot, "claim_id": claim_id}
            for slot in slots[first : first + _ROWS_PER_INSERT]
        ]
        try:
            session.execute(insert(table).values(rows))  # type: ignore[arg-type]
        except IntegrityError as error:
            if _is_key_clash(error):
                raise SlotTaken from error
            raise


def _is_key_clash(error: IntegrityError) -> bool:
    original: Any = error.orig
    name = getattr(original, "sqlite_errorname", None)
    state = getattr(original, "sqlstate", None)
    return name == "SQLITE_CONSTRAINT_PRIMARYKEY" or state == "23505"


def _end(session: Session, claim_ids: Sequence[int]) -> None:
    if not claim_ids:
        return
    session.execute(
        delete(ClaimedSlotRow).where(ClaimedSlotRow.claim_id.in_(claim_ids))
    )
    session.execute(
        update(ClaimRow).where(ClaimRow.id.in_(claim_ids)).values(is_active=False)
    )


def _active_claim(session: Session, booking_id: int) -> Any:
    return session.execute(
        select(ClaimRow.id, ClaimRow.evse_id, ClaimRow.starts_at, ClaimRow.ends_at)
        .where(ClaimRow.booking_id == booking_id, ClaimRow.is_active)
        .with_for_update()
    ).one()


def _set_end(session: Session, claim_id: int, ends_at: datetime) -> None:
    session.execute(
        update(ClaimRow).where(ClaimRow.id == claim_id).values(ends_at=ends_at)
    )
