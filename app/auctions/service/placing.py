"""Placing a bid: one short write transaction under the bidder's and charger's locks."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.gates import Gate
from app.auctions.domain.happenings import Placed
from app.auctions.domain.rules import LONGEST_KEY, BidRefused
from app.auctions.events import BidPlaced
from app.auctions.models import BidRow
from app.auctions.service.books import OpenBook, pending_in
from app.auctions.service.checking import (
    Wish,
    check_book,
    check_room_in,
    check_wish,
    gate_in,
    grace_in,
    terms_in,
)
from app.auctions.service.gates import (
    closing_starts_in,
    extend_changed_in,
    keep_gate_in,
    leaders_in,
)
from app.auctions.service.history import note_in
from app.auctions.service.reading import get_bid
from app.auctions.service.selling import note_free_in
from app.auctions.service.settling import lasting_in, refresh_in, sealed
from app.auctions.service.views import BidView, PlaceBid
from app.chargers import service as chargers
from app.database import Writing, writing
from app.kernel.ids import code_from
from app.kernel.money import MILLI
from app.kernel.period import Period


def place(command: PlaceBid, now: datetime) -> BidView:
    """This function will put a sealed maximum into the charger's order book.

    Sent again, the same wish with the same key gives the bid it made before.

    :raises NotFound: if there is no such charger
    :raises DomainError: at its field, if the bid cannot be accepted
    :raises BidClosed: if the bids for this start are decided, or about to be
    :raises BidTaken: if a part of the time is booked
    """
    if not 0 < len(command.idempotency_key) <= LONGEST_KEY:
        raise BidRefused("This form is not complete. Please reload the page.")
    with writing() as work:
        accounts.lock_in(work.session, command.bidder_id)
        # Under the bidder's lock a double click finds what its first half has made.
        bid_id = _find_replay_in(work.session, command)
        if bid_id is None:
            bid_id = place_in(work, command, now)
    return get_bid(bid_id)


def place_in(work: Writing, command: PlaceBid, now: datetime) -> int:
    """This function will place the bid in the caller's transaction; return its id.

    The caller holds the bidder's lock. Raises as ``place`` does.
    """
    session = work.session
    chargers.lock_in(session, command.charger_id)
    charger = chargers.get_charger(command.charger_id)
    terms = terms_in(session, charger, command.bidder_id)
    wish = check_wish(charger, terms, command, now)
    sold = wish.sold
    gate = gate_in(session, terms, sold.start, now)
    pending = lasting_in(work, charger.id, charger, terms, now)
    reserve_milli = sum(terms.reserve_in(session, sold))
    check_book(charger, pending, command, sold, reserve_milli, now)
    # A follow-me wish has been counted when it was made.
    if command.follow_id is None:
        check_room_in(session, command.bidder_id, command.maximum_minor, terms.currency)
    # The first bid for a start makes its gate, which it may put off like any other.
    keep_gate_in(session, charger.id, sold.start, gate)
    closing = closing_starts_in(session, charger.id, now)
    before = leaders_in(session, terms, pending, closing)
    grace_until = grace_in(session, command, sold, gate, now)
    values = _values(command, wish, gate, grace_until, now)
    statement = insert(BidRow).values(**values).returning(BidRow.id)
    bid_id = int(session.execute(statement).scalar_one())
    note_free_in(session, charger.id, sold, now)
    _note_placed(session, values, now)
    book = refresh_in(
        work, terms, pending_in(session, terms.evse_id), now, quiet=values["code"]
    )
    extend_changed_in(session, charger.id, before, book, now)
    _announce_placed(work, bid_id, values, book)
    return bid_id


def _values(
    command: PlaceBid, wish: Wish, gate: Gate, grace_until: datetime, now: datetime
) -> dict[str, Any]:
    code, sold = code_from(secrets.token_bytes(8)), wish.sold
    return {
        "code": code,
        "evse_id": command.charger_id,
        "bidder_id": command.bidder_id,
        "follow_id": command.follow_id,
        "starts_at": command.period.starts_at,
        "ends_at": command.period.ends_at,
        "first_slot": sold.start,
        "end_slot": sold.stop,
        "maximum_minor": command.maximum_minor,
        "currency": command.currency,
        "state": "PENDING",
        "stage": gate.stage,
        "placed_at": now,
        "changed_at": now,
        "grace_until": grace_until,
        "vehicle_id": command.vehicle_id,
        "energy_cap_wh": command.energy_cap_wh,
        "max_power_w": wish.watts,
        "vehicle": asdict(wish.vehicle) if wish.vehicle else None,
        **sealed(code, sold, command.maximum_minor),
        "idempotency_key": command.idempotency_key,
        "why": "",
        "is_seen": True,
    }


def _note_placed(session: Session, values: dict[str, Any], now: datetime) -> None:
    placed = Placed(
        bid=values["code"],
        commitment=values["commitment"],
        start=values["first_slot"],
        end=values["end_slot"],
        maximum=values["maximum_minor"] * MILLI,
        nonce=values["nonce"],
        bidder=values["bidder_id"],
    )
    note_in(session, values["evse_id"], placed, now)


def _announce_placed(
    work: Writing, bid_id: int, values: dict[str, Any], book: OpenBook
) -> None:
    work.announce(
        BidPlaced(
            bid_id=bid_id,
            code=values["code"],
            bidder_id=values["bidder_id"],
            charger_id=values["evse_id"],
            follow_id=values["follow_id"],
            standing=book.standings()[values["code"]],
        )
    )


def _find_replay_in(session: Session, command: PlaceBid) -> int | None:
    """Return the bid that this key has made before.

    :raises BidRefused: if the key came with another wish then
    """
    row = session.execute(
        select(BidRow).where(
            BidRow.bidder_id == command.bidder_id,
            BidRow.idempotency_key == command.idempotency_key,
        )
    ).scalar_one_or_none()
    if row is None:
        return None
    same = (
        row.evse_id == command.charger_id
        and Period(row.starts_at, row.ends_at) == command.period
        and row.vehicle_id == command.vehicle_id
        and row.energy_cap_wh == command.energy_cap_wh
        # A maximum that was changed since cannot be compared any more.
        and (
            row.maximum_minor == command.maximum_minor
            or row.changed_at != row.placed_at
        )
    )
    if not same:
        raise BidRefused(
            "This form has already placed another bid. Please reload the page."
        )
    return row.id
