"""How undecided bids end without winning: lost, withdrawn or dropped.

The caller holds the charger's lock and writes down the standings afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import update

from app.auctions.domain.happenings import Dropped, Withdrawn
from app.auctions.events import BidDropped, BidLost
from app.auctions.models import BidRow
from app.auctions.service.books import Pending, ids_of
from app.auctions.service.history import note_in
from app.auctions.service.terms import Terms
from app.chargers.service import Charger
from app.database import Writing
from app.kernel.period import Period
from app.kernel.slots import slots_of, start_of
from app.schedules import service as schedules

TAKEN = "Somebody has booked a part of this time."
CLOSED = "The host has closed the charger during this time."
FIXED = "The host sells this charger at a fixed price now."


def lose_in(work: Writing, bid: Pending, why: str, now: datetime) -> None:
    """Note that the time went to somebody else; the log says so already."""
    _end(work, bid, "LOST", why, now)
    work.announce(BidLost(**ids_of(bid), why=why))


def drop_in(work: Writing, bid: Pending, why: str, now: datetime) -> None:
    """Note that the bid cannot go on, in the log as well."""
    _end(work, bid, "DROPPED", why, now)
    note_in(work.session, bid.evse_id, Dropped(bid=bid.code, why=why), now)
    work.announce(BidDropped(**ids_of(bid), why=why))


def withdraw_bid_in(work: Writing, bid: Pending, why: str, now: datetime) -> None:
    """Note that the bidder took the bid back, in the log as well."""
    _end(work, bid, "WITHDRAWN", why, now, is_seen=True)
    note_in(work.session, bid.evse_id, Withdrawn(bid=bid.code, why=why), now)


def drop_gone_in(
    work: Writing,
    charger: Charger | None,
    terms: Terms | None,
    bids: Sequence[Pending],
    now: datetime,
) -> tuple[Pending, ...]:
    """Drop the bids whose time the charger does not sell any more.

    :returns: the others
    """
    gone = why_gone(charger, terms, bids, now)
    for bid in bids:
        if bid.id in gone:
            drop_in(work, bid, gone[bid.id], now)
    return tuple(bid for bid in bids if bid.id not in gone)


def why_gone(
    charger: Charger | None,
    terms: Terms | None,
    bids: Sequence[Pending],
    now: datetime,
) -> dict[int, str]:
    """Return why bids cannot go on, by the ids of those that cannot."""
    if not bids:
        return {}
    why = _why_all(charger, terms)
    if why or charger is None or terms is None:
        return dict.fromkeys((bid.id for bid in bids), why)
    first = min(bid.first_slot for bid in bids)
    window = Period(start_of(first), start_of(max(bid.end_slot for bid in bids)))
    opened = schedules.open_periods(charger=charger, window=window)
    taken = taken_slots(charger.id, window, now)
    gone = {}
    for bid in bids:
        if bid.currency != terms.currency:
            gone[bid.id] = f"The host asks to be paid in {terms.currency} now."
        elif not any(window.covers(bid.period) for window in opened):
            gone[bid.id] = CLOSED
        elif not taken.isdisjoint(bid.slots):
            gone[bid.id] = TAKEN
    return gone


def taken_slots(charger_id: int, window: Period, now: datetime) -> set[int]:
    """Return the slots of the window that somebody has claimed."""
    claimed = schedules.claimed_periods(evse_id=charger_id, window=window, now=now)
    return set(_slots(claimed))


def _slots(periods: Iterable[Period]) -> Iterable[int]:
    for period in periods:
        yield from slots_of(period)


def _why_all(charger: Charger | None, terms: Terms | None) -> str:
    if charger is None or charger.listing_state == "ARCHIVED":
        return "The host has taken this charger down."
    if charger.listing_state != "PUBLISHED":
        return "The host is taking no bids at the moment."
    if charger.is_inoperative:
        return "This charger is out of service at the moment."
    return FIXED if terms is None else ""


def _end(
    work: Writing,
    bid: Pending,
    state: str,
    why: str,
    now: datetime,
    *,
    is_seen: bool = False,
) -> None:
    work.session.execute(
        update(BidRow)
        .where(BidRow.id == bid.id, BidRow.state == "PENDING")
        .values(
            state=state,
            standing=None,
            why=why[:200],
            decided_at=now,
            changed_at=now,
            is_seen=is_seen,
        )
    )
