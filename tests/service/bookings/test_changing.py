"""Canceling, missing, beginning and ending a booking, with every side effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import Actor, NotNow, State
from app.bookings.events import BookingCanceled, BookingMissed
from app.bookings.service import Booking
from app.chargers.service import Charger
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.events import Event
from tests.service.bookings.world import active_claims, asked, history, taken_slots
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import make_online_box

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(in_app: Flask) -> list[Event]:
    """What is announced of bookings that end."""
    heard: list[Event] = []
    bus = in_app.extensions["plugbid_events"]
    bus.subscribe(BookingCanceled, heard.append)
    bus.subscribe(BookingMissed, heard.append)
    return heard


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger."""
    return make_charger(hanna, now=now)


@pytest.fixture
def booking(charger: Charger, dario: Person, now: datetime) -> Booking:
    """Dario's booking: noon to two, made at 10:07."""
    return make_booking(dario, charger, now=now)


def test_canceling_frees_the_time_and_tells(
    told: list[Event], charger: Charger, booking: Booking, dario: Person, now: datetime
) -> None:
    canceled = service.cancel(user_id=dario.id, code=booking.code, now=now)

    assert canceled.state is State.CANCELED
    assert (canceled.ended_by, canceled.fee_minor) == ("DRIVER", 0)
    assert taken_slots(charger.id) == []
    assert active_claims(booking.id) == []
    assert history(booking.id)[-1] == ("cancel", "DRIVER", "RESERVED", "CANCELED")
    assert [type(each) for each in told] == [BookingCanceled]


def test_canceling_late_costs_a_quarter_of_the_time(
    in_app: Flask, charger: Charger, booking: Booking, dario: Person, now: datetime
) -> None:
    make_online_box(in_app, now=NOON - 30 * MINUTE, evse_id=charger.id)

    canceled = service.cancel(
        user_id=dario.id, code=booking.code, now=NOON - 30 * MINUTE
    )

    assert canceled.fee_minor == 50


def test_a_dead_charger_costs_nothing(
    booking: Booking, dario: Person, now: datetime
) -> None:
    canceled = service.cancel(
        user_id=dario.id, code=booking.code, now=NOON - 30 * MINUTE
    )

    assert canceled.fee_minor == 0


def test_the_owner_cancels_and_the_driver_owes_nothing(
    in_app: Flask, charger: Charger, booking: Booking, hanna: Person
) -> None:
    make_online_box(in_app, now=NOON, evse_id=charger.id)

    canceled = service.cancel(user_id=hanna.id, code=booking.code, now=NOON)

    assert (canceled.ended_by, canceled.fee_minor) == ("OWNER", 0)
    assert canceled.ended_why == "The host called it off."


def test_nell_may_not_cancel_what_is_not_hers(
    booking: Booking, nell: Person, now: datetime
) -> None:
    with pytest.raises(NotFound):
        service.cancel(user_id=nell.id, code=booking.code, now=now)
    with pytest.raises(NotFound):
        service.cancel(user_id=nell.id, code="AAAABBBBCC", now=now)


def test_canceling_twice_is_refused_and_changes_nothing(
    told: list[Event], booking: Booking, dario: Person, now: datetime
) -> None:
    service.cancel(user_id=dario.id, code=booking.code, now=now)

    with pytest.raises(NotNow, match="was canceled"):
        service.cancel(user_id=dario.id, code=booking.code, now=now)
    assert len(told) == 1
    assert len(history(booking.id)) == 2


def test_the_clock_releases_what_nobody_came_for(
    in_app: Flask, told: list[Event], charger: Charger, booking: Booking, nell: Person
) -> None:
    make_online_box(in_app, now=NOON + 20 * MINUTE, evse_id=charger.id)
    assert service.tick(now=NOON + 20 * MINUTE - MINUTE) == 0

    assert service.tick(now=NOON + 20 * MINUTE) == 1

    missed = service.get_booking(booking.id)
    assert missed.state is State.NO_SHOW
    assert (missed.ended_by, missed.fee_minor) == ("SYSTEM", 50)
    assert [type(each) for each in told] == [BookingMissed]
    rest = hours(1, start=NOON + 30 * MINUTE)
    make_booking(nell, charger, now=NOON + 21 * MINUTE, period=rest)
    assert service.tick(now=NOON + 22 * MINUTE) == 0


def test_nobody_owes_for_missing_a_charger_that_was_offline(
    booking: Booking,
) -> None:
    service.tick(now=NOON + 20 * MINUTE)

    assert service.get_booking(booking.id).fee_minor == 0


def test_the_clock_ends_holds_without_telling(
    told: list[Event], charger: Charger, dario: Person, now: datetime
) -> None:
    held = service.take(asked(dario, charger.id), now, hold=True)

    assert service.tick(now=now + 15 * MINUTE) == 1

    assert service.get_booking(held.id).state is State.EXPIRED
    assert taken_slots(charger.id) == []
    assert told == []


def test_who_asked_the_box_to_open_is_no_no_show(booking: Booking) -> None:
    at = NOON + 19 * MINUTE
    with writing() as work:
        service.note_unlock_in(work.session, booking_id=booking.id, now=at)

    assert service.tick(now=NOON + 40 * MINUTE) == 0
    with writing() as work:
        service.forget_unlock_in(
            work.session, booking_id=booking.id, now=NOON + 40 * MINUTE, why="jammed"
        )

    assert service.tick(now=NOON + 40 * MINUTE) == 1


def test_nobody_can_ask_the_box_too_early(booking: Booking, now: datetime) -> None:
    with pytest.raises(NotNow, match="too early"), writing() as work:
        service.note_unlock_in(work.session, booking_id=booking.id, now=now)


def test_a_session_begins_and_ends_a_booking_once(
    charger: Charger, booking: Booking
) -> None:
    with writing() as work:
        assert service.mark_in_use_in(work.session, booking_id=booking.id, now=NOON)
        assert not service.mark_in_use_in(work.session, booking_id=booking.id, now=NOON)
    assert service.get_booking(booking.id).state is State.IN_USE
    assert service.tick(now=booking.ends_at + 60 * MINUTE) == 0

    with writing() as work:
        assert service.complete_in(work.session, booking_id=booking.id, now=NOON)
        assert not service.complete_in(work.session, booking_id=booking.id, now=NOON)

    assert service.get_booking(booking.id).state is State.COMPLETED
    assert taken_slots(charger.id) == []


def test_a_session_of_which_only_the_end_was_heard_completes_the_booking(
    booking: Booking,
) -> None:
    with writing() as work:
        service.complete_in(work.session, booking_id=booking.id, now=NOON)

    assert [step[0] for step in history(booking.id)] == ["book", "start", "complete"]


def test_a_box_that_fails_ends_the_booking_for_free(booking: Booking) -> None:
    with writing() as work:
        service.fail_in(
            work.session, booking_id=booking.id, now=NOON, why="The lock is stuck."
        )

    failed = service.get_booking(booking.id)
    assert (failed.state, failed.fee_minor) == (State.FAILED, 0)
    assert failed.ended_why == "The lock is stuck."


def test_what_has_ended_cannot_begin_again(
    booking: Booking, dario: Person, now: datetime
) -> None:
    service.cancel(user_id=dario.id, code=booking.code, now=now)

    with pytest.raises(NotNow), writing() as work:
        service.mark_in_use_in(work.session, booking_id=booking.id, now=NOON)
    with pytest.raises(NotNow), writing() as work:
        service.complete_in(work.session, booking_id=booking.id, now=NOON)


def test_a_charger_that_goes_takes_its_bookings_along(
    told: list[Event],
    charger: Charger,
    booking: Booking,
    dario: Person,
    nell: Person,
    now: datetime,
) -> None:
    running = make_booking(
        nell, charger, now=now, period=hours(0.5, start=NOON - 60 * MINUTE)
    )
    later = NOON + 180 * MINUTE
    held = service.take(
        replace(asked(nell, charger.id), period=hours(1, start=later)),
        now,
        hold=True,
    )
    with writing() as work:
        service.mark_in_use_in(work.session, booking_id=running.id, now=now)
        canceled = service.cancel_all_in(
            work.session, charger.id, Actor.OWNER, "The charger is going.", now
        )

    assert [each.code for each in canceled] == [booking.code, held.code]
    assert {each.who for each in canceled} == {"OWNER"}
    assert told == []
    states = [service.get_booking(each.id).state for each in (running, booking, held)]
    assert states == [State.IN_USE, State.CANCELED, State.CANCELED]
    assert service.get_booking(booking.id).ended_why == "The charger is going."


def test_what_the_clock_has_ended_is_not_canceled_again(
    charger: Charger, booking: Booking
) -> None:
    with writing() as work:
        canceled = service.cancel_all_in(
            work.session, charger.id, Actor.OWNER, "Gone.", NOON + 30 * MINUTE
        )

    assert canceled == ()
    assert service.get_booking(booking.id).state is State.NO_SHOW
