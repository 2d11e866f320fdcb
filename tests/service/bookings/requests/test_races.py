"""Owner, driver and clock reach for one request at the same instant: one wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import BookingRefused, NotNow, State
from app.bookings.domain.rules import MAX_WAITING
from app.bookings.events import BookingExpired, BookingRequested
from app.bookings.service import Booking
from app.bookings.service.reading import waiting_of
from app.chargers.service import Charger
from app.database import db
from app.kernel.errors import Conflict
from app.kernel.events import Event
from tests.service.bookings.world import active_claims, history
from tests.support.factories_bookings import NOON, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.people import make_person

DEADLINE = NOON - timedelta(minutes=30)
Act = Callable[[], object]


def race(app: Flask, acts: list[Act]) -> list[object]:
    """Let everybody act at once; return what each got, a refusal among others."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> object:
        with app.app_context():
            barrier.wait(30)
            try:
                return act()
            except Conflict as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        results = list(pool.map(run, acts))
    # What this thread has read so far is from before the race.
    db.session.rollback()
    return results


def test_yes_no_and_never_mind_at_once_have_one_winner(
    in_app: Flask,
    told: list[Event],
    request_of: Booking,
    hanna: Person,
    dario: Person,
    now: datetime,
) -> None:
    code = request_of.code
    acts: list[Act] = [
        lambda: service.accept(owner_id=hanna.id, code=code, now=now),
        lambda: service.decline(owner_id=hanna.id, code=code, why="", now=now),
    ] * 4

    results = race(in_app, acts)

    ended = service.get_booking(request_of.id)
    assert ended.state in {State.RESERVED, State.REJECTED}
    # Who asks for what was decided already gets it; the others get a sentence.
    agreed = [each for each in results if isinstance(each, Booking)]
    refused = [each for each in results if isinstance(each, NotNow)]
    assert len(agreed) == len(refused) == 4
    assert {each.state for each in agreed} == {ended.state}
    assert len(told) == 2
    assert len(history(request_of.id)) == 2
    assert len(active_claims(request_of.id)) == (ended.state is State.RESERVED)


def test_accepting_and_taking_back_at_once_leave_no_half_booking(
    in_app: Flask,
    told: list[Event],
    request_of: Booking,
    hanna: Person,
    dario: Person,
    now: datetime,
) -> None:
    code = request_of.code
    results = race(
        in_app,
        [
            lambda: service.accept(owner_id=hanna.id, code=code, now=now),
            lambda: service.cancel(user_id=dario.id, code=code, now=now),
        ],
    )

    ended = service.get_booking(request_of.id)
    # An accepted booking may be called off right afterwards, for nothing.
    assert ended.state is State.CANCELED
    assert ended.fee_minor == 0
    assert active_claims(request_of.id) == []
    steps = [step[0] for step in history(request_of.id)]
    assert steps in (["request", "cancel"], ["request", "accept", "cancel"])
    assert len(told) == len(steps)
    assert isinstance(results[1], Booking)
    assert isinstance(results[0], Booking if len(steps) == 3 else NotNow)


def test_the_clock_and_the_owner_at_the_deadline_agree_that_it_is_over(
    in_app: Flask, told: list[Event], request_of: Booking, hanna: Person
) -> None:
    code = request_of.code
    results = race(
        in_app,
        [
            lambda: service.accept(owner_id=hanna.id, code=code, now=DEADLINE),
            lambda: service.tick(now=DEADLINE),
            lambda: service.tick(now=DEADLINE),
        ],
    )

    assert isinstance(results[0], NotNow)
    assert service.get_booking(request_of.id).state is State.EXPIRED
    assert [type(each) for each in told] == [BookingRequested, BookingExpired]


def test_whose_clock_is_late_accepts_before_or_after_the_expiry_and_never_both(
    in_app: Flask, told: list[Event], request_of: Booking, hanna: Person
) -> None:
    code, late = request_of.code, DEADLINE - timedelta(seconds=1)
    race(
        in_app,
        [
            lambda: service.accept(owner_id=hanna.id, code=code, now=late),
            lambda: service.tick(now=DEADLINE),
        ],
    )

    ended = service.get_booking(request_of.id)
    assert ended.state in {State.RESERVED, State.EXPIRED}
    assert len(active_claims(request_of.id)) == (ended.state is State.RESERVED)
    assert len(told) == 2


def test_a_time_just_freed_and_just_accepted_belongs_to_one_driver(
    in_app: Flask, request_of: Booking, charger: Charger, hanna: Person, now: datetime
) -> None:
    others = [make_person(f"Driver{n}", now=now) for n in range(3)]
    code, late = request_of.code, DEADLINE - timedelta(seconds=1)
    later = type(request_of.period)(NOON + timedelta(hours=1), request_of.ends_at)
    acts: list[Act] = [lambda: service.accept(owner_id=hanna.id, code=code, now=late)]
    acts += [
        lambda each=each: make_booking(each, charger, now=DEADLINE, period=later)  # type: ignore[misc]
        for each in others
    ]

    results = race(in_app, acts)

    live = service.future_bookings_of_charger(charger.id, late)
    kept = [each for each in live if active_claims(each.id)]
    assert len(kept) == 1
    assert sum(isinstance(each, Booking) for each in results) == 1


def test_twelve_questions_of_one_driver_at_once_are_not_more_than_he_may_ask(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    chargers = [make_charger(hanna, now=now, booking_mode="REQUEST") for _ in range(12)]

    def ask(charger: Charger) -> object:
        try:
            return make_booking(dario, charger, now=now)
        except BookingRefused as refusal:
            return refusal

    acts: list[Act] = [lambda each=each: ask(each) for each in chargers]  # type: ignore[misc]

    results = race(in_app, acts)

    assert sum(isinstance(each, Booking) for each in results) == MAX_WAITING
    assert waiting_of(dario.id, now) == MAX_WAITING
