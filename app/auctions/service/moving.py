"""Brings the bids of follow-me wishes to where they lead, one wish at a time."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.follow import best_place, waiting_place
from app.auctions.domain.gates import BidClosed, Stage
from app.auctions.domain.rules import BidState, Standing
from app.auctions.models import BidRow, FollowRow
from app.auctions.service.changing import withdraw_in
from app.auctions.service.checking import gate_in
from app.auctions.service.gates import find_gate_in
from app.auctions.service.places import Books, Place, StartFollow, places_in
from app.auctions.service.placing import place_in
from app.auctions.service.turns import (
    Mark,
    Waiting,
    closes_at,
    marks_in,
    note_looks,
    waiting_in,
)
from app.auctions.service.views import PlaceBid
from app.auctions.service.wishes import (
    FollowState,
    find_row_in,
    last_bid_in,
    set_state_in,
    wish_of,
)
from app.chargers import service as chargers
from app.database import Writing, db, writing
from app.kernel.errors import DomainError
from app.kernel.money import MILLI

_log = logging.getLogger(__name__)
BUDGET_S = 2.0
MOVED = "It moved to a better place."


def move_all(*, now: datetime, budget_s: float = BUDGET_S) -> int:
    """This function will bring active wishes to where they lead, or end them.

    A wish is passed by while nothing has changed at its chargers. When the time is
    up, the next call begins with the wish that was looked at longest ago.

    :param budget_s: after how many seconds no further wish is looked at
    :returns: how many bids were placed anew
    """
    ends_s = monotonic() + budget_s
    waiting = waiting_in(db.session())
    # Read before any book: what changes meanwhile is looked at again the next time.
    marks = marks_in(
        db.session(), (each for one in waiting for each in one.charger_ids)
    )
    db.session.rollback()
    books, moved = Books(), 0
    looks: dict[int, dict[int, Mark]] = {}
    for wish in waiting:
        if not wish.needs_look(marks, now):
            continue
        if looks and monotonic() >= ends_s:
            _log.info("Some wishes are looked at in the next turn.")
            break
        has_moved = _look_after(wish, books, now)
        is_known = has_moved is not None
        looks[wish.id] = {each: marks[each] for each in wish.charger_ids if is_known}
        moved += bool(has_moved)
    note_looks(looks, now)
    return moved


def _look_after(wish: Waiting, books: Books, now: datetime) -> bool | None:
    """Look after one wish; something wrong with it must not hold up the others.

    :returns: whether its bid has moved; None if the next turn has to look again
    """
    try:
        has_moved = _move(wish.id, books, now)
        if has_moved:
            books.forget(wish.charger_ids)
        return has_moved
    except DomainError as reason:
        # The gate closed, or somebody was faster: the next turn looks again.
        _log.info("Wish %s stays where it is: %s", wish.id, reason.message)
    except OperationalError:
        # The database is busy or away, which concerns them all: next time.
        raise
    except Exception:
        _log.exception("Wish %s is in trouble.", wish.id)
    return None


def _move(follow_id: int, books: Books, now: datetime) -> bool:
    # Most wishes lead or have nowhere better to go, which is found without a lock.
    if not _wants_change(db.session(), follow_id, books, now):
        return False
    with writing() as work:
        session = work.session
        bidder_id = session.scalar(
            select(FollowRow.bidder_id).where(FollowRow.id == follow_id)
        )
        accounts.lock_in(session, bidder_id or 0)
        row = find_row_in(session, FollowRow.id == follow_id)
        if row is None or row.state != "ACTIVE":
            return False
        for charger_id in sorted(row.evse_ids):
            chargers.lock_in(session, charger_id)
        bid = last_bid_in(session, row.id)
        state = _end_state(row, bid, now)
        if state != "ACTIVE":
            set_state_in(session, row.id, state)
            return False
        return _move_in(work, row, bid, now)


def _wants_change(
    session: Session, follow_id: int, books: Books, now: datetime
) -> bool:
    row = find_row_in(session, FollowRow.id == follow_id)
    if row is None:
        return False
    bid = last_bid_in(session, follow_id)
    if _end_state(row, bid, now) != "ACTIVE":
        return True
    return _better_in(session, row, bid, now, books) is not None


def _move_in(work: Writing, row: FollowRow, bid: BidRow | None, now: datetime) -> bool:
    place = _better_in(work.session, row, bid, now, Books())
    if place is None:
        return False
    if bid is not None and bid.state == BidState.PENDING:
        withdraw_in(work, bid_id=bid.id, why=MOVED, now=now)
    place_in(work, command_for(row, place), now=now)
    return True


def _better_in(
    session: Session, row: FollowRow, bid: BidRow | None, now: datetime, books: Books
) -> Place | None:
    """Return where the wish should go, or None if it should stay."""
    if now >= closes_at(row.window_ends_at, row.length_min):
        return None
    wish = wish_of(row)
    if bid is None or bid.state != BidState.PENDING:
        places, _ = places_in(session, wish, now, books=books)
        return choose_in(session, wish, places, now)
    if bid.standing == Standing.LEADING or not _may_leave_in(session, bid, now):
        return None
    places, _ = places_in(session, wish, now, leaving=bid.code, books=books)
    return choose_in(session, wish, places, now, must_lead=True)


def choose_in(
    session: Session,
    wish: StartFollow,
    places: Sequence[Place],
    now: datetime,
    *,
    must_lead: bool = False,
) -> Place | None:
    """Return the best place whose gate still takes a bid, if there is one.

    :param must_lead: whether a place where the bid would only wait is none
    """
    left = {place.option: place for place in places}
    maximum_milli = wish.maximum_minor * MILLI
    best = best_place if must_lead else waiting_place
    while (option := best(left, maximum_milli)) is not None:
        place = left.pop(option)
        try:
            gate_in(session, place.terms, option.first_slot, now)
        except BidClosed:
            continue
        return place
    return None


def _may_leave_in(session: Session, bid: BidRow, now: datetime) -> bool:
    """Whether the gate of the place is not closing on the bid at this moment."""
    gate = find_gate_in(session, bid.evse_id, bid.first_slot, Stage(bid.stage))
    return gate is not None and now < gate.decides_at


def _end_state(row: FollowRow, bid: BidRow | None, now: datetime) -> FollowState:
    if bid is not None and bid.state == BidState.WON:
        return "WON"
    if bid is not None and bid.state == BidState.PENDING:
        return "ACTIVE"
    is_over = now >= closes_at(row.window_ends_at, row.length_min)
    return "ENDED" if is_over else "ACTIVE"


def command_for(row: FollowRow, place: Place) -> PlaceBid:
    return PlaceBid(
        bidder_id=row.bidder_id,
        charger_id=place.option.evse_id,
        period=place.period,
        maximum_minor=row.maximum_minor,
        currency=row.currency,
        vehicle_id=row.vehicle_id,
        energy_cap_wh=row.energy_cap_wh,
        # Made by nobody's browser, so it can meet no other key.
        idempotency_key=f"follow:{secrets.token_hex(16)}",
        follow_id=row.id,
    )
