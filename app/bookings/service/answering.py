"""The owner's answer to a request: yes or no, once, and before it is too late.

Accepting, declining, taking back and expiring meet at the booking's row: whoever
changes it first has decided, and the others are told what became of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.bookings.domain import (
    Actor,
    Booking,
    NotNow,
    State,
    check_answerable,
    check_reason,
    get_transition,
)
from app.bookings.models import BookingEventRow, BookingRow
from app.bookings.service.changing import apply_in, locked
from app.bookings.service.reading import load
from app.bookings.service.telling import declined, made
from app.chargers import service as chargers
from app.database import writing
from app.kernel.errors import NotFound
from app.schedules import claims


def accept(*, owner_id: int, code: str, now: datetime) -> Booking:
    """This function will give the driver the time that he asked for.

    Told twice, the second time changes nothing. Free cancellation counts from here.

    :raises NotFound: if there is none, or it is not on this owner's charger
    :raises NotNow: if it was taken back, or it is too late
    :raises NotAccepted: if the charger is paused or out of service
    """
    with writing() as work:
        asked = _locked(work.session, owner_id, code)
        if _is_accepted(work.session, asked):
            return asked
        get_transition("accept", asked, Actor.OWNER, now)
        check_answerable(
            chargers.chargers_by_ids((asked.charger_id,))[asked.charger_id]
        )
        _count_from_answer(work.session, asked, now)
        booking = apply_in(
            work.session, asked, "accept", Actor.OWNER, now, actor_id=owner_id
        )
        if claims.confirm_in(work.session, booking_id=booking.id) != 1:
            # Another process, whose clock runs ahead, has given the time back.
            raise NotNow("It is too late: the time is not kept any more.")
        work.announce(made(booking, was_asked=True))
    return booking


def decline(*, owner_id: int, code: str, why: str, now: datetime) -> Booking:
    """This function will say no to a request; the time is free again at once.

    Told twice, the second time changes nothing.

    :param why: what the driver reads; it may be empty
    :raises BookingRefused: at ``why``, if it is too long
    :raises NotFound: if there is none, or it is not on this owner's charger
    :raises NotNow: if it was taken back, or it is too late
    """
    reason = check_reason(why)
    with writing() as work:
        asked = _locked(work.session, owner_id, code)
        if asked.state is State.REJECTED:
            return asked
        booking = apply_in(
            work.session,
            asked,
            "reject",
            Actor.OWNER,
            now,
            actor_id=owner_id,
            why=reason,
        )
        work.announce(declined(booking))
    return booking


def _locked(session: Session, owner_id: int, code: str) -> Booking:
    """Return the owner's booking, kept from others; the charger is locked first."""
    found = load(BookingRow.code == code, BookingRow.owner_id == owner_id)
    if not found:
        raise NotFound
    chargers.lock_in(session, found[0].charger_id)
    return locked(session, BookingRow.id == found[0].id)


def _is_accepted(session: Session, booking: Booking) -> bool:
    """Return whether the owner has said yes before and it still stands."""
    if booking.state is not State.RESERVED:
        return False
    said = session.scalar(
        select(BookingEventRow.id)
        .where(
            BookingEventRow.booking_id == booking.id,
            BookingEventRow.transition == "accept",
        )
        .limit(1)
    )
    return said is not None


def _count_from_answer(session: Session, asked: Booking, now: datetime) -> None:
    terms = asked.terms.accepted_after(now - asked.created_at)
    session.execute(
        update(BookingRow)
        .where(BookingRow.id == asked.id)
        .values(terms=terms.as_dict())
    )
