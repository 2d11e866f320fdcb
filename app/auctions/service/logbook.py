"""Reads a charger's log, and knows which of it everyone may see today.

A decision is open when none of the bids that took part can still win, here or
wherever a follow-me wish takes its maximum next; so are the seals of those bids up to
that decision. Everything else stays sealed.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from sqlalchemy import ColumnElement, or_, select

from app.auctions.domain.happenings import Decided, Event, Placed, Raised, Reserved
from app.auctions.domain.log import Entry, event_of, opened, sealed
from app.auctions.models import AuctionEventRow, BidRow, FollowRow
from app.chargers import service as chargers
from app.database import db

# The kinds of entries that publish a commitment.
SEALS = ("BID", "RAISE")


def log_of(*, charger_id: int, is_operator: bool = False) -> tuple[Entry, ...]:
    """Return the whole log of a charger.

    :param is_operator: with all that is sealed, and with who it was; otherwise as
        everyone may see it today
    :raises NotFound: if there is no such charger
    """
    chargers.get_charger(charger_id)
    entries = entries_of(charger_id)
    if is_operator:
        return entries
    kept = secret_slots(charger_id)
    # A bid's events up to the last open decision it took part in can be opened.
    opened_until = {
        code: entry.number
        for entry, event in decisions(entries)
        if is_open(event, kept)
        for code in event.bids or ()
    }
    return tuple(
        Entry(each.number, each.at, _shown(each, opened_until, kept))
        for each in entries
    )


def _shown(entry: Entry, opened_until: dict[str, int], kept: dict[str, range]) -> Event:
    match entry.event:
        case Placed(bid=code) | Raised(bid=code):
            shows = entry.number < opened_until.get(code, 0)
        case Decided() as event:
            shows = is_open(event, kept)
        case Reserved(slots=slots):
            # Where a reserve is kept, somebody bids: that stays hidden with the bid.
            waiting = {slot for span in kept.values() for slot in span}
            shows = waiting.isdisjoint(slots or ())
        case _:
            shows = True
    return opened(entry.event) if shows else sealed(entry.event)


def entries_of(
    charger_id: int, *conditions: ColumnElement[bool], most: int | None = None
) -> tuple[Entry, ...]:
    """Return entries of the charger's log as they were written, in order.

    :param most: how many, from the first on
    """
    rows = db.session.execute(
        select(
            AuctionEventRow.number,
            AuctionEventRow.at,
            AuctionEventRow.kind,
            AuctionEventRow.payload,
        )
        .where(AuctionEventRow.evse_id == charger_id, *conditions)
        .order_by(AuctionEventRow.number)
        .limit(most)
    )
    return tuple(
        Entry(row.number, row.at, event_of(row.kind, row.payload)) for row in rows
    )


def decisions(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Decided]]:
    """Yield the entries that are decisions."""
    for entry in entries:
        if isinstance(entry.event, Decided):
            yield entry, entry.event


def secret_slots(charger_id: int) -> dict[str, range]:
    """Return the time of every bid of the charger that is still secret, by its code.

    These are the undecided ones, and those of wishes that go on: what was lost here
    waits with the same maximum at another charger.
    """
    active = select(FollowRow.id).where(FollowRow.state == "ACTIVE")
    rows = db.session.execute(
        select(BidRow.code, BidRow.first_slot, BidRow.end_slot).where(
            BidRow.evse_id == charger_id,
            or_(BidRow.state == "PENDING", BidRow.follow_id.in_(active)),
        )
    )
    return {row.code: range(row.first_slot, row.end_slot) for row in rows}


def is_open(decision: Decided, secret: Container[str]) -> bool:
    """Return whether no maximum of the bids that took part has to stay secret."""
    return not any(code in secret for code in decision.bids or ())
