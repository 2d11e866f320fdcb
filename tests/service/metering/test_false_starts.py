"""The plug was put back unused: nothing is owed, and the driver may try again."""

from __future__ import annotations

from datetime import timedelta

from app.bookings.domain import State
from app.metering import service as metering
from app.metering.service import Phase, Reason, Stage
from tests.support.plugs import Plug


def test_after_a_false_start_the_same_booking_opens_again(plug: Plug) -> None:
    first = plug.opens()
    plug.after(seconds=90)
    plug.stops(first, 38_012, "RETURNED")
    assert metering.find_cdr(plug.booking.id) is None
    assert plug.booked().state == State.IN_USE
    door = plug.door()
    assert (door.stage, door.gate.reason) == (Stage.CLOSED, Reason.READY)
    view = plug.view(first)
    assert (view.phase, view.ended_because) == (
        Phase.ENDED,
        "The plug was returned.",
    )

    plug.after(minutes=5)
    second = plug.opens(38_012)
    plug.charges(second, 5_000)
    plug.stops(second, 43_012)

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.session_code == second.session_code
    assert cdr.energy_wh == 5_000


def test_a_false_start_alone_ends_with_the_booking_and_costs_nothing(
    plug: Plug,
) -> None:
    asked = plug.opens()
    plug.stops(asked, 38_012, "RETURNED")
    power_off_at = plug.booking.ends_at + timedelta(minutes=10)

    plug.at(power_off_at - timedelta(seconds=1))
    assert metering.tick(now=plug.now) == 0
    plug.at(power_off_at)
    assert metering.tick(now=plug.now) == 1
    assert metering.tick(now=plug.now) == 0

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.total_minor == 0
    assert plug.booked().state == State.COMPLETED


def test_a_plug_returned_after_the_end_closes_the_booking_at_once(plug: Plug) -> None:
    asked = plug.opens()
    plug.at(plug.booking.ends_at + timedelta(minutes=1))

    plug.stops(asked, 38_012, "RETURNED")

    assert plug.booked().state == State.COMPLETED


def test_a_session_running_after_a_false_start_is_not_closed(plug: Plug) -> None:
    first = plug.opens()
    plug.stops(first, 38_012, "RETURNED")
    second = plug.opens()
    plug.charges(second, 5_000)
    plug.at(plug.booking.ends_at + timedelta(minutes=10), online=False)

    metering.tick(now=plug.now)

    assert metering.find_cdr(plug.booking.id) is None
    assert plug.view(second).status == "ACTIVE"


def test_a_plug_returned_after_charging_is_billed(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012, "RETURNED")

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.total_minor == 395
