"""Booking a time: what is promised, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import BookingRefused, State, TimeTaken
from app.bookings.events import BookingMade
from app.chargers import service as chargers
from app.database import writing
from app.kernel.errors import DomainError, NotFound
from app.kernel.events import Event
from app.kernel.slots import slots_of
from app.pricing import service as pricing
from app.schedules.domain import OpeningRule
from tests.service.bookings.world import active_claims, asked, history, taken_slots
from tests.support.factories_bookings import NOON, hours, make_booking, make_car
from tests.support.factories_chargers import TARIFF, make_charger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(in_app: Flask) -> list[Event]:
    """Everything that bookings announce from here on."""
    heard: list[Event] = []
    in_app.extensions["plugbid_events"].subscribe(BookingMade, heard.append)
    return heard


def test_a_booking_is_a_promise_with_everything_written_down(
    in_app: Flask, told: list[Event], hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    car = make_car(dario)

    booking = make_booking(dario, charger, now=now, vehicle=car)

    assert booking.state is State.RESERVED
    assert booking.period == hours(2)
    assert booking.ceiling_minor == booking.quote.total_minor == 1058
    assert booking.energy_cap_wh == 22_000
    assert booking.tariff == TARIFF
    assert booking.vehicle is not None
    assert booking.vehicle.name == car.name
    assert (booking.driver_id, booking.owner_id) == (dario.id, hanna.id)
    assert history(booking.id) == [("book", "DRIVER", None, "RESERVED")]
    assert told == [
        BookingMade(
            booking_id=booking.id,
            code=booking.code,
            charger_id=charger.id,
            driver_id=dario.id,
            owner_id=hanna.id,
        )
    ]


def test_the_turnaround_is_taken_with_the_time(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    booking = make_booking(dario, charger, now=now)

    assert taken_slots(charger.id) == list(slots_of(hours(2.25)))
    assert len(active_claims(booking.id)) == 1


def test_a_later_price_does_not_touch_an_earlier_promise(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)

    with writing() as work:
        pricing.set_tariff_in(
            work.session,
            evse_id=charger.id,
            tariff=replace(TARIFF, energy_milli_per_kwh=900_000),
            now=now,
        )

    assert service.get_booking(booking.id) == booking


def test_the_drivers_limit_lowers_the_ceiling(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    booking = make_booking(dario, charger, now=now, energy_cap_wh=5_000)

    assert booking.energy_cap_wh == 5_000
    assert booking.ceiling_minor == 200 + 195


def test_the_next_driver_gets_409_and_the_three_nearest_times(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    make_booking(dario, charger, now=now)

    with pytest.raises(TimeTaken) as taken:
        make_booking(nell, charger, now=now)

    # Before noon there is room only until 11:45, where the turnaround begins.
    assert taken.value.status == 409
    assert taken.value.alternatives == tuple(
        hours(2, start=NOON + minutes * MINUTE) for minutes in (135, 150, 165)
    )
    for other in taken.value.alternatives[:1]:
        make_booking(nell, charger, now=now, period=other)


def test_a_booking_ends_before_the_turnaround_of_the_next(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    make_booking(dario, charger, now=now)

    with pytest.raises(TimeTaken):
        make_booking(nell, charger, now=now, period=hours(1, start=NOON - 60 * MINUTE))
    make_booking(nell, charger, now=now, period=hours(1, start=NOON - 75 * MINUTE))


@pytest.mark.parametrize(
    ("start_min", "length_h", "field"),
    [
        (-180, 2, "starts_at"),
        (7, 2, "starts_at"),
        (0, 2.1, "ends_at"),
        (0, 13, "ends_at"),
        (0, 0.25, "ends_at"),
        (60 * 24 * 40, 2, "ends_at"),
    ],
)
def test_times_that_cannot_be_are_refused_at_their_field(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    start_min: int,
    length_h: float,
    field: str,
) -> None:
    charger = make_charger(hanna, now=now)
    period = hours(length_h, start=NOON + start_min * MINUTE)

    with pytest.raises(DomainError) as refused:
        make_booking(dario, charger, now=now, period=period)

    assert refused.value.status == 422
    assert refused.value.field == field
    assert taken_slots(charger.id) == []


def test_closed_hours_are_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    nights = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
    charger = make_charger(hanna, now=now, rules=nights)

    with pytest.raises(BookingRefused, match="closed") as refused:
        make_booking(dario, charger, now=now)

    assert refused.value.field == "starts_at"


def test_nobody_books_a_charger_of_their_own(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(BookingRefused, match="your own charger"):
        make_booking(hanna, charger, now=now)


def test_a_paused_charger_takes_no_booking(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    with pytest.raises(BookingRefused, match="no bookings at the moment"):
        make_booking(dario, charger, now=now)


def test_an_unknown_charger_is_not_found(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    with pytest.raises(NotFound):
        service.take(asked(dario, 4711), now)


def test_a_charger_without_prices_cannot_be_booked(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, tariff=None)

    with pytest.raises(BookingRefused, match="not set a price"):
        make_booking(dario, charger, now=now)


def test_somebody_elses_car_is_refused(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(BookingRefused, match="one of your cars") as refused:
        make_booking(dario, charger, now=now, vehicle=make_car(nell))

    assert refused.value.field == "vehicle_id"
