"""What a form's key does, and times that are only held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.domain import BookingRefused, NotNow, State, TimeTaken
from app.bookings.events import BookingMade
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.events import Event
from app.schedules import claims
from tests.service.bookings.world import active_claims, asked, history, taken_slots
from tests.support.factories_bookings import hours, make_booking
from tests.support.factories_chargers import make_charger

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(in_app: Flask) -> list[Event]:
    """Everything that bookings announce from here on."""
    heard: list[Event] = []
    in_app.extensions["plugbid_events"].subscribe(BookingMade, heard.append)
    return heard


def test_the_same_form_twice_is_one_booking(
    in_app: Flask, told: list[Event], hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    first = service.take(asked(dario, charger.id), now)
    second = service.take(asked(dario, charger.id), now)

    assert second == first
    assert len(told) == 1


def test_a_form_sent_again_after_canceling_makes_no_new_booking(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    first = service.take(asked(dario, charger.id), now)
    service.cancel(user_id=dario.id, code=first.code, now=now)

    assert service.take(asked(dario, charger.id), now).state is State.CANCELED
    assert taken_slots(charger.id) == []


@pytest.mark.parametrize(
    "change",
    [{"period": hours(1)}, {"energy_cap_wh": 9_000}, {"charger_id": 2}],
)
def test_the_same_key_with_another_wish_is_refused(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    change: dict[str, object],
) -> None:
    charger = make_charger(hanna, now=now)
    make_charger(hanna, now=now)
    wish = asked(dario, charger.id)
    service.take(wish, now)

    with pytest.raises(BookingRefused, match="already made another booking"):
        service.take(replace(wish, **change), now)  # type: ignore[arg-type]


def test_keys_of_different_drivers_have_nothing_to_do_with_each_other(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger, other = make_charger(hanna, now=now), make_charger(hanna, now=now)

    first = service.take(asked(dario, charger.id), now)
    second = service.take(asked(nell, other.id), now)

    assert first.id != second.id


@pytest.mark.parametrize("key", ["", "x" * 65])
def test_a_form_without_a_usable_key_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime, key: str
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(BookingRefused, match="not complete"):
        service.take(asked(dario, charger.id, key), now)


def test_a_hold_keeps_the_time_and_can_be_confirmed(
    in_app: Flask, told: list[Event], hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    held = service.take(asked(dario, charger.id), now, hold=True)
    assert held.state is State.HELD
    assert told == []
    booking = service.confirm(driver_id=dario.id, code=held.code, now=now + 14 * MINUTE)

    assert booking.state is State.RESERVED
    assert active_claims(booking.id)[0].expires_at is None
    assert len(told) == 1
    assert [step[0] for step in history(booking.id)] == ["hold", "confirm"]


def test_an_expired_hold_gives_way_although_no_job_has_run(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    held = service.take(asked(dario, charger.id), now, hold=True)
    later = now + 15 * MINUTE

    with pytest.raises(TimeTaken):
        make_booking(nell, charger, now=later - MINUTE)
    booking = make_booking(nell, charger, now=later)

    assert booking.state is State.RESERVED
    assert active_claims(held.id) == []
    with pytest.raises(NotNow, match="not confirmed in time"):
        service.confirm(driver_id=dario.id, code=held.code, now=later)


def test_a_hold_whose_time_was_given_back_is_not_confirmed(
    in_app: Flask, told: list[Event], hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    held = service.take(asked(dario, charger.id), now, hold=True)
    with writing() as work:
        # A process whose clock runs ahead has retired it.
        claims.retire_expired_in(
            work.session, evse_id=charger.id, now=now + 16 * MINUTE
        )

    with pytest.raises(NotNow, match="not held for you any more"):
        service.confirm(driver_id=dario.id, code=held.code, now=now + 14 * MINUTE)

    assert service.get_booking(held.id).state is State.HELD
    assert told == []


def test_nobody_confirms_the_hold_of_another(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    held = service.take(asked(dario, charger.id), now, hold=True)

    with pytest.raises(NotFound):
        service.confirm(driver_id=nell.id, code=held.code, now=now)
