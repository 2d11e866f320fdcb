"""Taking a time: one short write transaction in which the database has the last word.

Nothing here decides that a time is free; inserting its quarter hours does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts import service as accounts
from app.auctions import service as auctions
from app.bookings.domain import (
    Actor,
    Booking,
    BookingRefused,
    NotNow,
    PriceChanged,
    State,
    TimeTaken,
    check_waiting,
    creating,
)
from app.bookings.models import BookingRow
from app.bookings.service.changing import apply_in, note_in
from app.bookings.service.planning import Asked, Plan, is_free, nearest_times, plan
from app.bookings.service.reading import get_booking, load, waiting_of
from app.bookings.service.storing import insert_in
from app.bookings.service.telling import made, requested
from app.chargers import service as chargers
from app.database import Writing, db, writing
from app.kernel.errors import NotFound
from app.kernel.money import format_minor
from app.kernel.period import Period
from app.schedules import claims

_LONGEST_KEY = 64


def book(
    *,
    driver_id: int,
    charger_id: int,
    period: Period,
    vehicle_id: int | None,
    energy_cap_wh: int | None,
    idempotency_key: str,
    now: datetime,
) -> Booking:
    """This function will give the time to the driver, at the price of this moment.

    Where the owner answers first, the driver has asked for the time, and it is kept
    until the answer.

    :param energy_cap_wh: the driver's own limit, which lowers the ceiling
    :param idempotency_key: made once per form; sent again it gives the same booking
    :raises NotFound: if there is no such charger
    :raises DomainError: at its field, if the time, the car or the limit cannot be
    :raises TimeTaken: if somebody else has the time, with the nearest free ones
    """
    asked = Asked(
        driver_id=driver_id,
        charger_id=charger_id,
        period=period,
        vehicle_id=vehicle_id,
        energy_cap_wh=energy_cap_wh,
        idempotency_key=idempotency_key,
    )
    return take(asked, now)


def take(asked: Asked, now: datetime, *, hold: bool = False) -> Booking:
    """This function will book the time, or only hold it while the driver decides.

    Sent again, the same wish with the same key gives the booking it made before.
    Raises as ``book`` does.
    """
    if not 0 < len(asked.idempotency_key) <= _LONGEST_KEY:
        raise BookingRefused("This form is not complete. Please reload the page.")
    replayed = _find_replay(asked)
    if replayed:
        return replayed
    planned = plan(asked, now)
    if not is_free(planned.charger, asked.period, now):
        raise TimeTaken(nearest_times(planned.charger, asked.period, now))
    try:
        with writing() as work:
            booking_id = _store(work, asked, now, hold=hold)
    except (claims.SlotTaken, IntegrityError) as error:
        # A double click loses against itself: its first half has the booking.
        replayed = _find_replay(asked)
        if replayed:
            return replayed
        if isinstance(error, IntegrityError):
            raise
        raise TimeTaken(nearest_times(planned.charger, asked.period, now)) from error
    return get_booking(booking_id)


def confirm(*, driver_id: int, code: str, now: datetime) -> Booking:
    """This function will turn the driver's held time into a booking, or a request.

    :raises NotFound: if there is none, or it is somebody else's
    :raises NotNow: if the hold has ended, its time is not claimed any more, or the
        owner would have to answer and has no time left for it
    :raises BookingRefused: if too many of the driver's requests wait already
    """
    with writing() as work:
        accounts.lock_in(work.session, driver_id)
        found = load(BookingRow.code == code, BookingRow.driver_id == driver_id)
        if not found:
            raise NotFound
        chargers.lock_in(work.session, found[0].charger_id)
        return _settle(work, found[0], now)


def _settle(work: Writing, held: Booking, now: datetime) -> Booking:
    """Take a held time out of its hold; where the owner answers first, ask him."""
    session, driver_id = work.session, held.driver_id
    asks_first = chargers.get_charger(held.charger_id).asks_first
    if asks_first and held.state is State.HELD:
        _check_askable(held, now)
    name = "request" if asks_first else "confirm"
    booking = apply_in(session, held, name, Actor.DRIVER, now, actor_id=driver_id)
    if asks_first:
        kept = claims.keep_until_in(
            session, booking_id=booking.id, expires_at=booking.answer_by
        )
    else:
        kept = claims.confirm_in(session, booking_id=booking.id)
    if kept != 1:
        # A booking without a claim would be a promise that nothing keeps.
        raise NotNow("This time is not held for you any more. Please book again.")
    work.announce(requested(booking) if asks_first else made(booking))
    return booking


def _check_askable(held: Booking, now: datetime) -> None:
    """Let nobody wait for an answer that cannot come any more, or for too many."""
    if held.answer_by <= now:
        raise NotNow(
            "This host answers each request, and there is no time left for it. Please "
            "choose a later time."
        )
    check_waiting(waiting_of(held.driver_id, now))


def _store(work: Writing, asked: Asked, now: datetime, *, hold: bool) -> int:
    """Write the booking, its claim and its first line of history."""
    session = work.session
    # The driver first, as everywhere: his requests at other chargers are counted.
    accounts.lock_in(session, asked.driver_id)
    chargers.lock_in(session, asked.charger_id)
    # Checked and priced again: the owner may just have changed or paused it.
    planned = plan(asked, now)
    _check_agreed(asked, planned)
    step = creating(_way(planned, hold=hold))
    if step.target is State.REQUESTED:
        check_waiting(waiting_of(asked.driver_id, now))
    booking_id = insert_in(session, asked, planned, step.target, now=now)
    expires_at = _expires_at(asked, planned, step.target, now)
    claims.claim_in(
        session,
        evse_id=asked.charger_id,
        period=asked.period,
        buffer_min=planned.terms.buffer_min,
        kind="HOLD" if expires_at else "BOOKING",
        booking_id=booking_id,
        expires_at=expires_at,
        now=now,
    )
    note_in(session, booking_id, step, Actor.DRIVER, now, actor_id=asked.driver_id)
    _tell(work, asked, planned, booking_id, now)
    return booking_id


def _tell(
    work: Writing, asked: Asked, planned: Plan, booking_id: int, now: datetime
) -> None:
    """Announce what was stored, also to those who waited with a bid for that time."""
    booking = load(BookingRow.id == booking_id)[0]
    # Whoever waited with a bid for a part of this time is told in the same breath.
    auctions.sold_in(
        work,
        charger_id=asked.charger_id,
        period=asked.period,
        booking_code=booking.code,
        amount_milli=sum(planned.tariff.slots_milli),
        driver_id=asked.driver_id,
        now=now,
    )
    if booking.state is State.RESERVED:
        work.announce(made(booking))
    elif booking.state is State.REQUESTED:
        work.announce(requested(booking))


def _way(planned: Plan, *, hold: bool) -> str:
    """Return by which transition the booking begins its life."""
    if hold:
        return "hold"
    return "request" if planned.charger.asks_first else "book"


def _expires_at(
    asked: Asked, planned: Plan, state: State, now: datetime
) -> datetime | None:
    """Return until when the time is only kept; then it is free without any job."""
    if state is State.HELD:
        return now + timedelta(minutes=planned.terms.hold_min)
    if state is State.REQUESTED:
        return planned.terms.answer_by(asked_at=now, starts_at=asked.period.starts_at)
    return None


def _check_agreed(asked: Asked, planned: Plan) -> None:
    """Let nobody be bound to more than stood beside the button."""
    dearest, promise = asked.agreed_minor, planned.quote
    if dearest is not None and promise.total_minor > dearest:
        raise PriceChanged(format_minor(promise.total_minor, promise.currency))


def _find_replay(asked: Asked) -> Booking | None:
    """Return the booking that this key has made before.

    :raises BookingRefused: if the key came with another wish then
    """
    row = db.session.execute(
        select(BookingRow.id, BookingRow.quote).where(
            BookingRow.driver_id == asked.driver_id,
            BookingRow.idempotency_key == asked.idempotency_key,
        )
    ).one_or_none()
    if row is None:
        return None
    if row.quote["asked"] != asked.wish:
        raise BookingRefused(
            "This form has already made another booking. Please reload the page."
        )
    return get_booking(row.id)
