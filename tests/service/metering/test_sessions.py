"""Sessions from the first reading to the sealed record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from app.accounts.service import Person
from app.bookings.domain import State
from app.database import db
from app.metering import service as metering
from app.metering.domain.cdr import fingerprint
from app.metering.events import SessionEnded, SessionStarted
from app.metering.models import CdrRow
from app.metering.service import Phase
from tests.support.factories_bookings import NOON
from tests.support.plugs import Plug


def how_many_cdrs() -> int:
    return db.session.scalar(select(func.count()).select_from(CdrRow)) or 0


def test_a_charge_is_followed_and_billed(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000, minutes=30)
    during = plug.view(asked)
    plug.after(minutes=1)
    plug.stops(asked, 43_100)

    assert during.phase == Phase.CHARGING
    assert during.energy_wh == 5_000
    assert during.power_w == 11_000
    # Two hours at 1 euro and 5 kWh at 39 cents.
    assert during.cost_minor == 200 + 195
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 5_088
    assert cdr.total_minor == 200 + 198
    assert cdr.total_minor <= cdr.ceiling_minor
    assert cdr.content["meter"]["start_wh"] == 38_012
    assert cdr.content["meter"]["stop_wh"] == 43_100
    assert cdr.content["seller"] == "Hanna"
    assert cdr.content["driver"] == "Dario"
    assert fingerprint(cdr.content) == cdr.sha256
    assert plug.booked().state == State.COMPLETED
    after = plug.view(asked)
    assert after.phase == Phase.ENDED
    assert after.ended_because == "The driver stopped charging."
    assert after.cost_minor == cdr.total_minor


def test_replayed_records_bill_nothing_twice(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)
    cdr = metering.find_cdr(plug.booking.id)

    plug.seq = 0
    plug.starts(asked)
    plug.reads(45_000)
    plug.stops(asked, 60_000)
    metering.catch_up(device_id=plug.box.id, now=plug.now)
    metering.tick(now=plug.now)

    assert how_many_cdrs() == 1
    assert metering.find_cdr(plug.booking.id) == cdr


def test_start_readings_and_stop_in_one_late_batch_are_enough(plug: Plug) -> None:
    asked = plug.taps()
    plug.after(minutes=40)

    plug.reports(
        ["S", "start", asked.session_code, 38_012, ""],
        ["M", 39_012, 2301, 16_000, 110_000],
        ["S", "stop", asked.session_code, 40_012, "UNPLUGGED"],
    )

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 2_000
    assert plug.booked().state == State.COMPLETED


def test_no_energy_means_no_bill(plug: Plug) -> None:
    asked = plug.opens()
    plug.after(minutes=15)
    plug.stops(asked, 38_050, "NO_ENERGY")

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.total_minor == 0
    assert cdr.content["lines"] == []
    assert plug.booked().state == State.COMPLETED


def test_a_meter_that_jumps_never_bills_above_the_promise(plug: Plug) -> None:
    asked = plug.opens()
    plug.after(minutes=30)
    plug.reads(38_012 + 900_000)
    plug.stops(asked, 38_012 + 900_000, "ENERGY_CAP")

    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 900_000
    assert cdr.content["billed_wh"] == plug.booking.energy_cap_wh
    assert cdr.total_minor == plug.booking.ceiling_minor


def test_the_live_view_is_ahead_of_the_journal_but_never_billed(plug: Plug) -> None:
    asked = plug.opens()
    plug.after(minutes=1)
    plug.shows(asked, 38_412, power_w=7_400)

    live = plug.view(asked)
    plug.stops(asked, 38_312)

    assert live.energy_wh == 400
    assert live.power_w == 7_400
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 300


def test_the_power_of_a_silent_box_is_unknown(plug: Plug) -> None:
    asked = plug.opens()
    plug.charges(asked, 2_000)
    plug.after(online=False, minutes=3)

    view = plug.view(asked)

    assert view.power_w is None
    assert not view.is_online
    assert view.energy_wh == 2_000


def test_without_a_fresh_live_word_the_last_reading_tells_the_power(
    plug: Plug,
) -> None:
    asked = plug.opens()
    plug.reads(38_100, power_w=3_600)
    plug.after(seconds=40)

    assert plug.view(asked).power_w == 3_600


def test_starting_and_ending_is_told_to_the_rooms_above(plug: Plug) -> None:
    told: list[object] = []
    events = plug.app.extensions["plugbid_events"]
    events.subscribe(SessionStarted, told.append)
    events.subscribe(SessionEnded, told.append)

    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)

    assert told == [
        SessionStarted(
            session_code=asked.session_code,
            booking_code=plug.booking.code,
            charger_id=plug.charger.id,
            driver_id=plug.booking.driver_id,
            owner_id=plug.booking.owner_id,
        ),
        SessionEnded(
            session_code=asked.session_code,
            booking_code=plug.booking.code,
            charger_id=plug.charger.id,
            driver_id=plug.booking.driver_id,
            owner_id=plug.booking.owner_id,
            energy_wh=5_000,
            total_minor=395,
            currency="EUR",
        ),
    ]


def test_the_time_left_runs_to_the_end_and_then_grace(plug: Plug) -> None:
    asked = plug.opens()
    assert plug.view(asked).time_left_s == 119 * 60

    plug.at(plug.booking.ends_at)

    view = plug.view(asked)
    assert view.time_left_s == 0
    assert view.phase == Phase.OVERTIME
    assert view.power_off_at == NOON + timedelta(hours=2, minutes=10)


def test_hanna_sees_what_runs_on_her_chargers(
    plug: Plug, hanna: Person, nell: Person
) -> None:
    asked = plug.opens()

    mine = metering.running_sessions_of_owner(hanna.id, [plug.charger.id], plug.now)
    foreign = metering.running_sessions_of_owner(nell.id, [plug.charger.id], plug.now)

    assert [view.code for view in mine] == [asked.session_code]
    assert foreign == ()
    plug.stops(asked, 38_012)
    assert (
        metering.running_sessions_of_owner(hanna.id, [plug.charger.id], plug.now) == ()
    )


def test_sealed_records_are_found_by_owner_and_booking(
    plug: Plug, hanna: Person, nell: Person
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)

    (cdr,) = metering.cdrs_of_owner(hanna.id)

    assert metering.find_cdr(plug.booking.id) == cdr
    assert metering.cdrs_of_owner(nell.id) == ()
    assert metering.cdrs_of_owner(hanna.id, since=plug.now + timedelta(days=1)) == ()
    assert metering.find_cdr(plug.booking.id + 1) is None
