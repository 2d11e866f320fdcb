"""A charge on the real firmware, broker, worker and tables, up to the sealed bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings.domain import Booking, State
from app.bookings.service import get_booking
from app.chargers.service import Charger
from app.database import db
from app.devices import boxes, heartbeat
from app.devices import service as devices
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid
from app.metering import service as metering
from app.metering.service import Cdr, Stage
from tests.support.databases import settings_for
from tests.support.device_house import Process, ProductMosquitto, now, wait_for
from tests.support.factories_bookings import make_booking
from tests.support.factories_chargers import make_charger
from tests.support.mosquitto import mosquitto_installed

pytestmark = [
    pytest.mark.service,
    pytest.mark.mosquitto,
    pytest.mark.xdist_group("worker"),
    pytest.mark.skipif(not mosquitto_installed(), reason="Mosquitto is missing"),
]
# A simulated minute of charging each second.
T = TypeVar("T")
WORLD = {"speed": 60, "car": {"plug_after_ms": 300, "unplug_after_stop_ms": 60_000}}


@pytest.fixture
def charger(in_app: Flask, hanna: Person) -> Charger:
    return make_charger(hanna, now=now() - timedelta(hours=1))


@pytest.fixture
def box(in_app: Flask, charger: Charger, tmp_path: Path) -> Iterator[str]:
    """A simulated box at Hanna's charger, with everything it needs running."""
    supervisor = boxes.Supervisor(Path(in_app.instance_path) / "boxes")
    supervisor.start()
    with ProductMosquitto(tmp_path, {}) as broker:
        url = f"mqtt://127.0.0.1:{broker.port}"
        in_app.extensions["plugbid_settings"] = settings_for(
            in_app.config["SQLALCHEMY_DATABASE_URI"],
            Path(in_app.instance_path),
            mqtt_broker_url=url,
        )
        with Process(in_app, tmp_path, "device-worker", MQTT_BROKER_URL=url):
            wait_for(lambda: fresh(lambda: heartbeat.is_fresh(now())), within_s=40)
            code = devices.start_pairing(
                owner_id=charger.owner_id, charger_id=charger.id, now=now()
            )
            device_id = boxes.create_simulated_box(
                pairing_code=code.code, now=now(), world=WORLD
            )
            broker.learn()
            wait_for(lambda: fresh(lambda: is_ready(charger)), within_s=40)
            yield device_id
            supervisor.stop()


def fresh(read: Callable[[], T]) -> T:
    db.session.rollback()
    return read()


def is_ready(charger: Charger) -> bool:
    device = devices.device_of(charger.id)
    return device is not None and device.lock_state == "LOCKED" and device.meter_ok


def book_this_hour(driver: Person, charger: Charger, cap_wh: int | None) -> Booking:
    starts_at = floor_to_grid(now())
    return make_booking(
        driver,
        charger,
        now=starts_at - timedelta(minutes=1),
        period=Period(starts_at, starts_at + timedelta(hours=2)),
        energy_cap_wh=cap_wh,
    )


def opened(driver: Person, charger: Charger) -> str:
    """Tap, wait until the page would say "Open", and return the session's code."""
    asked = metering.unlock(user_id=driver.id, code=charger.code, now=now())
    wait_for(lambda: fresh(lambda: stage(driver, charger)) == Stage.OPEN, within_s=40)
    return asked.session_code


def stage(driver: Person, charger: Charger) -> Stage:
    return metering.unlock_gate(user_id=driver.id, code=charger.code, now=now()).stage


def view(driver: Person, session_code: str) -> metering.SessionView:
    db.session.rollback()
    return metering.session_view(user_id=driver.id, code=session_code, now=now())


def sealed(booking: Booking) -> Cdr:
    found: Cdr = wait_for(
        lambda: fresh(lambda: metering.find_cdr(booking.id)), within_s=60
    )
    return found


def registers(device_id: str, cdr: Cdr) -> tuple[int, int]:
    """Return the registers in the journal's own marks of the session."""
    device = devices.find_device(device_id)
    assert device is not None
    assert device.journal_id is not None
    marks = [
        record.energy_wh
        for record in devices.records_after(
            device_id, device.journal_id, 0, cdr.session_code
        )
        if record.kind == "S"
    ]
    assert len(marks) == 2
    return marks[0] or 0, marks[1] or 0


def test_a_charge_stopped_by_its_driver_is_billed_by_the_meter(
    box: str, charger: Charger, dario: Person
) -> None:
    booking = book_this_hour(dario, charger, None)

    session_code = opened(dario, charger)
    wait_for(lambda: view(dario, session_code).energy_wh > 150, within_s=60)
    during = view(dario, session_code)
    metering.stop(user_id=dario.id, session_code=session_code, now=now())
    cdr = sealed(booking)

    assert during.cost_minor > 0
    assert get_booking(booking.id).state == State.COMPLETED
    start_wh, stop_wh = registers(box, cdr)
    assert cdr.energy_wh == stop_wh - start_wh >= 150
    assert cdr.content["meter"]["start_wh"] == start_wh
    assert cdr.content["session"]["stop_reason"] == "DRIVER"
    assert 0 < cdr.total_minor <= cdr.ceiling_minor


def test_the_promised_energy_stops_the_charge_without_the_server(
    box: str, charger: Charger, dario: Person
) -> None:
    booking = book_this_hour(dario, charger, 300)

    opened(dario, charger)
    cdr = sealed(booking)

    assert cdr.content["session"]["stop_reason"] == "ENERGY_CAP"
    assert cdr.energy_wh >= 100
    assert cdr.total_minor <= booking.ceiling_minor
