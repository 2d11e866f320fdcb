"""The owner's answer: who gives it, once, and what becomes of the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import (
    BookingRefused,
    NotAccepted,
    NotNow,
    State,
)
from app.bookings.events import (
    BookingCanceled,
    BookingMade,
)
from app.bookings.service import Actor, Booking
from app.chargers import service as chargers
from app.chargers.models import EvseRow
from app.chargers.service import Charger
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.events import Event
from app.schedules import claims
from tests.service.bookings.world import active_claims, history, taken_slots
from tests.support.factories_bookings import NOON, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import make_online_box

MINUTE = timedelta(minutes=1)
# Noon is asked for, and half an hour before it is the last moment to answer.
DEADLINE = NOON - 30 * MINUTE


def kinds(events: Iterable[Event]) -> list[str]:
    """Return the names of what was told."""
    return [type(each).__name__ for each in events]


def test_accepting_makes_it_a_booking_like_any_other(
    told: list[Event], request_of: Booking, hanna: Person, now: datetime
) -> None:
    booking = service.accept(owner_id=hanna.id, code=request_of.code, now=now)

    (claim,) = active_claims(booking.id)
    assert booking.state is State.RESERVED
    assert booking.shows_address(now)
    assert (booking.quote, booking.period) == (request_of.quote, request_of.period)
    assert (claim.kind, claim.expires_at) == ("BOOKING", None)
    assert told[-1] == BookingMade(
        booking_id=booking.id,
        code=booking.code,
        charger_id=booking.charger_id,
        driver_id=booking.driver_id,
        owner_id=hanna.id,
        was_asked=True,
    )
    assert history(booking.id)[-1] == ("accept", "OWNER", "REQUESTED", "RESERVED")


def test_accepting_twice_is_accepting_once(
    told: list[Event], request_of: Booking, hanna: Person, now: datetime
) -> None:
    first = service.accept(owner_id=hanna.id, code=request_of.code, now=now)
    second = service.accept(
        owner_id=hanna.id, code=request_of.code, now=now + 5 * MINUTE
    )

    assert second == first
    assert kinds(told) == ["BookingRequested", "BookingMade"]


def test_a_booking_that_was_never_asked_for_is_not_accepted(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)

    with pytest.raises(NotNow, match="cannot be done"):
        service.accept(owner_id=hanna.id, code=booking.code, now=now)


def test_declining_frees_the_time_and_keeps_the_reason_for_the_driver(
    told: list[Event],
    request_of: Booking,
    charger: Charger,
    hanna: Person,
    now: datetime,
) -> None:
    for _ in range(2):
        declined = service.decline(
            owner_id=hanna.id, code=request_of.code, why=" My own\ncar. ", now=now
        )

    assert declined.state is State.REJECTED
    assert (declined.ended_by, declined.ended_why) == ("OWNER", "My own car.")
    assert declined.fee_minor == 0
    assert taken_slots(charger.id) == []
    assert kinds(told) == ["BookingRequested", "BookingDeclined"]


def test_an_overlong_reason_declines_nothing(
    request_of: Booking, hanna: Person, now: datetime
) -> None:
    with pytest.raises(BookingRefused, match="140 characters"):
        service.decline(owner_id=hanna.id, code=request_of.code, why="x" * 141, now=now)

    assert service.get_booking(request_of.id).state is State.REQUESTED


def test_the_driver_takes_it_back_for_nothing_however_late(
    in_app: Flask,
    told: list[Event],
    request_of: Booking,
    charger: Charger,
    hanna: Person,
    dario: Person,
) -> None:
    # Half an hour before noon a booking would cost a late fee.
    late = DEADLINE - MINUTE
    make_online_box(in_app, now=late, evse_id=charger.id)

    ended = service.cancel(user_id=dario.id, code=request_of.code, now=late)

    assert (ended.state, ended.fee_minor) == (State.CANCELED, 0)
    assert isinstance(told[-1], BookingCanceled)
    assert told[-1].was_request
    with pytest.raises(NotNow, match="was canceled"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=late)
    with pytest.raises(NotNow, match="was canceled"):
        service.decline(owner_id=hanna.id, code=request_of.code, why="", now=late)


def test_once_accepted_there_is_half_an_hour_to_think_better_of_it(
    in_app: Flask, request_of: Booking, charger: Charger, hanna: Person, dario: Person
) -> None:
    accepted_at = NOON - 45 * MINUTE
    service.accept(owner_id=hanna.id, code=request_of.code, now=accepted_at)
    make_online_box(in_app, now=accepted_at + 30 * MINUTE, evse_id=charger.id)

    rule = service.get_booking(request_of.id).cancel_rule
    canceled = service.cancel(
        user_id=dario.id, code=request_of.code, now=accepted_at + 29 * MINUTE
    )

    assert rule.free_until == accepted_at + 30 * MINUTE
    assert rule.fee_minor(accepted_at + 30 * MINUTE) > 0
    assert canceled.fee_minor == 0


@pytest.mark.parametrize("who", ["dario", "nell"])
def test_nobody_but_the_owner_answers(
    request: pytest.FixtureRequest, request_of: Booking, who: str, now: datetime
) -> None:
    person: Person = request.getfixturevalue(who)

    with pytest.raises(NotFound):
        service.accept(owner_id=person.id, code=request_of.code, now=now)
    with pytest.raises(NotFound):
        service.decline(owner_id=person.id, code=request_of.code, why="", now=now)

    assert service.get_booking(request_of.id).state is State.REQUESTED


def test_a_paused_charger_is_put_back_before_its_owner_says_yes(
    request_of: Booking, charger: Charger, hanna: Person, now: datetime
) -> None:
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    with pytest.raises(NotAccepted, match="paused"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=now)
    declined = service.decline(owner_id=hanna.id, code=request_of.code, why="", now=now)

    assert declined.state is State.REJECTED


def test_a_charger_out_of_service_gives_no_time_away(
    request_of: Booking, charger: Charger, hanna: Person, now: datetime
) -> None:
    with writing() as work:
        work.session.execute(
            update(EvseRow).where(EvseRow.id == charger.id).values(is_inoperative=True)
        )

    with pytest.raises(NotAccepted, match="out of service"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=now)
    assert active_claims(request_of.id)[0].expires_at == DEADLINE


def test_with_the_charger_its_requests_go_and_their_drivers_are_told(
    request_of: Booking, charger: Charger, hanna: Person, now: datetime
) -> None:
    with writing() as work:
        told = service.cancel_all_in(
            work.session, charger.id, Actor.OWNER, "The charger is going.", now
        )

    (event,) = told
    assert isinstance(event, BookingCanceled)
    assert (event.who, event.was_request) == ("OWNER", True)
    with pytest.raises(NotNow, match="was canceled"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=now)


def test_who_had_waited_in_vain_is_told_when_the_charger_goes(
    request_of: Booking, charger: Charger
) -> None:
    with writing() as work:
        told = service.cancel_all_in(
            work.session, charger.id, Actor.OWNER, "Gone.", DEADLINE
        )

    assert kinds(told) == ["BookingExpired"]
    assert service.get_booking(request_of.id).state is State.EXPIRED


def test_a_time_given_back_by_a_faster_clock_is_not_accepted(
    told: list[Event], request_of: Booking, hanna: Person, now: datetime
) -> None:
    with writing() as work:
        claims.retire_expired_in(
            work.session, evse_id=request_of.charger_id, now=DEADLINE
        )

    with pytest.raises(NotNow, match="not kept any more"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=now)

    assert service.get_booking(request_of.id).state is State.REQUESTED
    assert kinds(told) == ["BookingRequested"]
