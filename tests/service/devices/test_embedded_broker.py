"""The embedded broker keeps the same promises as Mosquitto, for what we need of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.database import db
from app.devices import heartbeat, provisioning, service
from app.devices.keys import server_password
from app.devices.provisioning import Credentials
from tests.support.databases import SECRET
from tests.support.device_house import Client, Process, client_of, now, wait_for
from tests.support.factories_devices import JOURNAL, hello, meter, records, state
from tests.support.mosquitto import free_port

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("worker")]


@pytest.fixture
def box(in_app: Flask) -> Credentials:
    """A provisioned box."""
    return provisioning.provision(now=now())


@pytest.fixture
def other(in_app: Flask) -> Credentials:
    """Another box."""
    return provisioning.provision(now=now())


@pytest.fixture
def port(in_app: Flask, tmp_path: Path) -> Iterator[int]:
    """The port of an embedded broker with a worker connected to it."""
    number = str(free_port())
    env = {"MQTT_EMBEDDED_PORT": number}
    with (
        Process(in_app, tmp_path, "broker", **env) as broker,
        Process(in_app, tmp_path, "device-worker", **env) as worker,
    ):
        wait_for(is_linked, within_s=40)
        yield int(number)
    for process in (broker, worker):
        assert "Traceback" not in process.log(), process.log()


def is_linked() -> bool:
    """Return whether the worker is connected."""
    db.session.rollback()
    return heartbeat.is_fresh(now())


def stored(box: Credentials) -> list[int]:
    """Return the numbers of the stored records."""
    db.session.rollback()
    found = service.records_after(box.device_id, JOURNAL, 0)
    return [record.seq for record in found]


def topic(box: Credentials, rest: str) -> str:
    """Return a topic of the box."""
    return f"pb/v1/{box.device_id}/{rest}"


def test_hello_and_records_are_answered(port: int, box: Credentials) -> None:
    with client_of(box, port) as client:
        assert client.listens(topic(box, "down/+"))
        client.says(topic(box, "up/hello"), hello())
        client.says(topic(box, "up/rec"), records(meter(1), meter(2)))

        wait_for(lambda: len(client.heard) == 2)

    assert stored(box) == [1, 2]
    assert client.heard[1][1] == b'{"j":%d,"s":2}' % JOURNAL


def test_a_box_can_neither_speak_nor_hear_for_another(
    port: int, box: Credentials, other: Credentials
) -> None:
    with client_of(box, port) as client, client_of(other, port) as thief:
        client.says(topic(box, "up/state"), state(), retain=True)
        assert not thief.listens(topic(box, "down/+"))
        assert not thief.listens("#")
        thief.says(topic(box, "up/rec"), records(meter(1)))
        thief.says(topic(box, "down/rack"), {"j": JOURNAL, "s": 99})
        client.listens(topic(box, "down/+"))
        client.says(topic(box, "up/rec"), records(meter(1), meter(2)))
        wait_for(lambda: client.heard)

        assert stored(box) == [1, 2]
        assert [heard[0] for heard in client.heard] == [topic(box, "down/rack")]
    with client_of(other, port) as thief:
        # amqtt as it comes would hand out the first box's retained state here.
        thief.listens(topic(other, "down/+"))
        thief.says(topic(other, "up/rec"), records(meter(1)))
        wait_for(lambda: thief.heard)

    assert {heard[0] for heard in thief.heard} == {topic(other, "down/rack")}


def test_strangers_stay_outside(
    port: int, box: Credentials, other: Credentials
) -> None:
    attempts = (
        (box.device_id, other.password, box.device_id),
        (box.device_id, box.password, other.device_id),
        ("pb-nobody", box.password, "pb-nobody"),
        ("server", "guess", "server"),
    )
    for name, password, client_id in attempts:
        with Client(port, name, password, id=client_id) as client:
            assert not client.is_in, name
    with Client(port, "server", server_password(SECRET), id="spy") as client:
        assert client.is_in


def test_what_boxes_say_while_the_worker_is_away_waits_for_it(
    in_app: Flask, box: Credentials, tmp_path: Path
) -> None:
    env = {"MQTT_EMBEDDED_PORT": str(free_port())}
    with (
        Process(in_app, tmp_path, "broker", **env),
        Process(in_app, tmp_path, "device-worker", **env) as worker,
    ):
        wait_for(is_linked, within_s=40)
        worker.kill()
        with client_of(box, int(env["MQTT_EMBEDDED_PORT"])) as client:
            client.says(topic(box, "up/rec"), records(meter(1)))
            worker.start()

            wait_for(lambda: stored(box) == [1], within_s=40)
    assert service.dropped_messages() == {}
