"""The real firmware, broker, worker and tables together, as in real life."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import db, writing
from app.devices import boxes, bus, heartbeat, service
from app.devices.models import WorkerBeatRow
from tests.support.databases import settings_for
from tests.support.device_house import (
    Process,
    ProductMosquitto,
    now,
    wait_for,
)
from tests.support.factories_chargers import make_charger
from tests.support.mosquitto import mosquitto_installed

pytestmark = [
    pytest.mark.service,
    pytest.mark.mosquitto,
    pytest.mark.xdist_group("worker"),
    pytest.mark.skipif(not mosquitto_installed(), reason="Mosquitto is missing"),
]
# A simulated minute of charging each second.
WORLD = {"speed": 60, "car": {"plug_after_ms": 300, "unplug_after_stop_ms": 500}}


@pytest.fixture
def charger(in_app: Flask, hanna: Person) -> Charger:
    """Hanna's charger."""
    return make_charger(hanna, now=now())


@pytest.fixture
def house(in_app: Flask) -> Iterator[boxes.Supervisor]:
    """Runs the simulated boxes."""
    supervisor = boxes.Supervisor(Path(in_app.instance_path) / "boxes")
    supervisor.start()
    yield supervisor
    supervisor.stop()


def fresh(read: Callable[[], object]) -> object:
    """Read past what this session has seen before."""
    db.session.rollback()
    return read()


def queue(device_id: str, op: str, **arg: object) -> str:
    """Queue a command that lives ten seconds."""
    with writing() as work:
        return bus.send(
            work.session,
            device_id=device_id,
            op=op,
            arg=arg,
            requested_by=None,
            ttl_s=10,
            now=now(),
        )


def done(command_id: str) -> service.Command:
    """Wait until the box has answered, and expect that it did what was asked."""
    wait_for(lambda: fresh(lambda: not service.command(command_id).is_pending(now())))
    answer = service.command(command_id)
    assert answer.state == "DONE", answer
    return answer


def device(device_id: str) -> service.Device:
    """Return the box as it is known now."""
    db.session.rollback()
    found = service.find_device(device_id)
    assert found is not None
    return found


def online(app: Flask, charger: Charger, broker_port: int) -> str:
    """Start a simulated box, wait until it is paired, and return its id."""
    app.extensions["plugbid_settings"] = settings_for(
        app.config["SQLALCHEMY_DATABASE_URI"],
        Path(app.instance_path),
        mqtt_broker_url=f"mqtt://127.0.0.1:{broker_port}",
    )
    code = service.start_pairing(
        owner_id=charger.owner_id, charger_id=charger.id, now=now()
    )
    return boxes.create_simulated_box(pairing_code=code.code, now=now(), world=WORLD)


def charge(device_id: str, session_code: str) -> None:
    """Unlock, let some energy flow."""
    before = device(device_id).meter_wh or 0
    end_ms = int((now() + timedelta(hours=1)).timestamp() * 1000)
    unlocked = done(
        queue(device_id, "unlock", sid=session_code, end=end_ms, wh=20_000, lease=600)
    )
    assert unlocked.op == "unlock"
    wait_for(lambda: (device(device_id).meter_wh or 0) > before + 100)


def assert_whole(device_id: str, session_code: str) -> None:
    """Expect every record once, without a gap, from the start to the stop."""
    known = device(device_id)
    assert known.journal_id is not None
    found = service.records_after(device_id, known.journal_id, 0)
    assert [record.seq for record in found] == list(range(1, len(found) + 1))
    marks = [record for record in found if record.session_code == session_code]
    assert [mark.name for mark in marks] == ["start", "stop"]
    registers = [record.energy_wh for record in found if record.kind == "M"]
    assert registers == sorted(registers)
    assert known.lost_records == 0


def test_pairing_unlocking_charging_and_stopping_with_everything_killed_between(
    in_app: Flask, charger: Charger, house: boxes.Supervisor, tmp_path: Path
) -> None:
    with ProductMosquitto(tmp_path, {}) as mosquitto:
        url = f"mqtt://127.0.0.1:{mosquitto.port}"
        with Process(in_app, tmp_path, "device-worker", MQTT_BROKER_URL=url) as worker:
            wait_for(lambda: fresh(lambda: heartbeat.is_fresh(now())), within_s=40)
            device_id = online(in_app, charger, mosquitto.port)
            mosquitto.learn()
            wait_for(lambda: fresh(lambda: service.device_of(charger.id)))
            wait_for(lambda: device(device_id).lock_state == "LOCKED")

            test = done(
                service.request_selftest(
                    owner_id=charger.owner_id, charger_id=charger.id, now=now()
                )
            )
            assert test.result is not None
            assert test.result["lock_ms"] < 1000  # type: ignore[operator]
            charge(device_id, "LOOP1")
            worker.kill()
            mosquitto.restart()
            worker.start()
            restarted_at = now()
            wait_for(lambda: linked_since(restarted_at), within_s=40)
            wait_for(lambda: seen_since(device_id, restarted_at), within_s=40)
            done(queue(device_id, "stop", sid="LOOP1", why="DRIVER"))
            wait_for(lambda: _has_stopped(device_id, "LOOP1"))

            assert_whole(device_id, "LOOP1")
            assert not (house_folder(in_app) / device_id / "pair.json").exists()
    assert "Traceback" not in worker.log()


def linked_since(at: datetime) -> bool:
    """Return whether a worker has connected after the instant."""
    db.session.rollback()
    beat = db.session.get(WorkerBeatRow, "device-worker")
    return beat is not None and beat.is_connected and beat.beat_at > at


def seen_since(device_id: str, at: datetime) -> bool:
    """Return whether the box has spoken after the instant."""
    known = device(device_id)
    seen_at = known.last_seen_at
    return known.said_online and seen_at is not None and seen_at > at


def _has_stopped(device_id: str, session_code: str) -> bool:
    known = device(device_id)
    found = service.records_after(device_id, known.journal_id or 0, 0, session_code)
    return any(record.name == "stop" for record in found)


def house_folder(app: Flask) -> Path:
    """Return where the simulated boxes live."""
    return Path(app.instance_path) / "boxes"


def test_a_box_whose_power_is_cut_comes_back_with_the_same_journal(
    in_app: Flask, charger: Charger, house: boxes.Supervisor, tmp_path: Path
) -> None:
    with ProductMosquitto(tmp_path, {}) as mosquitto:
        url = f"mqtt://127.0.0.1:{mosquitto.port}"
        with Process(in_app, tmp_path, "device-worker", MQTT_BROKER_URL=url):
            wait_for(lambda: fresh(lambda: heartbeat.is_fresh(now())), within_s=40)
            device_id = online(in_app, charger, mosquitto.port)
            mosquitto.learn()
            wait_for(lambda: device(device_id).journal_id)
            journal_id = device(device_id).journal_id
            first_pid = house.pids[device_id]

            house_kill(first_pid)
            wait_for(lambda: not device(device_id).said_online)
            wait_for(lambda: device(device_id).is_online(now()))

            assert house.pids[device_id] != first_pid
            assert device(device_id).journal_id == journal_id
            boxes.remove(device_id)
            wait_for(lambda: device_id not in house.pids)


def house_kill(pid: int) -> None:
    """Cut a box's power (SIGKILL)."""
    os.kill(pid, signal.SIGKILL)
