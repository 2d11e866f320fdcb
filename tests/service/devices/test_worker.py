"""The device worker as a process, on a real Mosquitto and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.database import db, writing
from app.devices import bus, heartbeat, provisioning, service
from app.devices.keys import server_password
from app.devices.link import CLIENT_ID
from app.devices.provisioning import Credentials
from tests.support.databases import SECRET
from tests.support.device_house import (
    Client,
    Process,
    ProductMosquitto,
    client_of,
    now,
    wait_for,
)
from tests.support.factories_devices import JOURNAL, hello, meter, records, state
from tests.support.mosquitto import mosquitto_installed

pytestmark = [
    pytest.mark.service,
    pytest.mark.mosquitto,
    pytest.mark.xdist_group("worker"),
    pytest.mark.skipif(not mosquitto_installed(), reason="Mosquitto is missing"),
]


@pytest.fixture
def box(in_app: Flask) -> Credentials:
    """A provisioned box."""
    return provisioning.provision(now=now())


@pytest.fixture
def other(in_app: Flask) -> Credentials:
    """Another box."""
    return provisioning.provision(now=now())


@pytest.fixture
def broker(
    in_app: Flask, box: Credentials, other: Credentials, tmp_path: Path
) -> Iterator[ProductMosquitto]:
    """Mosquitto with the product's own configuration."""
    with ProductMosquitto(tmp_path, {}) as broker:
        yield broker


@pytest.fixture
def worker(
    in_app: Flask, broker: ProductMosquitto, tmp_path: Path
) -> Iterator[Process]:
    """The worker process, connected."""
    url = f"mqtt://127.0.0.1:{broker.port}"
    with Process(in_app, tmp_path, "device-worker", MQTT_BROKER_URL=url) as worker:
        wait_for(lambda: fresh(lambda: heartbeat.is_fresh(now())), within_s=40)
        yield worker


def fresh(read: object) -> object:
    """Read past what this session has seen before."""
    db.session.rollback()
    return read()  # type: ignore[operator]


def stored(box: Credentials) -> list[int]:
    """Return the numbers of the stored records."""
    db.session.rollback()
    found = service.records_after(box.device_id, JOURNAL, 0)
    return [record.seq for record in found]


def queue(box: Credentials, ttl_s: int = 10) -> str:
    """Queue a command."""
    with writing() as work:
        return bus.send(
            work.session,
            device_id=box.device_id,
            op="identify",
            arg={},
            requested_by=None,
            ttl_s=ttl_s,
            now=now(),
        )


def command(command_id: str) -> service.Command:
    """Return the command as it is now."""
    db.session.rollback()
    return service.command(command_id)


def topic(box: Credentials, rest: str) -> str:
    """Return a topic of the box."""
    return f"pb/v1/{box.device_id}/{rest}"


def test_records_are_acknowledged_and_survive_a_killed_worker(
    worker: Process, broker: ProductMosquitto, box: Credentials
) -> None:
    with client_of(box, broker.port) as client:
        assert client.listens(topic(box, "down/+"))
        client.says(topic(box, "up/rec"), records(meter(1), meter(2)))
        wait_for(lambda: client.heard)
        worker.kill()
        # The broker keeps these for the server's session while nobody is there.
        client.says(topic(box, "up/rec"), records(meter(3)))
        client.says(topic(box, "up/rec"), records(meter(2), meter(3), meter(4)))
        worker.start()

        wait_for(lambda: stored(box) == [1, 2, 3, 4], within_s=40)

        wait_for(lambda: client.heard[-1][1] == b'{"j":%d,"s":4}' % JOURNAL)


def test_a_command_reaches_the_box_within_a_second_and_is_not_retained(
    worker: Process, broker: ProductMosquitto, box: Credentials
) -> None:
    with client_of(box, broker.port) as client:
        client.listens(topic(box, "down/cmd"))
        client.says(topic(box, "up/hello"), hello())
        client.says(topic(box, "up/state"), state(), retain=True)
        wait_for(lambda: fresh(lambda: service.find_device(box.device_id).said_online))

        command_id = queue(box)
        wait_for(lambda: client.heard, within_s=1)

    assert command(command_id).state == "SENT"
    # The account has one connection at a time.
    worker.stop()
    worker.wait()
    with Client(broker.port, "server", server_password(SECRET), id="spy") as spy:
        spy.listens("pb/v1/+/down/#")
        spy.listens("pb/v1/+/up/state")
        wait_for(lambda: spy.heard)
    assert [heard[0] for heard in spy.heard] == [topic(box, "up/state")]


def test_a_command_never_comes_late_after_an_outage_of_the_broker(
    worker: Process, broker: ProductMosquitto, box: Credentials
) -> None:
    with client_of(box, broker.port) as client:
        client.says(topic(box, "up/hello"), hello())
        wait_for(lambda: fresh(lambda: service.find_device(box.device_id).said_online))
    broker.kill()
    wait_for(lambda: fresh(lambda: not heartbeat.is_fresh(now())), within_s=4)

    command_id = queue(box, ttl_s=1)
    wait_for(lambda: command(command_id).state == "EXPIRED")
    broker.start()
    wait_for(lambda: fresh(lambda: heartbeat.is_fresh(now())), within_s=40)

    with client_of(box, broker.port) as client:
        client.listens(topic(box, "down/cmd"))
        client.says(topic(box, "up/hello"), hello(c=2))
        second = queue(box)
        wait_for(lambda: command(second).state == "SENT")
        wait_for(lambda: client.heard)
        assert command_id.encode() not in b"".join(each[1] for each in client.heard)


def test_a_box_can_neither_speak_nor_hear_for_another(
    worker: Process, broker: ProductMosquitto, box: Credentials, other: Credentials
) -> None:
    with client_of(other, broker.port) as thief, client_of(box, broker.port) as client:
        thief.listens(topic(box, "down/+"))
        thief.listens("#")
        thief.says(topic(box, "up/rec"), records(meter(1)))
        thief.says(topic(box, "down/rack"), {"j": JOURNAL, "s": 99})
        client.listens(topic(box, "down/+"))
        client.says(topic(box, "up/rec"), records(meter(1), meter(2)))
        wait_for(lambda: client.heard)

        assert stored(box) == [1, 2]
        assert stored(other) == []
        assert client.heard == [(topic(box, "down/rack"), client.heard[0][1], False)]
        assert thief.heard == []


def test_a_box_cannot_take_over_the_session_of_the_server(
    worker: Process, broker: ProductMosquitto, box: Credentials
) -> None:
    thief = Client(broker.port, box.device_id, box.password, id=CLIENT_ID)
    with thief:
        thief.listens(topic(box, "down/+"))
        thief.says(topic(box, "up/rec"), records(meter(1)))
        wait_for(lambda: thief.heard)

        assert {heard[0] for heard in thief.heard} == {topic(box, "down/rack")}
    log = broker.log()
    assert "already connected" not in log
    assert "as server (" in log
    assert f"as {CLIENT_ID} " not in log


def test_a_wrong_password_is_refused(
    broker: ProductMosquitto, box: Credentials, other: Credentials
) -> None:
    with Client(broker.port, box.device_id, other.password) as client:
        assert not client.is_in
    with client_of(box, broker.port) as client:
        assert client.is_in


def test_a_second_worker_does_not_start(
    worker: Process, in_app: Flask, tmp_path: Path
) -> None:
    second_folder = tmp_path / "second"
    second_folder.mkdir()

    with Process(in_app, second_folder, "device-worker") as second:
        assert second.wait() == 1

    assert "already" in second.log()


def test_a_worker_that_ends_says_so_at_once(worker: Process) -> None:
    worker.__exit__()

    assert fresh(lambda: not heartbeat.is_fresh(now()))
    assert "Traceback" not in worker.log()
