"""Asking for a time: what is claimed, until when, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import (
    BookingRefused,
    NotNow,
    State,
    TimeTaken,
)
from app.bookings.domain.rules import MAX_WAITING
from app.bookings.service import Booking
from app.bookings.service.reading import waiting_of
from app.chargers.models import EvseRow
from app.chargers.service import Charger
from app.database import writing
from app.kernel.events import Event
from app.kernel.period import Period
from app.schedules import claims
from app.schedules import service as schedules
from tests.service.bookings.world import active_claims, asked, history, taken_slots
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger

MINUTE = timedelta(minutes=1)
# Noon is asked for, and half an hour before it is the last moment to answer.
DEADLINE = NOON - 30 * MINUTE


def kinds(events: Iterable[Event]) -> list[str]:
    """Return the names of what was told."""
    return [type(each).__name__ for each in events]


def test_asking_claims_the_time_at_the_same_promise_and_books_nothing(
    told: list[Event], charger: Charger, hanna: Person, dario: Person, now: datetime
) -> None:
    at_once = make_charger(hanna, now=now)

    booking = make_booking(dario, charger, now=now)

    booked = make_booking(dario, at_once, now=now)
    assert booking.state is State.REQUESTED
    assert booking.answer_by == DEADLINE
    assert (booking.ceiling_minor, booking.quote) == (
        booked.ceiling_minor,
        booked.quote,
    )
    (claim,) = active_claims(booking.id)
    assert (claim.kind, claim.expires_at) == ("HOLD", DEADLINE)
    assert len(taken_slots(charger.id)) == 9
    assert kinds(told) == ["BookingRequested", "BookingMade"]
    assert history(booking.id) == [("request", "DRIVER", None, "REQUESTED")]
    assert not booking.shows_address(now)


def test_nobody_else_gets_a_time_that_waits_for_its_answer(
    request_of: Booking, charger: Charger, nell: Person, now: datetime
) -> None:
    free = schedules.free_periods(charger=charger, window=hours(2), now=now)

    assert free == ()
    with pytest.raises(TimeTaken):
        make_booking(nell, charger, now=now)


def test_without_an_answer_the_time_is_free_again_with_no_job_at_all(
    request_of: Booking, charger: Charger, hanna: Person, nell: Person
) -> None:
    # Just after the deadline, a stay from one to two o'clock can still be asked for.
    later = hours(1, start=NOON + timedelta(hours=1))
    free = schedules.free_periods(charger=charger, window=later, now=DEADLINE)

    other = make_booking(nell, charger, now=DEADLINE, period=later)

    assert free == (later,)
    assert other.state is State.REQUESTED
    assert active_claims(request_of.id) == []
    with pytest.raises(NotNow, match="not confirmed in time"):
        service.accept(owner_id=hanna.id, code=request_of.code, now=DEADLINE)


def test_the_clock_writes_down_that_nobody_answered_and_says_so_once(
    told: list[Event], request_of: Booking
) -> None:
    before = service.tick(now=DEADLINE - MINUTE)
    counts = [service.tick(now=DEADLINE) for _ in range(2)]

    ended = service.get_booking(request_of.id)
    assert (before, counts) == (0, [1, 0])
    assert ended.state is State.EXPIRED
    assert ended.ended_why == "The host did not answer in time."
    assert ended.fee_minor == 0
    assert kinds(told) == ["BookingRequested", "BookingExpired"]
    assert active_claims(request_of.id) == []


def test_the_same_form_twice_asks_once(
    told: list[Event], charger: Charger, dario: Person, now: datetime
) -> None:
    first = service.take(asked(dario, charger.id), now)
    second = service.take(asked(dario, charger.id), now)

    assert second == first
    assert kinds(told) == ["BookingRequested"]


def test_a_driver_asks_five_times_and_no_sixth(
    charger: Charger, hanna: Person, dario: Person, now: datetime
) -> None:
    def period(n: int) -> Period:
        return hours(1, start=NOON + timedelta(hours=2 * n))

    made = [make_booking(dario, charger, now=now, period=period(n)) for n in range(5)]

    with pytest.raises(BookingRefused, match="5 of your requests"):
        make_booking(dario, charger, now=now, period=period(5))
    service.accept(owner_id=hanna.id, code=made[0].code, now=now)
    assert make_booking(dario, charger, now=now, period=period(5)).is_live


def test_what_waits_longest_is_shown_first_and_what_expired_not_at_all(
    charger: Charger, hanna: Person, dario: Person, now: datetime
) -> None:
    late = make_booking(
        dario, charger, now=now, period=hours(1, start=NOON + timedelta(days=2))
    )
    soon = make_booking(dario, charger, now=now)

    waiting = service.requests_of_owner(hanna.id, now)
    after = service.requests_of_owner(hanna.id, DEADLINE)

    assert [each.code for each in waiting] == [soon.code, late.code]
    assert [each.code for each in after] == [late.code]
    assert service.requests_of_owner(dario.id, now) == ()


def test_a_hold_becomes_a_question_where_the_owner_answers_first(
    told: list[Event], charger: Charger, dario: Person, now: datetime
) -> None:
    held = service.take(asked(dario, charger.id), now, hold=True)

    booking = service.confirm(driver_id=dario.id, code=held.code, now=now + MINUTE)

    assert booking.state is State.REQUESTED
    assert active_claims(booking.id)[0].expires_at == DEADLINE
    assert kinds(told) == ["BookingRequested"]


def test_a_hold_that_is_gone_asks_nothing(
    told: list[Event], charger: Charger, dario: Person, now: datetime
) -> None:
    held = service.take(asked(dario, charger.id), now, hold=True)
    with writing() as work:
        claims.retire_expired_in(
            work.session, evse_id=charger.id, now=now + 16 * MINUTE
        )

    with pytest.raises(NotNow, match="not held for you any more"):
        service.confirm(driver_id=dario.id, code=held.code, now=now + MINUTE)
    assert told == []


def test_what_is_asked_with_too_little_notice_is_refused_at_its_start(
    charger: Charger, dario: Person, now: datetime
) -> None:
    soon = replace(
        asked(dario, charger.id), period=hours(1, start=NOON - timedelta(minutes=75))
    )

    with pytest.raises(BookingRefused, match="60 minutes ahead"):
        service.take(soon, now)


def answers_from_now_on(charger: Charger) -> None:
    """Let the owner of a charger that was booked at once answer each driver."""
    with writing() as work:
        work.session.execute(
            update(EvseRow)
            .where(EvseRow.id == charger.id)
            .values(booking_mode="REQUEST")
        )


def test_a_hold_that_leaves_no_time_for_an_answer_becomes_no_question(
    told: list[Event], hanna: Person, dario: Person, now: datetime
) -> None:
    at_once = make_charger(hanna, now=now)
    soon = replace(asked(dario, at_once.id), period=hours(1, start=NOON - 90 * MINUTE))
    held = service.take(soon, now, hold=True)
    answers_from_now_on(at_once)

    with pytest.raises(NotNow, match="choose a later time"):
        service.confirm(driver_id=dario.id, code=held.code, now=now + MINUTE)

    assert service.get_booking(held.id).state is State.HELD
    assert told == []


def test_a_hold_is_no_way_round_the_most_requests_that_may_wait(
    hanna: Person, dario: Person, charger: Charger, now: datetime
) -> None:
    others = [
        make_charger(hanna, now=now, booking_mode="REQUEST") for _ in range(MAX_WAITING)
    ]
    held = service.take(asked(dario, charger.id), now, hold=True)
    for each in others:
        make_booking(dario, each, now=now)

    with pytest.raises(BookingRefused, match="wait for an answer already"):
        service.confirm(driver_id=dario.id, code=held.code, now=now + MINUTE)

    assert waiting_of(dario.id, now) == MAX_WAITING
