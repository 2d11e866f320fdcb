"""What the clock does for sessions, and what it must leave alone."""

from __future__ import annotations

from datetime import timedelta

from app.bookings.domain import State
from app.devices import service as devices
from app.metering import service as metering
from tests.support.factories_devices import JOURNAL, NOW_MS, hello, records
from tests.support.plugs import Plug


def test_the_lease_is_renewed_every_two_minutes_while_the_box_is_online(
    plug: Plug,
) -> None:
    asked = plug.opens()
    for _ in range(5):
        plug.after(online=False, minutes=1)
        plug.tells_state(sid=asked.session_code, pwr="CLOSED")
        metering.tick(now=plug.now)
        plug.orders("lease")

    leases = plug.orders("lease")
    assert len(leases) == 2
    assert leases[0]["arg"] == {"sid": asked.session_code, "lease": 900}


def test_no_lease_goes_to_a_box_that_is_offline(plug: Plug) -> None:
    plug.opens()
    plug.after(online=False, minutes=5)

    metering.tick(now=plug.now)

    plug.tells_state()
    assert plug.orders("lease") == []


def test_a_box_that_missed_the_end_is_told_to_stop(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 9_000, minutes=110)
    plug.at(plug.booking.ends_at + timedelta(minutes=10), online=False)
    plug.tells_state(sid=asked.session_code, pwr="CLOSED")
    metering.tick(now=plug.now)
    assert plug.orders("stop") == []

    plug.after(online=False, seconds=31)
    metering.tick(now=plug.now)
    metering.tick(now=plug.now)

    assert len(plug.orders("stop")) == 1
    plug.stops(asked, 47_100, "OWNER")
    assert plug.view(asked).ended_because == "The booked time was over."


def test_the_stop_is_repeated_while_the_box_goes_on(plug: Plug) -> None:
    asked = plug.opens()
    plug.at(plug.booking.ends_at + timedelta(minutes=11), online=False)
    for _ in range(3):
        plug.after(online=False, seconds=40)
        plug.tells_state(sid=asked.session_code, pwr="CLOSED")
        devices.tick(now=plug.now)
        metering.tick(now=plug.now)
        plug.orders("stop")

    assert len(plug.orders("stop")) == 2


def test_an_idle_session_is_ended_and_costs_nothing(plug: Plug) -> None:
    asked = plug.opens()
    for _ in range(17):
        plug.after(online=False, minutes=1)
        plug.tells_state(sid=asked.session_code, pwr="CLOSED")
        metering.tick(now=plug.now)

    assert len(plug.orders("stop")) == 1
    plug.stops(asked, 38_020, "OWNER")
    assert plug.view(asked).ended_because == "The car took no energy."
    assert plug.view(asked).cost_minor == 0


def test_a_car_that_charged_is_never_ended_as_idle(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)

    metering.tick(now=plug.now)

    assert plug.orders("stop") == []


def test_a_silent_box_is_waited_for_long_after_the_end(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)
    heard_at = plug.now
    power_off = plug.booking.ends_at + timedelta(minutes=10)

    plug.at(power_off + timedelta(hours=5, minutes=59), online=False)
    metering.tick(now=plug.now)
    assert plug.view(asked).status == "ACTIVE"
    plug.at(power_off + timedelta(hours=6), online=False)
    metering.tick(now=plug.now)

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 4_000
    assert cdr.ended_at == heard_at
    assert cdr.content["session"]["ended_because"] == (
        "The box fell silent; its last reading counts."
    )
    assert plug.booked().state == State.COMPLETED


def test_a_box_that_comes_back_in_time_tells_the_whole_story(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)
    plug.at(plug.booking.ends_at + timedelta(hours=3), online=False)
    metering.tick(now=plug.now)

    plug.tells_state()
    metering.tick(now=plug.now)
    assert plug.view(asked).status == "ACTIVE"
    plug.stops(asked, 48_012, "END_OF_BOOKING")

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 10_000


def test_a_box_that_lost_its_memory_ends_the_session_at_the_last_reading(
    plug: Plug,
) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)
    plug.box.says("hello", hello(c=2, bn="ffffffffffffffff", j=JOURNAL + 1))
    plug.journal = JOURNAL + 1

    plug.after(online=False, minutes=2)
    plug.tells_state(c=2, j=JOURNAL + 1)
    metering.tick(now=plug.now)
    assert plug.view(asked).status == "ACTIVE"
    plug.after(online=False, minutes=2)
    plug.tells_state(c=2, j=JOURNAL + 1)
    metering.tick(now=plug.now)

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 4_000
    assert cdr.content["session"]["stop_reason"] == "LOST"


def test_a_backlog_with_losses_is_waited_for_until_its_end(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)
    last = plug.seq + 70
    plug.after(online=False, hours=1)
    plug.box.says("hello", hello(c=2, s=last))
    plug.tells_state(c=2, s=last)
    # The box gave up 60 records; of the other ten it has sent one.
    plug.seq += 61
    sent = [["M", plug.seq, NOW_MS, 2, 45_000, 2301, 16_000, 110_000]]
    plug.box.says("rec", records(*sent, d=60))

    plug.after(online=False, minutes=4)
    plug.tells_state(c=2, s=last)
    metering.tick(now=plug.now)
    assert plug.view(asked).status == "ACTIVE"
    plug.seq = last - 1
    left = range(last - 8, last)
    rest = [["M", seq, NOW_MS, 2, 46_000, 2301, 16_000, 110_000] for seq in left]
    plug.box.says("rec", records(*rest, d=60))
    plug.stops(asked, 48_012)

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 10_000
    assert cdr.content["session"]["stop_reason"] == "DRIVER"


def test_a_stop_among_the_lost_records_is_not_waited_for(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000, minutes=30)
    last = plug.seq + 61
    plug.after(online=False, hours=1)
    plug.box.says("hello", hello(c=2, s=last))
    plug.tells_state(c=2, s=last)
    sent = [["M", last, NOW_MS, 2, 45_000, 2301, 0, 0]]
    plug.box.says("rec", records(*sent, d=60))

    plug.after(online=False, minutes=4)
    plug.tells_state(c=2, s=last)
    metering.tick(now=plug.now)

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.content["session"]["stop_reason"] == "LOST"


def test_a_tap_that_nobody_answered_is_given_up(plug: Plug) -> None:
    asked = plug.taps()

    plug.after(seconds=16)
    devices.tick(now=plug.now)
    metering.tick(now=plug.now)

    view = plug.view(asked)
    assert view.status == "INVALID"
    assert view.ended_because == (
        "The box did not answer. Nothing was opened as far as we know."
    )
    assert plug.booked().unlock_asked_at is None


def test_ticking_twice_changes_nothing_more(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 4_000)
    plug.stops(asked, 42_012)

    assert metering.tick(now=plug.now) == 0
    assert metering.find_cdr(plug.booking.id) is not None
