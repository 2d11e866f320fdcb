"""Changing a booking's state: every change goes through one data-driven step.

The ``..._in`` functions work inside the caller's transaction, for the rooms above.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from app.bookings.domain import (
    LIVE,
    Actor,
    Booking,
    Effect,
    NotNow,
    State,
    Transition,
    due_transition,
    get_transition,
)
from app.bookings.events import BookingCanceled, BookingExpired, BookingMissed
from app.bookings.models import BookingEventRow, BookingRow
from app.bookings.service.readiness import UNLOCK_FAILED, could_charge_in
from app.bookings.service.reading import load, role_of, views
from app.bookings.service.telling import canceled, expired, missed
from app.database import writing
from app.kernel.errors import NotFound
from app.schedules import claims

_NOT_ANSWERED = "The host did not answer in time."


def cancel(*, user_id: int, code: str, now: datetime) -> Booking:
    """This function will call a booking off for its driver or the charger's owner.

    :raises NotFound: if there is none, or it is somebody else's
    :raises NotNow: if the booking's state or the time does not allow it
    """
    with writing() as work:
        booking = locked(work.session, BookingRow.code == code)
        actor = role_of(booking, user_id)
        was_request = booking.state is State.REQUESTED
        why = "The host called it off." if actor is Actor.OWNER else ""
        booking = apply_in(
            work.session, booking, "cancel", actor, now, actor_id=user_id, why=why
        )
        work.announce(canceled(booking, was_request=was_request))
    return booking


def cancel_all_in(
    session: Session, charger_id: int, who: Actor, why: str, now: datetime
) -> tuple[BookingCanceled | BookingExpired, ...]:
    """This function will call off all the charger's bookings that have not begun.

    A session under way is left to its driver. Nobody pays anything.

    :returns: what the caller must announce: an event for each one called off, and
        for each request that had waited in vain
    """
    rows = session.scalars(
        select(BookingRow)
        .where(
            BookingRow.evse_id == charger_id,
            BookingRow.state.in_(sorted(LIVE - {State.IN_USE})),
            BookingRow.ends_at > now,
        )
        .order_by(BookingRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    told: list[BookingCanceled | BookingExpired] = []
    for booking in views(rows):
        due = due_transition(booking, now)
        if due:
            event = move_on_in(session, booking, due, now)
            told += [event] if isinstance(event, BookingExpired) else []
            continue
        # An owner may not cancel a mere hold or request, but the charger is going.
        actor = who if booking.state is State.RESERVED else Actor.DRIVER
        ended = apply_in(session, booking, "cancel", actor, now, why=why, said_by=who)
        told.append(canceled(ended, was_request=booking.state is State.REQUESTED))
    return tuple(told)


def move_on_in(
    session: Session, booking: Booking, due: Transition, now: datetime
) -> BookingMissed | BookingExpired | None:
    """This function will do to a booking what the clock has decided.

    :returns: what the caller must announce, if anybody is to know
    """
    was_request = booking.state is State.REQUESTED
    why = _NOT_ANSWERED if was_request else ""
    ended = apply_in(session, booking, due.name, Actor.SYSTEM, now, why=why)
    if was_request:
        return expired(ended)
    return missed(ended) if ended.state is State.NO_SHOW else None


def note_unlock_in(session: Session, *, booking_id: int, now: datetime) -> Booking:
    """This function will note that the driver is asking the box to open.

    From then on the booking cannot become a no-show before its end. Call
    ``forget_unlock_in`` if the box refuses or never answers.

    :raises NotNow: if the booking does not allow unlocking at this instant
    """
    booking = locked(session, BookingRow.id == booking_id)
    get_transition("unlock", booking, Actor.DRIVER, now)
    _set(session, booking_id, unlock_asked_at=now)
    return booking


def forget_unlock_in(
    session: Session, *, booking_id: int, now: datetime, why: str
) -> None:
    """This function will note that the box did not open after all.

    The history keeps it: who tried in time and met a lock that failed owes no fee.

    :param why: the box's answer, ``jammed`` for instance
    """
    booking = locked(session, BookingRow.id == booking_id)
    _set(session, booking_id, unlock_asked_at=None)
    session.execute(
        insert(BookingEventRow).values(
            booking_id=booking_id,
            at=now,
            actor=Actor.SYSTEM,
            transition=UNLOCK_FAILED,
            from_state=booking.state,
            to_state=booking.state,
            detail=why[:200],
        )
    )


def mark_in_use_in(session: Session, *, booking_id: int, now: datetime) -> bool:
    """This function will note that the box has begun a session for the booking.

    :returns: whether anything changed; told twice, the second changes nothing
    :raises NotNow: if the booking had ended before
    """
    booking = locked(session, BookingRow.id == booking_id)
    if booking.state is State.IN_USE:
        return False
    apply_in(session, booking, "start", Actor.SYSTEM, now)
    return True


def complete_in(
    session: Session, *, booking_id: int, now: datetime, why: str = ""
) -> bool:
    """This function will end the booking with its session, and free what is left.

    :returns: whether anything changed; told twice, the second changes nothing
    :raises NotNow: if the booking had ended in another way
    """
    booking = locked(session, BookingRow.id == booking_id)
    if booking.state is State.COMPLETED:
        return False
    if booking.state is State.RESERVED:
        booking = apply_in(session, booking, "start", Actor.SYSTEM, now)
    apply_in(session, booking, "complete", Actor.SYSTEM, now, why=why)
    return True


def fail_in(session: Session, *, booking_id: int, now: datetime, why: str) -> None:
    """This function will end the booking because box or charger failed; nobody pays.

    :raises NotNow: if the booking had ended before
    """
    booking = locked(session, BookingRow.id == booking_id)
    apply_in(session, booking, "fail", Actor.SYSTEM, now, why=why)


def apply_in(
    session: Session,
    booking: Booking,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    actor_id: int | None = None,
    why: str = "",
    said_by: Actor | None = None,
) -> Booking:
    """Carry out one transition with its effects, and return the booking after it.

    :param said_by: who is named as having ended it, where the actor stands in
    :raises NotNow: if the transition is not permitted, or the state has moved on
    """
    step = get_transition(name, booking, actor, now)
    who = said_by or actor
    values: dict[str, object] = {"state": step.target, "updated_at": now}
    if step.target not in LIVE:
        values |= {"ended_by": who, "ended_why": why[:200], "unlock_asked_at": None}
    if Effect.LATE_FEE in step.effects:
        values["fee_minor"] = _fee_minor(session, booking, step, now)
    changed = session.execute(
        update(BookingRow)
        .where(BookingRow.id == booking.id, BookingRow.state == booking.state)
        .values(**values)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise NotNow("This booking has just changed. Please look again.")
    if Effect.RELEASE_TIME in step.effects:
        claims.release_in(session, booking_id=booking.id, now=now)
    note_in(session, booking.id, step, who, now, actor_id=actor_id, detail=why)
    return load(BookingRow.id == booking.id)[0]


def note_in(
    session: Session,
    booking_id: int,
    step: Transition,
    actor: Actor,
    now: datetime,
    *,
    actor_id: int | None = None,
    detail: str = "",
) -> None:
    """Add one line to the booking's history."""
    session.execute(
        insert(BookingEventRow).values(
            booking_id=booking_id,
            at=now,
            actor=actor,
            actor_id=actor_id,
            transition=step.name,
            from_state=step.source,
            to_state=step.target,
            detail=detail[:200],
        )
    )


def _fee_minor(
    session: Session, booking: Booking, step: Transition, now: datetime
) -> int:
    """Return the late fee; nothing is owed for a charger that would not have opened."""
    if step.target is State.NO_SHOW and booking.unlock_asked_at:
        # He asked the box to open, and no answer was ever taken down.
        return 0
    rule = booking.cancel_rule
    fee = rule.fee_minor(now) if step.name == "cancel" else rule.late_fee_minor
    return fee if fee and could_charge_in(session, booking, now) else 0


def locked(session: Session, condition: ColumnElement[bool]) -> Booking:
    """Return the booking, fresh, and kept from others until the transaction ends."""
    rows = session.scalars(
        select(BookingRow)
        .where(condition)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        raise NotFound
    return views(rows)[0]


def _set(session: Session, booking_id: int, **values: object) -> None:
    session.execute(
        update(BookingRow).where(BookingRow.id == booking_id).values(**values)
    )
