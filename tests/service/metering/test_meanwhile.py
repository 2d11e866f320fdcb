"""What changes between looking and acting, and stories told in the wrong order."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.domain import State
from app.database import writing
from app.devices import service as devices
from app.devices.models import DeviceRow
from app.kernel.period import Period
from app.metering import service as metering
from app.metering.service import Reason, UnlockRefused, acting
from tests.support.factories_bookings import NOON, make_booking
from tests.support.factories_devices import make_box
from tests.support.plugs import Plug


def look_before(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next tap act on what the page showed until now."""
    seen = plug.door()
    monkeypatch.setattr(acting, "unlock_gate", lambda **_: seen)


def test_a_booking_canceled_between_look_and_tap_opens_nothing(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_before(plug, monkeypatch)
    bookings.cancel(user_id=plug.driver.id, code=plug.booking.code, now=plug.now)

    with pytest.raises(UnlockRefused) as refused:
        plug.taps()

    assert refused.value.gate.reason == Reason.ENDED
    assert plug.orders("unlock") == []


def test_a_box_taken_away_between_look_and_tap_opens_nothing(
    plug: Plug, hanna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_before(plug, monkeypatch)
    devices.unpair(owner_id=hanna.id, charger_id=plug.charger.id, now=plug.now)

    with pytest.raises(UnlockRefused) as refused:
        plug.taps()

    assert refused.value.gate.reason == Reason.UNPAIRED
    assert plug.orders("unlock") == []


def test_a_session_begun_between_look_and_tap_is_joined(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = plug.door()
    first = plug.taps()
    monkeypatch.setattr(acting, "unlock_gate", lambda **_: seen)

    assert plug.taps() == first
    assert len(plug.orders("unlock")) == 1


def test_a_refusal_that_nobody_noted_does_not_block_the_next_tap(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plug.taps()
    events = plug.app.extensions["plugbid_events"]
    listeners = dict(events._listeners)
    events._listeners.clear()
    plug.answers(first, ok=False, why="jammed", lock="JAMMED")
    events._listeners.update(listeners)

    second = plug.taps()

    assert second.session_code != first.session_code
    assert plug.view(first).status == "INVALID"


def test_another_drivers_session_begun_meanwhile_keeps_the_lock_shut(
    plug: Plug, nell: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = Period(NOON + timedelta(hours=2, minutes=15), NOON + timedelta(hours=4))
    make_booking(nell, plug.charger, now=plug.now, period=after)
    plug.at(after.starts_at)
    seen = plug.door(nell)
    plug.at(NOON + timedelta(minutes=1))
    plug.opens()
    monkeypatch.setattr(acting, "unlock_gate", lambda **_: seen)

    with pytest.raises(UnlockRefused) as refused:
        plug.taps(nell)

    assert refused.value.gate.reason == Reason.IN_USE


def test_an_old_start_beside_a_running_session_is_logged_and_not_billed(
    plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    lost = plug.taps()
    plug.after(online=False, seconds=30)
    devices.tick(now=plug.now)
    running = plug.taps()
    plug.answers(running)

    with caplog.at_level(logging.ERROR):
        plug.starts(lost, 38_000)
        plug.stops(lost, 38_012, "RETURNED")
        plug.starts(running)
    plug.charges(running, 5_000)
    plug.stops(running, 43_012)

    assert caplog.text.count("started beside running") == 1
    assert plug.view(lost).status == "INVALID"
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.session_code == running.session_code
    assert cdr.energy_wh == 5_000


def test_a_session_of_a_billed_booking_is_never_billed_as_well(
    plug: Plug, caplog: pytest.LogCaptureFixture
) -> None:
    lost = plug.taps()
    plug.after(online=False, seconds=30)
    devices.tick(now=plug.now)
    second = plug.opens()
    plug.charges(second, 5_000)
    plug.stops(second, 43_012)
    before = metering.find_cdr(plug.booking.id)

    with caplog.at_level(logging.ERROR):
        plug.starts(lost, 43_012)
        plug.stops(lost, 50_012)

    assert "is billed already" in caplog.text
    assert metering.find_cdr(plug.booking.id) == before
    assert plug.booked().state == State.COMPLETED


def test_a_box_that_was_exchanged_does_not_speak_for_the_old_one(
    plug: Plug, hanna: Person
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.tells_state()
    devices.unpair(owner_id=hanna.id, charger_id=plug.charger.id, now=plug.now)
    other = make_box(plug.app, now=plug.now, evse_id=plug.charger.id)
    other.connects()
    with writing() as work:
        work.session.get_one(DeviceRow, other.id).meter_wh = 999_999

    view = plug.view(asked)
    metering.tick(now=plug.now)

    assert not view.is_online
    assert view.energy_wh == 5_000
    assert plug.orders("lease") == []
    plug.at(plug.booking.ends_at + timedelta(hours=7), online=False)
    metering.tick(now=plug.now)
    assert plug.view(asked).ended_because == (
        "The box fell silent; its last reading counts."
    )
