"""Writes the log of a charger's order book: numbered, and only ever added to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.auctions.domain.happenings import Decided, Event
from app.auctions.domain.log import KINDS, payload_of
from app.auctions.models import AuctionEventRow

_KIND_OF = {event: kind for kind, event in KINDS.items()}


def note_in(session: Session, evse_id: int, event: Event, now: datetime) -> int:
    """Add an entry to the charger's log, whose lock the caller holds.

    :returns: its number
    """
    number = last_number_in(session, evse_id) + 1
    session.execute(
        insert(AuctionEventRow).values(
            evse_id=evse_id,
            number=number,
            at=now,
            kind=_KIND_OF[type(event)],
            start_slot=event.start if isinstance(event, Decided) else None,
            payload=payload_of(event),
        )
    )
    return number


def last_number_in(session: Session, evse_id: int) -> int:
    """Return the number of the newest entry, 0 in an empty log."""
    newest = session.scalar(
        select(func.max(AuctionEventRow.number)).where(
            AuctionEventRow.evse_id == evse_id
        )
    )
    return newest or 0


def runs(slots: Iterable[int]) -> Iterable[range]:
    """Yield ascending slots as intervals without gaps, so that each is one entry."""
    run = range(0)
    for slot in slots:
        if run and slot == run.stop:
            run = range(run.start, slot + 1)
            continue
        if run:
            yield run
        run = range(slot, slot + 1)
    if run:
        yield run
