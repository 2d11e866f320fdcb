"""Finding bookings: the driver's, the owner's, the one at the lock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.service import Actor, Booking
from app.chargers.service import Charger
from app.kernel.errors import NotFound
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger."""
    return make_charger(hanna, now=now)


@pytest.fixture
def booking(charger: Charger, dario: Person, now: datetime) -> Booking:
    """Dario's booking: noon to two."""
    return make_booking(dario, charger, now=now)


def test_both_sides_find_the_booking_and_nobody_else(
    booking: Booking, hanna: Person, dario: Person, nell: Person
) -> None:
    assert service.get_booking_for(dario.id, booking.code) == booking
    assert service.get_booking_for(hanna.id, booking.code) == booking
    assert service.role_of(booking, dario.id) is Actor.DRIVER
    with pytest.raises(NotFound):
        service.get_booking_for(nell.id, booking.code)
    with pytest.raises(NotFound):
        service.role_of(booking, nell.id)
    with pytest.raises(NotFound):
        service.get_booking(4711)


def test_ids_find_their_bookings(booking: Booking) -> None:
    assert service.bookings_by_ids([booking.id, 99]) == {booking.id: booking}


def test_a_diary_parts_what_comes_from_what_was(
    charger: Charger, booking: Booking, dario: Person, now: datetime
) -> None:
    sooner = make_booking(
        dario, charger, now=now, period=hours(0.5, start=NOON - 60 * MINUTE)
    )
    off = make_booking(
        dario, charger, now=now, period=hours(1, start=NOON + 300 * MINUTE)
    )
    service.cancel(user_id=dario.id, code=off.code, now=now)

    diary = service.bookings_of_driver(dario.id, now)

    assert [each.id for each in diary.upcoming] == [sooner.id, booking.id]
    assert [each.id for each in diary.past] == [off.id]


def test_a_missed_booking_is_past_although_no_job_has_run(
    booking: Booking, dario: Person
) -> None:
    diary = service.bookings_of_driver(dario.id, NOON + 21 * MINUTE)

    assert diary.upcoming == ()
    assert [each.id for each in diary.past] == [booking.id]


def test_the_owner_sees_the_bookings_of_a_day(
    charger: Charger, booking: Booking, hanna: Person, dario: Person
) -> None:
    before = hours(1, start=NOON - 120 * MINUTE)

    assert service.bookings_of_owner(hanna.id) == (booking,)
    assert service.bookings_of_owner(hanna.id, hours(1)) == (booking,)
    assert service.bookings_of_owner(hanna.id, before) == ()
    assert service.bookings_of_owner(dario.id) == ()


def test_a_charger_knows_what_is_still_to_come(
    charger: Charger, booking: Booking, now: datetime
) -> None:
    assert service.future_bookings_of_charger(charger.id, now) == (booking,)
    assert service.future_bookings_of_charger(charger.id, booking.ends_at) == ()
    assert service.future_bookings_of_charger(99, now) == ()


def test_what_was_long_ago_no_longer_matters_at_the_lock(
    charger: Charger, booking: Booking, dario: Person
) -> None:
    def at_lock(at: datetime) -> tuple[Booking, ...]:
        return service.bookings_at(driver_id=dario.id, charger_id=charger.id, now=at)

    assert at_lock(booking.ends_at) == (booking,)
    assert at_lock(booking.ends_at + timedelta(days=1)) == ()
