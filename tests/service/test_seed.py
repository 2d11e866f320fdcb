"""The demo world: whole, made by use cases, and only where nothing is."""

from __future__ import annotations

import json
from datetime import datetime

from flask import Flask

from app.accounts import service as accounts
from app.billing import service as billing
from app.bookings import service as bookings
from app.bookings.service import Booking
from app.chargers import service as chargers
from app.cli.demo.stories import PAST
from app.cli.seed import DEMO_LOG_INS, seed, seed_if_empty
from app.devices import service as devices
from app.kernel.geo import Point
from app.metering import service as metering
from app.metering.service import Reason
from app.search import service as search
from app.search.domain import Query
from app.web import storage
from tests.support.people import make_person

BERLIN = Query(center=Point(52.52, 13.405), radius_m=20_000)
NEW_YORK = Query(center=Point(40.72, -73.95), radius_m=25_000)


def test_the_demo_world_is_whole(app: Flask, now: datetime) -> None:
    runner = app.test_cli_runner()

    first = runner.invoke(seed)
    again = runner.invoke(seed)

    assert first.exit_code == 0, first.output
    assert "dario@plugbid.test" in first.output
    assert again.exit_code == 0
    assert "Nothing was changed" in again.output
    with app.app_context():
        _everybody_can_log_in(now)
        _both_cities_can_be_searched(now)
        _every_past_booking_came_to_its_end(now)
        _darios_booking_waits_only_for_the_box(now)
        _six_boxes_lie_ready(app, now)
    assert not list((app.extensions["plugbid_settings"].instance_dir).glob("mails/*"))


def test_a_database_in_use_is_left_alone(app: Flask, now: datetime) -> None:
    with app.app_context():
        make_person("Somebody", now=now)

        made = seed_if_empty(now=now)

        assert not made
        assert accounts.find_by_email("hanna@plugbid.test") is None


def _everybody_can_log_in(now: datetime) -> None:
    for email, password, _ in DEMO_LOG_INS:
        assert accounts.log_in(
            email=email, password=password, address="127.0.0.1", now=now
        )


def _both_cities_can_be_searched(now: datetime) -> None:
    berlin = search.near(query=BERLIN, vehicle=None, now=now)
    new_york = search.near(query=NEW_YORK, vehicle=None, now=now)

    assert berlin.total + new_york.total == 40
    assert new_york.total > 15
    for hit in (*berlin.hits, *new_york.hits):
        assert hit.photo_key is not None
        assert storage.get(hit.photo_key)


def _every_past_booking_came_to_its_end(now: datetime) -> None:
    states: dict[str, int] = {}
    for each in _all_bookings(now):
        states[each.state] = states.get(each.state, 0) + 1
        if each.state != "COMPLETED":
            continue
        receipt = billing.receipt_for(user_id=each.driver_id, code=each.code)
        assert 0 < receipt.total_minor <= each.ceiling_minor
    sessions = [past for past in PAST if past.outcome not in {"NO_SHOW", "CANCELED"}]
    assert states["COMPLETED"] == len(sessions)
    assert states["NO_SHOW"] == 2
    assert states["CANCELED"] == 1
    assert states["RESERVED"] > 10


def _all_bookings(now: datetime) -> list[Booking]:
    found: list[Booking] = []
    for name in ("Dario", "Priya", "Tom", "Lena", "Carlos"):
        driver = accounts.find_by_email(f"{name}@plugbid.test")
        assert driver is not None
        diary = bookings.bookings_of_driver(driver.id, now)
        found += [*diary.upcoming, *diary.past]
    return found


def _darios_booking_waits_only_for_the_box(now: datetime) -> None:
    dario, hanna = (
        accounts.find_by_email(f"{name}@plugbid.test") for name in ("dario", "hanna")
    )
    assert dario is not None
    assert hanna is not None
    (driveway,) = (
        each for each in chargers.chargers_of(hanna.id) if "driveway" in each.name
    )

    door = metering.unlock_gate(user_id=dario.id, code=driveway.code, now=now)

    assert door.booking is not None
    assert door.booking.starts_at <= now < door.booking.ends_at
    assert door.gate.reason in {Reason.BROKER_DOWN, Reason.OFFLINE}
    assert billing.income_of(hanna.id, now)


def _six_boxes_lie_ready(app: Flask, now: datetime) -> None:
    folder = app.extensions["plugbid_settings"].instance_dir / "boxes"
    homes = sorted(folder.iterdir())

    assert len(homes) == 6
    for home in homes:
        device = devices.find_device(home.name)
        assert device is not None
        assert device.evse_id is not None
        assert not device.is_online(now)
        world = json.loads((home / "world.json").read_text())
        # The meter goes on where the journal of the past ended.
        assert world["meter"]["wh"] >= (device.meter_wh or 0) > 0
        assert json.loads((home / "pair.json").read_text())["code"]
