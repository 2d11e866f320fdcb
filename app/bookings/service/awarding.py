"""Turns bids that win into bookings: decision, claim and booking in one transaction."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.auctions import service as auctions
from app.auctions.service import BidView, Due, Won
from app.bookings.domain import (
    Actor,
    BookingRefused,
    Terms,
    best_fit,
    check_offered,
    creating,
)
from app.bookings.models import BookingRow
from app.bookings.service.changing import note_in
from app.bookings.service.planning import Asked, Plan
from app.bookings.service.reading import load
from app.bookings.service.storing import insert_in
from app.bookings.service.telling import made
from app.chargers import service as chargers
from app.database import Writing, writing
from app.kernel.errors import DomainError
from app.pricing import service as pricing
from app.pricing.domain import Tariff, quote
from app.schedules import claims

_log = logging.getLogger(__name__)
# Each failed award takes one bid out of the book, so this is never reached in earnest.
_MAX_CLEARINGS = 50
_NOT_BOOKED = "Your bid won, but the booking could not be made. You pay nothing."


def award(*, now: datetime) -> int:
    """This function will decide every start that is due, and book what was won.

    Several processes may do it at once: what one of them is deciding the others skip.

    :returns: how many bookings were made
    """
    return sum([_award_alone(due, now) for due in auctions.due(now=now)])


def _award_alone(due: Due, now: datetime) -> int:
    """Decide one start; a book in which something is wrong must not hold up others."""
    try:
        with writing() as work:
            return _award(work, due, now)
    except OperationalError:
        # The database is busy or away, which concerns them all: next time.
        raise
    except Exception:
        _log.exception("The bids for slot %s could not be decided.", due)
        return 0


def _award(work: Writing, due: Due, now: datetime) -> int:
    """Clear until every winner has a booking; who cannot have one is dropped first."""
    for _ in range(_MAX_CLEARINGS):
        won = auctions.decide_in(work, due=due, now=now)
        failed = [each for each in won if not _book_in(work, each, now)]
        if not failed:
            return len(won)
    raise RuntimeError("Too many awards failed in one decision.")


def _book_in(work: Writing, won: Won, now: datetime) -> bool:
    """Make the booking, or take the bid out of the book; return whether it was made."""
    try:
        with work.session.begin_nested():
            booking_id = _store_in(work.session, won, now)
    except DomainError as refusal:
        auctions.refuse_award_in(work, won=won, why=refusal.message, now=now)
        return False
    except IntegrityError:
        _log.exception("The bid %s could not be booked.", won.bid.code)
        auctions.refuse_award_in(work, won=won, why=_NOT_BOOKED, now=now)
        return False
    booking = load(BookingRow.id == booking_id)[0]
    auctions.award_in(work, won=won, booking_code=booking.code, now=now)
    work.announce(made(booking))
    return True


def _store_in(session: Session, won: Won, now: datetime) -> int:
    bid = won.bid
    asked = Asked(
        driver_id=bid.bidder_id,
        charger_id=bid.charger_id,
        period=bid.period,
        vehicle_id=bid.vehicle_id,
        energy_cap_wh=bid.energy_cap_wh,
        # No form made it: that the bid is undecided lets it become one booking.
        idempotency_key="",
    )
    planned = _plan(session, asked, won)
    step = creating("book")
    booking_id = insert_in(
        session, asked, planned, step.target, source="AUCTION", now=now
    )
    claims.claim_in(
        session,
        evse_id=bid.charger_id,
        period=bid.period,
        buffer_min=planned.terms.buffer_min,
        kind="BOOKING",
        booking_id=booking_id,
        now=now,
    )
    note_in(session, booking_id, step, Actor.SYSTEM, now, detail=f"Bid {bid.code}")
    return booking_id


def _plan(session: Session, asked: Asked, won: Won) -> Plan:
    """Return the promise at the prices of the auction and the energy of the bid's day.

    :raises DomainError: if the charger is not there any more
    """
    bid = won.bid
    charger = chargers.get_charger(bid.charger_id)
    check_offered(charger, bid.bidder_id)
    tariff = _promised_tariff(session, bid).promised(won.slots_milli)
    fit = best_fit(charger, bid.vehicle)
    return Plan(
        charger=charger,
        tariff=tariff,
        fit=fit,
        quote=quote(tariff, bid.period, fit.power_w, asked.energy_cap_wh),
        vehicle=bid.vehicle,
        # The turnaround of the day of the bid: it is what was bid and paid for.
        terms=Terms.against_others(buffer_min=bid.buffer_min),
    )


def _promised_tariff(session: Session, bid: BidView) -> Tariff:
    """Return the energy's price as the bidder saw it, when placing or changing it.

    The lower of the two counts: nobody promised the other one away.

    :raises BookingRefused: if there was none
    """
    seen = [
        tariff
        for at in (bid.placed_at, bid.changed_at)
        if (tariff := pricing.find_tariff_in(session, bid.charger_id, at=at))
    ]
    if not seen:
        raise BookingRefused("The host has not set a price yet.")
    return min(seen, key=lambda tariff: tariff.energy_milli_per_kwh)
