"""What time demands of bookings: holds and requests lapse, drivers never come."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import OperationalError

from app.bookings.domain import LIVE, State, due_transition
from app.bookings.models import BookingRow
from app.bookings.service.changing import locked, move_on_in
from app.bookings.service.reading import load
from app.database import db, writing

_log = logging.getLogger(__name__)


def tick(*, now: datetime) -> int:
    """This function will write down what the clock has decided: lapsed and missed.

    Correctness does not wait for it; everybody asks for the effective state.

    :returns: how many bookings changed
    """
    waiting = load(
        BookingRow.state.in_(sorted(LIVE - {State.IN_USE})),
    )
    due = [each.id for each in waiting if due_transition(each, now)]
    db.session.rollback()
    return sum(_do_alone(booking_id, now) for booking_id in due)


def _do_alone(booking_id: int, now: datetime) -> bool:
    """Do what is due; a booking that cannot move must not hold up the others."""
    try:
        return _do_due(booking_id, now)
    except OperationalError:
        # The database is busy or away, which concerns them all: next time.
        raise
    except Exception:
        _log.exception("Booking number %s could not be moved on.", booking_id)
        return False


def _do_due(booking_id: int, now: datetime) -> bool:
    with writing() as work:
        booking = locked(work.session, BookingRow.id == booking_id)
        due = due_transition(booking, now)
        if due is None:
            return False
        event = move_on_in(work.session, booking, due, now)
        if event:
            work.announce(event)
    return True
