"""Whether a bid can be accepted: the wish itself, the book, the bidder's limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.gates import BidClosed, Gate, Stage, next_gate
from app.auctions.domain.rules import (
    GRACE_AGAIN_H,
    BidRefused,
    BidTaken,
    Standing,
    check_currency,
    check_energy_cap,
    check_maximum,
    check_offered,
    check_open,
    check_room,
    check_space,
    check_times,
    grace_ends,
    power_w,
)
from app.auctions.models import BidRow, FollowRow
from app.auctions.service.books import Pending
from app.auctions.service.ending import taken_slots
from app.auctions.service.gates import find_gate_in
from app.auctions.service.terms import Terms, find_terms_in, sold_slots
from app.auctions.service.views import PlaceBid
from app.chargers.service import Charger
from app.kernel.errors import NotFound
from app.kernel.money import MILLI
from app.kernel.period import Period
from app.kernel.slots import start_of
from app.schedules import service as schedules

NOTHING_TO_BID_FOR = (
    "This charger has a fixed price, so there is nothing to bid for. "
    "You can book it at once."
)


class Wish(NamedTuple):
    """What is asked for: the time to be sold, and the car with its watts."""

    sold: range
    watts: int
    vehicle: accounts.Vehicle | None


def terms_in(session: Session, charger: Charger, bidder_id: int | None) -> Terms:
    """Return the terms of a charger that takes bids from this person.

    :raises BidRefused: if it takes none
    """
    check_offered(charger, bidder_id)
    terms = find_terms_in(session, charger.id)
    if terms is None:
        raise BidRefused(NOTHING_TO_BID_FOR)
    return terms


def check_wish(
    charger: Charger, terms: Terms, command: PlaceBid, now: datetime
) -> Wish:
    """Check all that the book need not be read for."""
    period = command.period
    check_times(period, charger, now)
    check_open(period, schedules.open_periods(charger=charger, window=period))
    check_currency(command.currency, terms.currency)
    check_energy_cap(command.energy_cap_wh)
    sold = sold_slots(charger, period)
    whole = Period(start_of(sold.start), start_of(sold.stop))
    check_maximum(command.maximum_minor, whole, terms.currency)
    vehicle = _vehicle(command)
    return Wish(sold, power_w(charger, vehicle), vehicle)


def check_book(
    charger: Charger,
    pending: tuple[Pending, ...],
    command: PlaceBid,
    sold: range,
    reserve_milli: int,
    now: datetime,
) -> None:
    """Let a bid pass whose time is free, and for which there is room in the book.

    :param reserve_milli: the reserve of the time; a bid under it is a price alert
    :raises BidTaken: if a part of the time is booked
    :raises BidRefused: if the bidder bids for it already, or too many do
    """
    whole = Period(start_of(sold.start), start_of(sold.stop))
    if taken_slots(charger.id, whole, now):
        raise BidTaken
    if any(
        each.bidder_id == command.bidder_id and each.overlaps(sold) for each in pending
    ):
        # Two own bids for one time could only drive up one's own price.
        raise BidRefused(
            "You already bid for a part of this time. Please change that bid.",
            field="starts_at",
        )
    alerts = sum(each.standing == Standing.ALERT for each in pending)
    check_space(
        eligible=len(pending) - alerts,
        alerts=alerts,
        is_alert=command.maximum_minor * MILLI < reserve_milli,
    )


def grace_in(
    session: Session, command: PlaceBid, sold: range, gate: Gate, now: datetime
) -> datetime:
    """Return until when the new bid may be taken back although it leads."""
    withdrawn = session.execute(
        select(BidRow.id)
        .where(
            BidRow.bidder_id == command.bidder_id,
            BidRow.state == "WITHDRAWN",
            BidRow.evse_id == command.charger_id,
            BidRow.changed_at > now - timedelta(hours=GRACE_AGAIN_H),
            BidRow.first_slot < sold.stop,
            BidRow.end_slot > sold.start,
        )
        .limit(1)
    ).first()
    return grace_ends(now, gate.decides_at, has_stepped_back=withdrawn is not None)


def gate_in(session: Session, terms: Terms, start_slot: int, now: datetime) -> Gate:
    """Return when a bid placed now is decided.

    :raises BidClosed: if the bids for this start are decided, or about to be
    """
    stored = find_gate_in(session, terms.evse_id, start_slot, Stage.GATE)
    gate = next_gate(start_of(start_slot), now, terms.gate_min, stored)
    if gate.stage is Stage.LAST_CALL:
        last = find_gate_in(session, terms.evse_id, start_slot, Stage.LAST_CALL)
        if last is not None and last.is_decided:
            raise BidClosed(
                "The last bids for this start are decided. "
                "What is still free can be booked at once.",
                field="starts_at",
            )
    return gate


def check_room_in(
    session: Session,
    bidder_id: int,
    maximum_minor: int,
    currency: str,
    *,
    but_not: int | None = None,
) -> None:
    """Let a maximum pass that the bidder can have open beside the other wishes.

    The caller holds the bidder's lock, so that two at once cannot both take the last
    of the room.

    :param but_not: the id of a bid that is not counted, because it is changing
    :raises BidRefused: if there are too many, or they might cost too much
    """
    count, exposure_minor = room_in(session, bidder_id, but_not=but_not)
    check_room(
        open_bids=count,
        exposure_minor=exposure_minor,
        maximum_minor=maximum_minor,
        currency=currency,
    )


def room_in(
    session: Session, bidder_id: int, *, but_not: int | None = None
) -> tuple[int, int]:
    """Return how many wishes the bidder has open, and their maxima together.

    A follow-me wish counts once, wherever its bid is. Currencies are added up as they
    are: a second one must not double what somebody may have open.
    """
    bids = session.execute(
        select(BidRow.maximum_minor).where(
            BidRow.bidder_id == bidder_id,
            BidRow.state == "PENDING",
            BidRow.follow_id.is_(None),
            BidRow.id != (but_not or 0),
        )
    ).all()
    follows = session.execute(
        select(FollowRow.maximum_minor).where(
            FollowRow.bidder_id == bidder_id, FollowRow.state == "ACTIVE"
        )
    ).all()
    wishes = [*bids, *follows]
    return len(wishes), sum(each.maximum_minor for each in wishes)


def _vehicle(command: PlaceBid) -> accounts.Vehicle | None:
    if command.vehicle_id is None:
        return None
    try:
        return accounts.get_vehicle(
            user_id=command.bidder_id, vehicle_id=command.vehicle_id
        )
    except NotFound as error:
        raise BidRefused(
            "Please choose one of your cars.", field="vehicle_id"
        ) from error
