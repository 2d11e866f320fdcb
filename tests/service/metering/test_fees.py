"""Who came in time and met a lock that failed owes nothing, whatever he does next."""

from __future__ import annotations

from datetime import timedelta

from app.bookings import service as bookings
from app.bookings.domain import State
from app.devices import service as devices
from app.metering import service as metering
from tests.service.bookings.world import history
from tests.support.factories_bookings import NOON
from tests.support.plugs import Plug

NO_SHOW_AT = NOON + timedelta(minutes=20)


def test_who_never_came_pays_the_fee(plug: Plug) -> None:
    plug.at(NO_SHOW_AT)

    bookings.tick(now=plug.now)

    assert (plug.booked().state, plug.booked().fee_minor) == (State.NO_SHOW, 50)


def test_a_jammed_lock_costs_no_fee_though_the_box_is_well(plug: Plug) -> None:
    asked = plug.taps()
    plug.answers(asked, ok=False, why="jammed")
    plug.at(NO_SHOW_AT)

    bookings.tick(now=plug.now)

    assert (plug.booked().state, plug.booked().fee_minor) == (State.NO_SHOW, 0)
    assert ("unlock_failed", "SYSTEM", "RESERVED", "RESERVED") in history(
        plug.booking.id
    )


def test_who_gives_up_at_a_jammed_lock_cancels_free_of_charge(plug: Plug) -> None:
    asked = plug.taps()
    plug.answers(asked, ok=False, why="jammed")

    canceled = bookings.cancel(
        user_id=plug.driver.id, code=plug.booking.code, now=plug.now
    )

    assert canceled.fee_minor == 0


def test_a_box_that_never_answered_costs_no_fee(plug: Plug) -> None:
    plug.taps()
    plug.after(seconds=16)
    devices.tick(now=plug.now)
    metering.tick(now=plug.now)
    plug.at(NO_SHOW_AT)

    bookings.tick(now=plug.now)

    assert (plug.booked().state, plug.booked().fee_minor) == (State.NO_SHOW, 0)


def test_a_tap_still_unanswered_at_the_end_costs_no_fee(plug: Plug) -> None:
    plug.taps()
    plug.at(plug.booking.ends_at)

    bookings.tick(now=plug.now)

    assert (plug.booked().state, plug.booked().fee_minor) == (State.NO_SHOW, 0)


def test_the_stop_of_a_canceled_booking_is_repeated_and_nothing_is_billed(
    plug: Plug,
) -> None:
    asked = plug.taps()
    bookings.cancel(user_id=plug.driver.id, code=plug.booking.code, now=plug.now)
    plug.answers(asked)
    plug.starts(asked)
    plug.orders("stop")
    for _ in range(3):
        plug.after(online=False, seconds=61)
        plug.tells_state(sid=asked.session_code, pwr="CLOSED")
        devices.tick(now=plug.now)
        metering.tick(now=plug.now)
        plug.reads(40_012)
        plug.orders("stop")

    # The first one as soon as it began, then one a minute until the box obeys.
    assert len(plug.orders("stop")) == 4
    plug.stops(asked, 43_012, "OWNER")
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert (cdr.energy_wh, cdr.total_minor) == (5_000, 0)
    assert (cdr.content["billed_wh"], cdr.content["lines"]) == (0, [])
    plug.after(seconds=61)
    metering.tick(now=plug.now)
    assert len(plug.orders("stop")) == 4
    assert plug.booked().state == State.CANCELED
