"""Deciding who gets a start: once, at its gate or in its last call.

Nothing is won before its booking is made. ``decide_in`` only says who would win;
then ``award_in`` writes the decision with the booking, or ``refuse_award_in`` takes
the bid out, and the caller decides again, all in one transaction. Locks: the gate,
which others skip, then the charger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auctions.domain.gates import Gate, Stage, last_call_at
from app.auctions.domain.happenings import Decided
from app.auctions.domain.verdicts import (
    BEGUN,
    too_dear,
    under_reserve,
    won_because,
)
from app.auctions.events import BidWon
from app.auctions.models import AuctionGateRow, BidRow
from app.auctions.service.books import (
    OpenBook,
    Part,
    Pending,
    ids_of,
    open_book_in,
    pending_in,
)
from app.auctions.service.ending import drop_in, lose_in
from app.auctions.service.gates import finish_gate_in, is_gate, keep_gate_in
from app.auctions.service.history import note_in
from app.auctions.service.reading import views_in
from app.auctions.service.selling import note_sold_in
from app.auctions.service.settling import lasting_in, refresh_in
from app.auctions.service.terms import Terms, find_terms_in
from app.auctions.service.views import Due, Won
from app.chargers import service as chargers
from app.database import Writing, db
from app.kernel.money import MILLI, divide_half_even
from app.kernel.slots import start_of


@dataclass(frozen=True, slots=True)
class _Book:
    """What a decision is made of."""

    terms: Terms
    pending: tuple[Pending, ...]
    here: tuple[Pending, ...]


def due(*, now: datetime, limit: int = 1000) -> tuple[Due, ...]:
    """This function will return the starts to be decided by now, the oldest first."""
    rows = db.session.execute(
        select(AuctionGateRow.evse_id, AuctionGateRow.start_slot, AuctionGateRow.stage)
        .where(AuctionGateRow.decided_at.is_(None), AuctionGateRow.decides_at <= now)
        .order_by(
            AuctionGateRow.decides_at, AuctionGateRow.evse_id, AuctionGateRow.start_slot
        )
        .limit(limit)
    ).all()
    db.session.rollback()
    return tuple(
        Due(evse_id=row.evse_id, start_slot=row.start_slot, stage=row.stage)
        for row in rows
    )


def decide_in(work: Writing, *, due: Due, now: datetime) -> tuple[Won, ...]:
    """This function will clear the book and return who wins this start, if anybody.

    Without a winner it writes the decision down. With one, nothing is written before
    ``award_in`` or ``refuse_award_in``. Time on one charger has one winner at most.

    :returns: nothing also where the start is decided, not due, or another process is
        deciding it at this moment
    """
    session = work.session
    if not _take_gate(session, due, now):
        return ()
    chargers.lock_in(session, due.evse_id)
    book = _book_in(work, due, now)
    if book is None or not book.here:
        finish_gate_in(session, due.evse_id, due.start_slot, due.stage, now)
        return ()
    part = _part_in(session, book, due)
    winner = next(
        (each for each in book.here if each.code in part.clearing.winners), None
    )
    if winner is None:
        _pass_over(work, book, part, due, now)
        return ()
    return (_won_in(session, part, winner, due, now),)


def award_in(work: Writing, *, won: Won, booking_code: str, now: datetime) -> None:
    """This function will write down that the bid has won, and who lost by it.

    :param booking_code: the booking that was made in the same transaction
    :raises ValueError: if the bid is decided already
    """
    session = work.session
    pending = pending_in(session, won.due.evse_id)
    winner = next((each for each in pending if each.id == won.bid.id), None)
    terms = find_terms_in(session, won.due.evse_id)
    if winner is None or terms is None:
        raise ValueError("This bid is decided already.")
    part = _part_of(open_book_in(session, terms, _from(pending, won.due)), won.due)
    note_in(session, winner.evse_id, Decided(**won.decision), now)
    note_sold_in(session, winner.evse_id, winner.slots)
    _win(session, won, booking_code, now)
    work.announce(BidWon(**ids_of(winner), booking_code=booking_code))
    others = [each for each in pending if each.id != winner.id]
    for bid in others:
        if bid.overlaps(winner.slots):
            lose_in(work, bid, _why_lost(part, bid), now)
    left = [each for each in others if not each.overlaps(winner.slots)]
    finish_gate_in(session, winner.evse_id, winner.first_slot, won.due.stage, now)
    refresh_in(work, terms, left, now)


def refuse_award_in(work: Writing, *, won: Won, why: str, now: datetime) -> None:
    """This function will take a winning bid out, because no booking could be made.

    The start stays undecided: decide it again in the same transaction.

    :param why: a sentence for the bidder
    """
    session = work.session
    chargers.lock_in(session, won.due.evse_id)
    pending = pending_in(session, won.due.evse_id)
    terms = find_terms_in(session, won.due.evse_id)
    for bid in pending:
        if bid.id == won.bid.id:
            drop_in(work, bid, why, now)
    if terms is not None:
        refresh_in(
            work, terms, [each for each in pending if each.id != won.bid.id], now
        )


def _take_gate(session: Session, due: Due, now: datetime) -> bool:
    """Lock the gate unless somebody else has it; return whether it is to be decided."""
    statement = (
        select(AuctionGateRow.start_slot)
        .where(
            is_gate(due.evse_id, due.start_slot, due.stage),
            AuctionGateRow.decided_at.is_(None),
            AuctionGateRow.decides_at <= now,
        )
        .with_for_update(skip_locked=True)
    )
    return session.execute(statement).first() is not None


def _book_in(work: Writing, due: Due, now: datetime) -> _Book | None:
    """Return the bids of this start and after; None if there is nothing to sell."""
    session = work.session
    terms = find_terms_in(session, due.evse_id)
    charger = chargers.find_charger(due.evse_id)
    pending = lasting_in(work, due.evse_id, charger, terms, now)
    here = tuple(each for each in pending if each.first_slot == due.start_slot)
    if terms is None:
        return None
    if start_of(due.start_slot) <= now:
        # Nobody can be given a time that has begun; this needs hours without a tick.
        for bid in here:
            drop_in(work, bid, BEGUN, now)
        refresh_in(work, terms, [each for each in pending if each not in here], now)
        return None
    return _Book(terms, pending, here)


def _from(pending: tuple[Pending, ...], due: Due) -> tuple[Pending, ...]:
    return tuple(each for each in pending if each.first_slot >= due.start_slot)


def _part_in(session: Session, book: _Book, due: Due) -> Part:
    return _part_of(open_book_in(session, book.terms, _from(book.pending, due)), due)


def _part_of(book: OpenBook, due: Due) -> Part:
    """Return the bids that compete with those of this start, from it on.

    Nothing else can change who wins here; earlier starts were decided before.
    """
    return next(part for part in book.parts if due.start_slot in part.slots)


def _pass_over(work: Writing, book: _Book, part: Part, due: Due, now: datetime) -> None:
    """Write down that nobody wins this start; after its gate comes the last call."""
    session = work.session
    note_in(session, due.evse_id, Decided(**_decision(part, due, None)), now)
    finish_gate_in(session, due.evse_id, due.start_slot, due.stage, now)
    if due.stage == Stage.LAST_CALL:
        for bid in book.here:
            lose_in(work, bid, _why_lost(part, bid), now)
        left = [each for each in book.pending if each not in book.here]
        refresh_in(work, book.terms, left, now)
        return
    last = last_call_at(start_of(due.start_slot))
    gate = Gate(stage=Stage.LAST_CALL, decides_at=last)
    keep_gate_in(session, due.evse_id, due.start_slot, gate)
    session.execute(
        update(BidRow)
        .where(BidRow.id.in_([each.id for each in book.here]))
        .values(stage=Stage.LAST_CALL)
    )
    refresh_in(work, book.terms, book.pending, now)


def _won_in(
    session: Session, part: Part, winner: Pending, due: Due, now: datetime
) -> Won:
    row = session.scalars(
        select(BidRow)
        .where(BidRow.id == winner.id)
        .execution_options(populate_existing=True)
    ).one()
    mine = part.inside(winner.slots)
    paid_milli = part.clearing.payments[winner.code]
    return Won(
        due=due,
        bid=views_in(session, [row])[0],
        decided_at=now,
        slots_milli=tuple(part.clearing.slot_prices[mine.start : mine.stop]),
        paid_milli=paid_milli,
        paid_minor=divide_half_even(paid_milli, MILLI),
        minimum_milli=part.clearing.personal_minimum[winner.code],
        reserve_milli=sum(part.reserve[mine.start : mine.stop]),
        top_up_milli=part.clearing.top_up,
        decision=_decision(part, due, winner),
    )


def _decision(part: Part, due: Due, winner: Pending | None) -> dict[str, Any]:
    """Return everything that is needed to compute the decision again."""
    clearing = part.clearing
    codes = (winner.code,) if winner else ()
    return {
        "start": due.start_slot,
        "stage": str(due.stage),
        "origin": part.slots.start,
        "winners": codes,
        "payments": {code: clearing.payments[code] for code in codes},
        "slot_prices": clearing.slot_prices,
        "reserve": part.reserve,
        "bids": tuple(each.code for each in part.bids),
        "minima": {code: clearing.personal_minimum[code] for code in codes},
        "top_up": clearing.top_up,
    }


def _win(session: Session, won: Won, booking_code: str, now: datetime) -> None:
    session.execute(
        update(BidRow)
        .where(BidRow.id == won.bid.id, BidRow.state == "PENDING")
        .values(
            state="WON",
            standing=None,
            decided_at=now,
            changed_at=now,
            paid_milli=won.paid_milli,
            paid_minor=won.paid_minor,
            minimum_milli=won.minimum_milli,
            reserve_milli=won.reserve_milli,
            top_up_milli=won.top_up_milli,
            booking_code=booking_code,
            why=won_because(won.paid_milli, won.minimum_milli, won.bid.currency),
            is_seen=False,
        )
    )


def _why_lost(part: Part, bid: Pending) -> str:
    mine = part.inside(bid.slots)
    reserve_milli = sum(part.reserve[mine.start : mine.stop])
    if bid.maximum_minor * MILLI < reserve_milli and len(mine) == len(bid.slots):
        return under_reserve(reserve_milli, bid.currency)
    price_milli = sum(part.clearing.slot_prices[mine.start : mine.stop])
    is_whole = len(mine) == len(bid.slots)
    price = price_milli if is_whole else None
    return too_dear(price, bid.maximum_minor, bid.currency)
