"""Looking bookings up: for their driver, for the owner, for a charger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from app.bookings.domain import (
    LIVE,
    Actor,
    Booking,
    CarSnapshot,
    State,
    Terms,
    effective_state,
)
from app.bookings.models import BookingRow
from app.chargers import service as chargers
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.pricing.domain import Quote, Tariff

PAST_SHOWN = 50
# What is over for longer decides nothing at the lock any more.
_RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """A driver's bookings: the coming ones, soonest first, and the latest past ones."""

    upcoming: tuple[Booking, ...]
    past: tuple[Booking, ...]


def get_booking(booking_id: int) -> Booking:
    """This function will return a booking by its id, whosever it is.

    :raises NotFound: if there is none
    """
    return _one(BookingRow.id == booking_id)


def get_booking_for(user_id: int, code: str) -> Booking:
    """This function will return a booking to its driver or to the charger's owner.

    :raises NotFound: if there is none, or it is somebody else's
    """
    booking = _one(BookingRow.code == code)
    if booking.actor_of(user_id) is None:
        raise NotFound
    return booking


def bookings_by_ids(ids: Iterable[int]) -> dict[int, Booking]:
    """This function will return the bookings with these ids, by id."""
    return {each.id: each for each in load(BookingRow.id.in_(sorted(set(ids))))}


def bookings_of_driver(user_id: int, now: datetime) -> Diary:
    """This function will return what a driver has booked."""
    is_driver = BookingRow.driver_id == user_id
    live = load(is_driver, BookingRow.state.in_(sorted(LIVE)))
    upcoming = [each for each in live if _is_upcoming(each, now)]
    ended = load(
        is_driver,
        BookingRow.id.not_in([each.id for each in upcoming]),
        latest=PAST_SHOWN,
    )
    return Diary(
        upcoming=tuple(sorted(upcoming, key=lambda each: each.starts_at)),
        past=tuple(sorted(ended, key=lambda each: each.starts_at, reverse=True)),
    )


def bookings_of_owner(
    owner_id: int, window: Period | None = None
) -> tuple[Booking, ...]:
    """This function will return bookings on an owner's chargers, soonest first.

    :param window: only those that touch this span
    """
    conditions = [BookingRow.owner_id == owner_id]
    if window is not None:
        conditions += [
            BookingRow.starts_at < window.ends_at,
            BookingRow.ends_at > window.starts_at,
        ]
    return load(*conditions)


def requests_of_owner(owner_id: int, now: datetime) -> tuple[Booking, ...]:
    """This function will return what an owner has to answer, most urgent first."""
    asked = _waiting(BookingRow.owner_id == owner_id, now)
    return tuple(sorted(asked, key=lambda each: (each.answer_by, each.id)))


def waiting_of(driver_id: int, now: datetime) -> int:
    """This function will return how many requests of a driver wait for an answer."""
    return len(_waiting(BookingRow.driver_id == driver_id, now))


def future_bookings_of_charger(charger_id: int, now: datetime) -> tuple[Booking, ...]:
    """This function will return the charger's live bookings that are not over."""
    found = load(
        BookingRow.evse_id == charger_id,
        BookingRow.state.in_(sorted(LIVE)),
    )
    return tuple(each for each in found if _is_upcoming(each, now))


def bookings_at(
    *, driver_id: int, charger_id: int, now: datetime
) -> tuple[Booking, ...]:
    """This function will return a driver's recent and coming bookings of a charger.

    In whatever state, soonest first: the lock explains itself from them.
    """
    return load(
        BookingRow.driver_id == driver_id,
        BookingRow.evse_id == charger_id,
        BookingRow.ends_at > now - _RECENT,
    )


def role_of(booking: Booking, user_id: int) -> Actor:
    """This function will return in which role a person meets a booking of theirs.

    :raises NotFound: if it is not theirs
    """
    actor = booking.actor_of(user_id)
    if actor is None:
        raise NotFound
    return actor


def load(*conditions: ColumnElement[bool], latest: int = 0) -> tuple[Booking, ...]:
    """Return bookings by start; ``latest`` keeps only that many with the last ones."""
    # Rows are changed by Core statements, so what the session remembers may be old.
    statement = (
        select(BookingRow).where(*conditions).execution_options(populate_existing=True)
    )
    if latest:
        statement = statement.order_by(BookingRow.starts_at.desc()).limit(latest)
    else:
        statement = statement.order_by(BookingRow.starts_at, BookingRow.id)
    return views(db.session.scalars(statement).all())


def views(rows: Sequence[BookingRow]) -> tuple[Booking, ...]:
    """Return rows as frozen values, with the name and zone of their chargers."""
    places = chargers.chargers_by_ids(row.evse_id for row in rows)
    return tuple(_view(row, places[row.evse_id]) for row in rows)


def _one(condition: ColumnElement[bool]) -> Booking:
    found = load(condition)
    if not found:
        raise NotFound
    return found[0]


def _waiting(whose: ColumnElement[bool], now: datetime) -> tuple[Booking, ...]:
    """Return unanswered requests; the ones that time has ended are none."""
    asked = load(whose, BookingRow.state == State.REQUESTED)
    return tuple(
        each for each in asked if effective_state(each, now) is State.REQUESTED
    )


def _is_upcoming(booking: Booking, now: datetime) -> bool:
    state = effective_state(booking, now)
    return state is State.IN_USE or (state in LIVE and now < booking.ends_at)


def _view(row: BookingRow, charger: chargers.Charger) -> Booking:
    return Booking(
        id=row.id,
        code=row.code,
        charger_id=row.evse_id,
        charger_name=charger.name,
        charger_code=charger.code,
        time_zone=charger.time_zone,
        driver_id=row.driver_id,
        owner_id=row.owner_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=State(row.state),
        currency=row.currency,
        ceiling_minor=row.ceiling_minor,
        energy_cap_wh=row.energy_cap_wh,
        max_power_w=row.max_power_w,
        terms=Terms.from_dict(row.terms),
        tariff=Tariff.from_dict(row.tariff),
        quote=Quote.from_dict(row.quote),
        vehicle=CarSnapshot.from_dict(row.vehicle) if row.vehicle else None,
        created_at=row.created_at,
        source="AUCTION" if row.source == "AUCTION" else "DIRECT",
        fee_minor=row.fee_minor,
        unlock_asked_at=row.unlock_asked_at,
        ended_by=row.ended_by,
        ended_why=row.ended_why,
    )
