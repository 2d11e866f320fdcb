"""Changing a bid: raising, lowering and taking it back, as far as others allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.gates import Stage
from app.auctions.domain.happenings import Raised
from app.auctions.domain.rules import (
    BidRefused,
    BidState,
    Standing,
    check_lower,
    check_maximum,
    check_raise,
    check_step_back,
    check_undecided,
)
from app.auctions.models import BidRow
from app.auctions.service.books import pending_in
from app.auctions.service.checking import check_room_in
from app.auctions.service.ending import FIXED, withdraw_bid_in
from app.auctions.service.gates import (
    closing_starts_in,
    extend_changed_in,
    find_gate_in,
    leaders_in,
)
from app.auctions.service.history import note_in
from app.auctions.service.reading import get_bid
from app.auctions.service.settling import refresh_in, release_reserves_in, sealed
from app.auctions.service.terms import Terms, find_terms_in
from app.auctions.service.views import BidView
from app.chargers import service as chargers
from app.database import Writing, writing
from app.kernel.errors import NotFound
from app.kernel.money import MILLI
from app.kernel.period import Period
from app.kernel.slots import start_of

_Check = Callable[[int, int, str], None]


def raise_bid(
    *, bidder_id: int, code: str, maximum_minor: int, now: datetime
) -> BidView:
    """This function will give a bid a higher maximum, which is always allowed.

    Sent again with the same maximum it changes nothing.

    :raises NotFound: if there is none, or it is somebody else's
    :raises BidRefused: if it is not higher by a step, absurd, or more than allowed
    :raises BidClosed: if the bid has ended or is being decided
    """
    return _change(bidder_id, code, maximum_minor, now, check_raise)


def lower_bid(
    *, bidder_id: int, code: str, maximum_minor: int, now: datetime
) -> BidView:
    """This function will give a bid a lower maximum, while nobody relies on it.

    Raises as ``raise_bid`` does, and:

    :raises NotWhileLeading: if it is leading and older than ten minutes
    """
    return _change(bidder_id, code, maximum_minor, now, check_lower)


def withdraw(*, bidder_id: int, code: str, now: datetime) -> BidView:
    """This function will take a bid back, while nobody relies on it.

    Sent again it changes nothing.

    :raises NotFound: if there is none, or it is somebody else's
    :raises NotWhileLeading: if it is leading and older than ten minutes
    :raises BidClosed: if the bid has ended or is being decided
    """
    with writing() as work:
        row = _locked_in(work.session, bidder_id, code)
        if row.state != BidState.WITHDRAWN:
            _check_own(row)
            _check_open(work.session, row, now)
            check_step_back(_standing(row), row.grace_until, now)
            withdraw_in(work, bid_id=row.id, why="", now=now)
        bid_id = row.id
    return get_bid(bid_id)


def withdraw_in(work: Writing, *, bid_id: int, why: str, now: datetime) -> None:
    """This function will take an undecided bid back in the caller's transaction.

    The caller holds the charger's lock and has made sure that it may be done.

    :raises NotFound: if there is no such undecided bid
    """
    session = work.session
    evse_id = session.scalar(select(BidRow.evse_id).where(BidRow.id == bid_id)) or 0
    pending = pending_in(session, evse_id)
    bid = next((each for each in pending if each.id == bid_id), None)
    if bid is None:
        raise NotFound
    left = [each for each in pending if each.id != bid_id]
    terms = find_terms_in(session, evse_id)
    if terms is None:
        withdraw_bid_in(work, bid, why, now)
        release_reserves_in(session, evse_id, left, now)
        return
    closing = closing_starts_in(session, evse_id, now)
    before = leaders_in(session, terms, pending, closing)
    withdraw_bid_in(work, bid, why, now)
    book = refresh_in(work, terms, left, now)
    extend_changed_in(session, evse_id, before, book, now)


def _change(
    bidder_id: int, code: str, maximum_minor: int, now: datetime, check: _Check
) -> BidView:
    with writing() as work:
        session = work.session
        accounts.lock_in(session, bidder_id)
        row = _locked_in(session, bidder_id, code)
        _check_own(row)
        _check_open(session, row, now)
        if row.maximum_minor != maximum_minor:
            _check_amount(row, maximum_minor, check)
            if check is check_lower:
                check_step_back(_standing(row), row.grace_until, now)
            check_room_in(
                session, bidder_id, maximum_minor, row.currency, but_not=row.id
            )
            terms = find_terms_in(session, row.evse_id)
            if terms is None:
                raise BidRefused(FIXED)
            _set_maximum_in(work, terms, row, maximum_minor, now)
        bid_id = row.id
    return get_bid(bid_id)


def _set_maximum_in(
    work: Writing, terms: Terms, row: BidRow, maximum_minor: int, now: datetime
) -> None:
    session, evse_id, code = work.session, row.evse_id, row.code
    pending = pending_in(session, evse_id)
    closing = closing_starts_in(session, evse_id, now)
    before = leaders_in(session, terms, pending, closing)
    seal = sealed(code, range(row.first_slot, row.end_slot), maximum_minor)
    grace_until = _grace_left(row, maximum_minor, now)
    session.execute(
        update(BidRow)
        .where(BidRow.id == row.id)
        .values(
            maximum_minor=maximum_minor, changed_at=now, grace_until=grace_until, **seal
        )
    )
    raised = Raised(bid=code, maximum=maximum_minor * MILLI, **seal)
    note_in(session, evse_id, raised, now)
    book = refresh_in(work, terms, pending_in(session, terms.evse_id), now, quiet=code)
    extend_changed_in(session, evse_id, before, book, now)


def _grace_left(row: BidRow, maximum_minor: int, now: datetime) -> datetime:
    """Return until when a changed bid may still be taken back although it leads.

    Step by step up or down one would find out what others have bid, so that only a
    leader who raises keeps his grace.
    """
    is_raise = maximum_minor > row.maximum_minor
    if is_raise and row.standing == Standing.LEADING:
        return row.grace_until
    return min(row.grace_until, now)


def _check_amount(row: BidRow, maximum_minor: int, check: _Check) -> None:
    sold = Period(start_of(row.first_slot), start_of(row.end_slot))
    check_maximum(maximum_minor, sold, row.currency)
    check(row.maximum_minor, maximum_minor, row.currency)


def _check_own(row: BidRow) -> None:
    if row.follow_id is not None:
        raise BidRefused(
            "This bid follows your wish over several chargers. Change the wish instead."
        )


def _check_open(session: Session, row: BidRow, now: datetime) -> None:
    gate = find_gate_in(session, row.evse_id, row.first_slot, Stage(row.stage))
    decides_at = gate.decides_at if gate else now
    check_undecided(BidState(row.state), decides_at, now)


def _locked_in(session: Session, bidder_id: int, code: str) -> BidRow:
    """Return the bidder's bid, with the lock of its charger."""
    mine = select(BidRow).where(BidRow.code == code, BidRow.bidder_id == bidder_id)
    evse_id = session.scalar(mine.with_only_columns(BidRow.evse_id))
    if evse_id is None:
        raise NotFound
    chargers.lock_in(session, evse_id)
    return session.scalars(mine.execution_options(populate_existing=True)).one()


def _standing(row: BidRow) -> Standing | None:
    return Standing(row.standing) if row.standing else None
