"""Sixteen drivers want the same time at the same instant; the database decides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import Actor, NotNow, TimeTaken
from app.bookings.service import Booking, changing, clockwork
from app.bookings.service import booking as taking
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.errors import NotFound
from app.kernel.period import Period
from tests.service.bookings.world import asked, taken_slots
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.people import make_person

DRIVERS = 16


@pytest.fixture
def all_see_it_free(monkeypatch: pytest.MonkeyPatch) -> Barrier:
    """Let nobody write before everybody has read that the time is free."""
    barrier = Barrier(DRIVERS)
    really = taking.is_free

    def look_and_wait(charger: Charger, period: Period, now: datetime) -> bool:
        found = really(charger, period, now)
        # Sixteen waiting threads would hold more connections than the pool has.
        db.session.rollback()
        barrier.wait(30)
        return found

    monkeypatch.setattr(taking, "is_free", look_and_wait)
    return barrier


def race(app: Flask, wishes: list[service.Asked], now: datetime) -> list[object]:
    """Let every wish run in a thread of its own; return bookings and refusals."""

    def run(wish: service.Asked) -> object:
        with app.app_context():
            try:
                return service.take(wish, now)
            except TimeTaken as taken:
                return taken
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(run, wishes))


@pytest.mark.usefixtures("all_see_it_free")
def test_one_of_sixteen_wins_and_fifteen_are_told_what_else_is_free(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    drivers = [make_person(f"Driver{n}", now=now) for n in range(DRIVERS)]

    results = race(in_app, [asked(each, charger.id) for each in drivers], now)

    assert sum(isinstance(each, Booking) for each in results) == 1
    refused = [each for each in results if isinstance(each, TimeTaken)]
    assert len(refused) == DRIVERS - 1
    assert all(len(each.alternatives) == 3 for each in refused)
    assert len(taken_slots(charger.id)) == 9


@pytest.mark.usefixtures("all_see_it_free")
def test_overlapping_wishes_never_both_win(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    drivers = [make_person(f"Driver{n}", now=now) for n in range(DRIVERS)]
    wishes = [
        replace(
            asked(each, charger.id),
            period=hours(1.5, start=NOON + timedelta(minutes=15 * (n % 8))),
        )
        for n, each in enumerate(drivers)
    ]

    results = race(in_app, wishes, now)

    won = sorted(each.period for each in results if isinstance(each, Booking))
    assert won
    assert not any(a.overlaps(b) for a, b in zip(won, won[1:], strict=False))


@pytest.mark.usefixtures("all_see_it_free")
def test_sixteen_clicks_of_one_driver_are_one_booking(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    results = race(in_app, [asked(dario, charger.id)] * DRIVERS, now)

    assert all(isinstance(each, Booking) for each in results)
    assert len({each.id for each in results if isinstance(each, Booking)}) == 1


def test_a_change_decided_on_an_old_state_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    old = make_booking(dario, make_charger(hanna, now=now), now=now)
    service.cancel(user_id=dario.id, code=old.code, now=now)

    with pytest.raises(NotNow, match="just changed"), writing() as work:
        changing.apply_in(work.session, old, "cancel", Actor.DRIVER, now)


def test_the_clock_leaves_alone_what_has_changed_meanwhile(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)
    late = NOON + timedelta(minutes=30)
    really = clockwork.load

    def load_then_begin(*conditions: object) -> tuple[Booking, ...]:
        found = really(*conditions)  # type: ignore[arg-type]
        with writing() as work:
            service.note_unlock_in(work.session, booking_id=booking.id, now=NOON)
        monkeypatch.setattr(clockwork, "load", really)
        return found

    monkeypatch.setattr(clockwork, "load", load_then_begin)

    assert service.tick(now=late) == 0
    assert service.get_booking(booking.id).is_live


def test_a_booking_that_is_not_there_cannot_be_changed(
    in_app: Flask, now: datetime
) -> None:
    with pytest.raises(NotFound), writing() as work:
        service.complete_in(work.session, booking_id=99, now=now)
