"""Stores when each start is decided, and puts it off after a late change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from app.auctions.domain.gates import EXTEND_S, Gate, Stage, extended
from app.auctions.domain.happenings import Extended
from app.auctions.models import AuctionGateRow
from app.auctions.service.books import OpenBook, Pending, open_book_in
from app.auctions.service.history import note_in
from app.auctions.service.terms import Terms
from app.kernel.slots import start_of


def find_gate_in(
    session: Session, evse_id: int, start_slot: int, stage: Stage
) -> Gate | None:
    """Return what is stored about one stage of one start."""
    row = session.execute(
        select(
            AuctionGateRow.decides_at,
            AuctionGateRow.extensions,
            AuctionGateRow.decided_at,
        ).where(is_gate(evse_id, start_slot, stage))
    ).one_or_none()
    if row is None:
        return None
    return Gate(
        stage=stage,
        decides_at=row.decides_at,
        extensions=row.extensions,
        is_decided=row.decided_at is not None,
    )


def keep_gate_in(session: Session, evse_id: int, start_slot: int, gate: Gate) -> None:
    """Make sure that the start will be decided at this gate."""
    if find_gate_in(session, evse_id, start_slot, gate.stage) is None:
        session.execute(
            insert(AuctionGateRow).values(
                evse_id=evse_id,
                start_slot=start_slot,
                stage=gate.stage,
                decides_at=gate.decides_at,
                extensions=0,
            )
        )


def finish_gate_in(
    session: Session, evse_id: int, start_slot: int, stage: str, now: datetime
) -> None:
    """Note that this stage of the start is decided, for good."""
    session.execute(
        update(AuctionGateRow)
        .where(is_gate(evse_id, start_slot, stage))
        .values(decided_at=now)
    )


def closing_starts_in(session: Session, evse_id: int, now: datetime) -> tuple[int, ...]:
    """Return the starts whose gates close so soon that a change puts them off."""
    return tuple(
        session.scalars(
            select(AuctionGateRow.start_slot)
            .where(
                AuctionGateRow.evse_id == evse_id,
                AuctionGateRow.stage == Stage.GATE,
                AuctionGateRow.decided_at.is_(None),
                AuctionGateRow.decides_at > now,
                AuctionGateRow.decides_at <= now + timedelta(seconds=EXTEND_S),
            )
            .order_by(AuctionGateRow.start_slot)
        )
    )


def leaders_in(
    session: Session,
    terms: Terms,
    pending: Sequence[Pending],
    starts: Sequence[int],
) -> dict[int, str | None]:
    """Return who leads at each of these starts."""
    if not starts:
        return {}
    book = open_book_in(session, terms, pending)
    return {start: book.leader_at(start) for start in starts}


def extend_changed_in(
    session: Session,
    evse_id: int,
    before: dict[int, str | None],
    after: OpenBook,
    now: datetime,
) -> None:
    """Put off those closing gates whose leader has just become another."""
    for start_slot, leader in before.items():
        if after.leader_at(start_slot) != leader:
            _extend_in(session, evse_id, start_slot, now)


def is_gate(evse_id: int, start_slot: int, stage: str) -> ColumnElement[bool]:
    """Return the condition that finds one gate."""
    return (
        (AuctionGateRow.evse_id == evse_id)
        & (AuctionGateRow.start_slot == start_slot)
        & (AuctionGateRow.stage == stage)
    )


def _extend_in(session: Session, evse_id: int, start_slot: int, now: datetime) -> None:
    # A gate that a tick holds is being decided as soon as we are done: waiting for it
    # here, with the charger's lock in hand, would be a deadlock.
    is_mine = session.execute(
        select(AuctionGateRow.start_slot)
        .where(is_gate(evse_id, start_slot, Stage.GATE))
        .with_for_update(skip_locked=True)
    ).first()
    gate = find_gate_in(session, evse_id, start_slot, Stage.GATE)
    later = extended(gate, start_of(start_slot), now) if gate and is_mine else None
    if later is None:
        return
    session.execute(
        update(AuctionGateRow)
        .where(is_gate(evse_id, start_slot, Stage.GATE))
        .values(decides_at=later.decides_at, extensions=later.extensions)
    )
    until = later.decides_at.isoformat().replace("+00:00", "Z")
    note_in(session, evse_id, Extended(start=start_slot, until=until), now)
