"""Canceling: until when it is free, and what it costs afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.bookings.domain import Actor, CarSnapshot, State, Terms, cancel_rule
from tests.support.factories_bookings import NOON, a_booking, car, hours

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("booked_before", "free_before"),
    [
        (24 * HOUR, 4 * HOUR),
        (5 * HOUR, 4 * HOUR),
        (4 * HOUR + 10 * MINUTE, 3 * HOUR + 40 * MINUTE),
        (HOUR, 30 * MINUTE),
        (20 * MINUTE, timedelta(0)),
        (timedelta(0), timedelta(0)),
    ],
)
def test_free_until_four_hours_before_or_half_an_hour_after_booking(
    booked_before: timedelta, free_before: timedelta
) -> None:
    rule = cancel_rule(
        Terms(), booked_at=NOON - booked_before, starts_at=NOON, time_minor=200
    )

    assert rule.free_until == NOON - free_before


def test_the_fee_begins_at_the_very_instant_the_free_time_ends() -> None:
    rule = cancel_rule(
        Terms(), booked_at=NOON - 24 * HOUR, starts_at=NOON, time_minor=200
    )

    assert rule.fee_minor(rule.free_until - timedelta(microseconds=1)) == 0
    assert rule.fee_minor(rule.free_until) == 50


@pytest.mark.parametrize(("time_minor", "fee_minor"), [(0, 0), (2, 0), (6, 2), (10, 2)])
def test_the_fee_is_a_quarter_of_the_time_half_to_even(
    time_minor: int, fee_minor: int
) -> None:
    rule = cancel_rule(
        Terms(), booked_at=NOON - HOUR, starts_at=NOON, time_minor=time_minor
    )

    assert rule.late_fee_minor == fee_minor


def test_a_booking_knows_its_own_rule() -> None:
    assert a_booking().cancel_rule.late_fee_minor == 50


def test_terms_survive_their_snapshot() -> None:
    terms = Terms(no_show_min=45)

    assert Terms.from_dict({**terms.as_dict(), "later": 1}) == terms


def test_a_car_survives_its_snapshot() -> None:
    snapshot = CarSnapshot.of(car())

    assert CarSnapshot.from_dict(snapshot.as_dict()) == snapshot


def test_everybody_has_one_role_or_none() -> None:
    booking = a_booking()

    assert booking.actor_of(booking.driver_id) is Actor.DRIVER
    assert booking.actor_of(booking.owner_id) is Actor.OWNER
    assert booking.actor_of(99) is None


@pytest.mark.parametrize("state", [State.RESERVED, State.IN_USE])
def test_the_address_is_shown_while_the_booking_stands(state: State) -> None:
    assert a_booking(state=state).shows_address(NOON)


@pytest.mark.parametrize(
    "state", [each for each in State if each not in {"RESERVED", "IN_USE", "COMPLETED"}]
)
def test_no_other_state_shows_the_address(state: State) -> None:
    assert not a_booking(state=state).shows_address(NOON)


def test_the_address_stays_for_a_week_after_charging() -> None:
    booking = a_booking(state=State.COMPLETED)
    week = timedelta(days=7)

    assert booking.shows_address(booking.ends_at + week - MINUTE)
    assert not booking.shows_address(booking.ends_at + week)


def test_the_booked_time_is_a_period() -> None:
    assert a_booking().period == hours(2)


def test_a_booking_is_live_until_it_ends() -> None:
    assert a_booking().is_live
    assert not a_booking(state=State.CANCELED).is_live
