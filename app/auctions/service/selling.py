"""Time that goes without a decision: booked at once, taken back, or free again.

``sold_in`` is told by the bookings; the rest compares with what can be read.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.auctions.domain.happenings import Bought, Released
from app.auctions.models import BidRow, LoggedSaleRow
from app.auctions.service.books import OpenBook, open_book_in, pending_in
from app.auctions.service.ending import drop_gone_in, lose_in, why_gone
from app.auctions.service.gates import (
    closing_starts_in,
    extend_changed_in,
    leaders_in,
)
from app.auctions.service.history import note_in, runs
from app.auctions.service.settling import refresh_in, release_reserves_in
from app.auctions.service.terms import Terms, find_terms_in, sold_slots
from app.chargers import service as chargers
from app.database import Writing, db, writing
from app.kernel.period import Period

BOUGHT = "Somebody has booked a part of this time at once."
BOUGHT_SELF = "You have booked a part of this time at once yourself."


def sold_in(
    work: Writing,
    *,
    charger_id: int,
    period: Period,
    booking_code: str,
    amount_milli: int,
    driver_id: int,
    now: datetime,
) -> None:
    """This function will let the bids lose whose time has just been booked at once.

    The caller holds the charger's lock and has claimed the time. At a charger with a
    fixed price nothing happens.

    :param amount_milli: what was promised for the time, in 1/1000 minor units
    """
    session = work.session
    charger = chargers.find_charger(charger_id)
    terms = find_terms_in(session, charger_id)
    if charger is None or terms is None:
        return
    sold = sold_slots(charger, period)
    note_free_in(session, charger_id, sold, now)
    bought = Bought(
        start=sold.start, end=sold.stop, amount=amount_milli, booking=booking_code
    )
    note_in(session, charger_id, bought, now)
    note_sold_in(session, charger_id, sold)
    _lose_overlapping_in(work, terms, sold, driver_id, now)


def _lose_overlapping_in(
    work: Writing, terms: Terms, sold: range, driver_id: int, now: datetime
) -> None:
    """End the bids for what was bought; who leads the others may change by it."""
    session, charger_id = work.session, terms.evse_id
    pending = pending_in(session, charger_id)
    # Those who bid for what is left of a start may have a new leader to answer.
    closing = [
        start
        for start in closing_starts_in(session, charger_id, now)
        if start not in sold
    ]
    before = leaders_in(session, terms, pending, closing)
    for bid in pending:
        if bid.overlaps(sold):
            why = BOUGHT_SELF if bid.bidder_id == driver_id else BOUGHT
            lose_in(work, bid, why, now)
    left = [each for each in pending if not each.overlaps(sold)]
    book = refresh_in(work, terms, left, now)
    extend_changed_in(session, charger_id, before, book, now)


def drop_unavailable(*, charger_id: int, now: datetime) -> int:
    """This function will drop the bids whose time the charger does not sell any more.

    Also writes down how the others stand at the reserves of this moment.

    :returns: how many were dropped
    """
    with writing() as work:
        chargers.lock_in(work.session, charger_id)
        return drop_unavailable_in(work, charger_id=charger_id, now=now)


def drop_unavailable_in(work: Writing, *, charger_id: int, now: datetime) -> int:
    """This function will do the same under the caller's lock of the charger."""
    session = work.session
    pending = pending_in(session, charger_id)
    terms = find_terms_in(session, charger_id)
    charger = chargers.find_charger(charger_id)
    left = drop_gone_in(work, charger, terms, pending, now)
    if terms is not None:
        refresh_in(work, terms, left, now)
    else:
        release_reserves_in(session, charger_id, left, now)
    return len(pending) - len(left)


def has_news(charger_id: int, now: datetime) -> bool:
    """This function will return whether ``drop_unavailable`` would change anything."""
    session = db.session()
    pending = pending_in(session, charger_id)
    terms = find_terms_in(session, charger_id)
    gone = why_gone(chargers.find_charger(charger_id), terms, pending, now)
    book = open_book_in(session, terms, pending) if terms else OpenBook((), {})
    standings, not_kept = book.standings(), book.not_kept()
    session.rollback()
    has_moved = any(standings.get(each.code) != each.standing for each in pending)
    return bool(gone or not_kept) or has_moved


def chargers_with_bids() -> tuple[int, ...]:
    """This function will return the chargers for which anybody waits."""
    statement = select(BidRow.evse_id).where(BidRow.state == "PENDING").distinct()
    return tuple(sorted(db.session.scalars(statement)))


def note_sold_in(session: Session, evse_id: int, slots: range) -> None:
    """Keep in mind that the log knows these slots as sold."""
    session.execute(
        insert(LoggedSaleRow), [{"evse_id": evse_id, "slot": slot} for slot in slots]
    )


def note_free_in(session: Session, evse_id: int, slots: range, now: datetime) -> None:
    """Let the log know which of these slots are free again, though it has them sold.

    The caller has just seen, or made sure, that no old claim holds them.
    """
    mine = (
        (LoggedSaleRow.evse_id == evse_id)
        & (LoggedSaleRow.slot >= slots.start)
        & (LoggedSaleRow.slot < slots.stop)
    )
    stale = session.scalars(
        select(LoggedSaleRow.slot).where(mine).order_by(LoggedSaleRow.slot)
    ).all()
    for run in runs(stale):
        note_in(session, evse_id, Released(start=run.start, end=run.stop), now)
    if stale:
        session.execute(delete(LoggedSaleRow).where(mine))
