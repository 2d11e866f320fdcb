"""Unlocking through the database, the outbox and the box's real answers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.domain import State
from app.devices import heartbeat
from app.devices import service as devices
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.metering import service as metering
from app.metering.service import Reason, Stage, UnlockRefused
from tests.support.factories_bookings import NOON, make_booking
from tests.support.plugs import Plug


def test_a_tap_sends_one_signed_command_with_the_caps(plug: Plug) -> None:
    asked = plug.taps()

    (order,) = plug.orders("unlock")
    assert order["id"] == asked.command_id
    assert order["arg"]["sid"] == asked.session_code
    assert order["arg"]["wh"] == plug.booking.energy_cap_wh
    power_off = plug.booking.ends_at + timedelta(minutes=10)
    assert order["arg"]["end"] == int(power_off.timestamp() * 1000)
    assert plug.door().stage == Stage.OPENING


def test_the_booking_stays_reserved_until_the_box_says_open(plug: Plug) -> None:
    asked = plug.taps()
    assert plug.booked().state == State.RESERVED

    plug.answers(asked)

    assert plug.booked().state == State.IN_USE
    assert plug.door().stage == Stage.OPEN
    assert plug.view(asked).status == "ACTIVE"


def test_the_start_record_alone_begins_the_session_as_well(plug: Plug) -> None:
    asked = plug.taps()

    plug.starts(asked)

    assert plug.booked().state == State.IN_USE
    assert plug.view(asked).status == "ACTIVE"


def test_tapping_twice_sends_one_command(plug: Plug) -> None:
    first = plug.taps()
    second = plug.taps()

    assert first == second
    assert len(plug.orders("unlock")) == 1


def test_a_refusal_costs_nothing_and_the_page_says_why(plug: Plug) -> None:
    asked = plug.taps()

    plug.answers(asked, ok=False, why="jammed", lock="JAMMED")

    door = plug.door()
    assert door.stage == Stage.FAILED
    assert door.refusal == "The lock is stuck. Press the flap shut and tap again."
    assert door.may_retry
    assert door.gate.is_open
    assert plug.booked().state == State.RESERVED
    assert plug.view(asked).status == "INVALID"


def test_after_a_refusal_the_next_tap_begins_a_new_session(plug: Plug) -> None:
    first = plug.taps()
    plug.answers(first, ok=False, why="jammed", lock="JAMMED")

    second = plug.taps()
    plug.answers(second)

    assert second.session_code != first.session_code
    assert plug.booked().state == State.IN_USE


def test_a_command_that_could_not_leave_dies_and_is_told(plug: Plug) -> None:
    plug.box.wire.is_connected = False
    asked = plug.taps()

    plug.after(online=False, seconds=30)
    devices.tick(now=plug.now)

    assert plug.orders("unlock") == []
    door = plug.door()
    assert door.stage == Stage.FAILED
    assert "did not reach the box in time" in (door.refusal or "")
    assert plug.view(asked).status == "INVALID"


def test_a_session_believed_dead_counts_when_the_box_did_open(plug: Plug) -> None:
    asked = plug.taps()
    plug.after(online=False, seconds=30)
    devices.tick(now=plug.now)
    assert plug.view(asked).status == "INVALID"

    plug.starts(asked)

    assert plug.view(asked).status == "ACTIVE"
    assert plug.booked().state == State.IN_USE


def test_a_session_believed_dead_takes_the_place_of_a_waiting_one(plug: Plug) -> None:
    first = plug.taps()
    plug.after(online=False, seconds=30)
    devices.tick(now=plug.now)
    second = plug.taps()

    plug.starts(first)

    assert plug.view(first).status == "ACTIVE"
    assert plug.view(second).status == "INVALID"


def test_a_late_answer_in_the_outbox_is_found_by_the_clock(plug: Plug) -> None:
    asked = plug.taps()
    # The listener was down while the box answered.
    events = plug.app.extensions["plugbid_events"]
    listeners = dict(events._listeners)
    events._listeners.clear()
    plug.answers(asked)
    events._listeners.update(listeners)
    assert plug.view(asked).status == "PENDING"

    metering.tick(now=plug.now)

    assert plug.view(asked).status == "ACTIVE"
    assert plug.booked().state == State.IN_USE


def test_while_it_runs_the_lock_opens_again_for_the_same_session(plug: Plug) -> None:
    first = plug.opens()
    plug.after(minutes=5)

    again = plug.taps()

    assert again.session_code == first.session_code
    assert again.command_id != first.command_id
    assert len(plug.orders("unlock")) == 2
    plug.answers(again, ok=False, why="jammed", lock="JAMMED")
    assert plug.view(first).status == "ACTIVE"
    assert plug.door().stage == Stage.FAILED


def test_nell_may_not_open_and_learns_nothing(plug: Plug, nell: Person) -> None:
    plug.opens()

    door = plug.door(nell)

    assert door.gate.reason == Reason.NO_BOOKING
    assert door.booking is None
    assert door.session_code is None
    with pytest.raises(UnlockRefused):
        plug.taps(nell)


def test_hanna_may_not_use_a_drivers_booking(plug: Plug, hanna: Person) -> None:
    with pytest.raises(UnlockRefused) as refused:
        plug.taps(hanna)

    assert refused.value.gate.reason == Reason.NO_BOOKING


@pytest.mark.parametrize("code", ["AAAAAAAAAA", "nonsense", ""])
def test_a_code_of_no_charger_is_not_found(plug: Plug, code: str) -> None:
    with pytest.raises(NotFound):
        metering.unlock_gate(user_id=plug.driver.id, code=code, now=plug.now)


def test_the_code_may_be_typed_carelessly(plug: Plug) -> None:
    code = plug.charger.code
    typed = f" {code[:4].lower()}-{code[4:]} "

    assert metering.charger_at(typed).id == plug.charger.id


def test_early_is_told_with_the_instant_from_which_it_opens(plug: Plug) -> None:
    plug.at(NOON - timedelta(minutes=11))

    door = plug.door()

    assert door.gate.reason == Reason.TOO_EARLY
    assert door.gate.opens_at == NOON - timedelta(minutes=10)
    plug.at(NOON - timedelta(minutes=10))
    assert plug.door().gate.is_open


def test_nobody_opens_early_into_the_time_before(plug: Plug, nell: Person) -> None:
    before = Period(NOON - timedelta(hours=1, minutes=15), NOON - timedelta(minutes=15))
    plug.at(before.starts_at - timedelta(minutes=1))
    make_booking(nell, plug.charger, now=plug.now, period=before)

    plug.at(NOON - timedelta(minutes=10))

    door = plug.door()
    assert door.gate.reason == Reason.TOO_EARLY
    assert door.gate.opens_at == NOON


def test_a_canceled_booking_opens_nothing(plug: Plug) -> None:
    bookings.cancel(user_id=plug.driver.id, code=plug.booking.code, now=plug.now)

    assert plug.door().gate.reason == Reason.CANCELED
    with pytest.raises(UnlockRefused):
        plug.taps()


def test_a_released_booking_says_that_nobody_came(plug: Plug) -> None:
    plug.at(NOON + timedelta(minutes=20))

    assert plug.door().gate.reason == Reason.MISSED


def test_after_the_end_the_booking_opens_nothing(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000, minutes=30)
    plug.stops(asked, 43_012)

    assert plug.door().gate.reason == Reason.ENDED


def test_a_broker_that_is_down_is_said_at_once(plug: Plug) -> None:
    heartbeat.beat(is_connected=False, now=plug.now)

    assert plug.door().gate.reason == Reason.BROKER_DOWN
    with pytest.raises(UnlockRefused):
        plug.taps()


def test_a_box_that_fell_silent_is_offline(plug: Plug) -> None:
    plug.after(online=False, minutes=5)

    assert plug.door().gate.reason == Reason.OFFLINE


def test_a_charger_without_a_box_says_so(plug: Plug, hanna: Person) -> None:
    devices.unpair(owner_id=hanna.id, charger_id=plug.charger.id, now=plug.now)

    assert plug.door().gate.reason == Reason.UNPAIRED


def test_the_driver_before_keeps_the_next_one_out(plug: Plug, nell: Person) -> None:
    after = Period(NOON + timedelta(hours=2, minutes=15), NOON + timedelta(hours=4))
    make_booking(nell, plug.charger, now=plug.now, period=after)
    asked = plug.opens()

    plug.at(after.starts_at)

    assert plug.door(nell).gate.reason == Reason.IN_USE
    with pytest.raises(UnlockRefused):
        plug.taps(nell)
    plug.stops(asked, 39_000, "END_OF_BOOKING")
    assert plug.door(nell).gate.is_open


def test_a_booking_canceled_while_it_opens_is_stopped_at_once(plug: Plug) -> None:
    asked = plug.taps()
    bookings.cancel(user_id=plug.driver.id, code=plug.booking.code, now=plug.now)

    plug.answers(asked)

    assert plug.booked().state == State.CANCELED
    assert len(plug.orders("stop")) == 1
    plug.starts(asked)
    plug.stops(asked, 38_020, "OWNER")
    assert plug.view(asked).ended_because == (
        "The booking had ended before the lock opened."
    )
    assert plug.booked().state == State.CANCELED


def test_the_nearest_booking_decides_when_there_are_several(
    plug: Plug, dario: Person, in_app: Flask, now: datetime
) -> None:
    later = Period(NOON + timedelta(hours=5), NOON + timedelta(hours=6))
    make_booking(dario, plug.charger, now=plug.now, period=later)

    assert plug.door().booking == plug.booked()
    plug.at(NOON + timedelta(hours=3))
    door = plug.door()
    assert door.booking is not None
    assert door.booking.starts_at == later.starts_at
    assert door.gate.reason == Reason.TOO_EARLY
