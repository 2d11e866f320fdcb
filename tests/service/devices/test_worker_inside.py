"""The worker and the embedded broker inside this process, with accidents."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.database import db
from app.devices import broker, heartbeat, ingest, outbox, service, worker
from app.devices.ingest import Inbound
from app.devices.link import Link
from app.devices.worker import DeviceWorker, WorkerFailed
from tests.support import databases
from tests.support.device_house import client_of, now, wait_for
from tests.support.factories_devices import (
    JOURNAL,
    hello,
    make_box,
    meter,
    records,
)
from tests.support.mosquitto import free_port

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("worker")]


@pytest.fixture
def port(in_app: Flask) -> int:
    """A free port that the application takes for the embedded broker's."""
    number = free_port()
    settings = in_app.extensions["plugbid_settings"]
    in_app.extensions["plugbid_settings"] = databases.settings_for(
        settings.database_url, settings.instance_dir, mqtt_embedded_port=number
    )
    in_app.extensions["plugbid_clock"] = now
    return number


class Running:
    """Something that runs in a thread and can be asked to end."""

    def __init__(self, work: Callable[[], object], stop: Callable[[], object]) -> None:
        self.failure: BaseException | None = None
        self._work, self._stop = work, stop
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.failure = error

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._thread.join(15)
        assert not self._thread.is_alive()

    def wait(self) -> BaseException | None:
        """Wait until it ends by itself and return why."""
        self._thread.join(15)
        return self.failure


def running_broker(app: Flask, port: int) -> Running:
    """Return the embedded broker, ready to run."""
    loop = asyncio.new_event_loop()
    ending = asyncio.Event()

    def work() -> None:
        try:
            loop.run_until_complete(broker.serve(app, port=port, ending=ending))
        finally:
            loop.close()

    return Running(work, lambda: loop.call_soon_threadsafe(ending.set))


def running_worker(app: Flask) -> tuple[DeviceWorker, Running]:
    """Return a worker, ready to run."""
    device_worker = DeviceWorker(app)
    return device_worker, Running(device_worker.run, device_worker.stop)


def is_linked() -> bool:
    """Return whether the worker is connected."""
    db.session.rollback()
    return service.broker_ok(now())


@pytest.fixture
def linked(in_app: Flask, port: int) -> Iterator[DeviceWorker]:
    """A worker that is connected."""
    with running_broker(in_app, port):
        device_worker, running = running_worker(in_app)
        with running:
            wait_for(is_linked)
            yield device_worker
        assert running.failure is None


def test_what_a_box_says_is_stored_answered_and_commanded(
    in_app: Flask, port: int, linked: DeviceWorker
) -> None:
    box = make_box(in_app, now=now())
    # make_box put the tests' wire in; the worker's own goes back.
    in_app.extensions["plugbid_device_transport"] = linked._link
    with client_of(box.credentials, port) as client:
        client.listens(f"pb/v1/{box.id}/down/+")
        client.says(f"pb/v1/{box.id}/up/hello", hello())
        client.says(f"pb/v1/{box.id}/up/rec", records(meter(1)))
        wait_for(lambda: len(client.heard) == 2)

    assert len(service.records_after(box.id, JOURNAL, 0)) == 1


def test_the_own_voice_comes_back(linked: DeviceWorker) -> None:
    echoed_s = linked._link._echoed_s

    wait_for(lambda: linked._link._echoed_s > echoed_s)

    assert linked._link.is_alive


def test_a_worker_whose_voice_does_not_come_back_gives_up(
    in_app: Flask, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ECHO_LATE_S", -1)
    with running_broker(in_app, port):
        _device_worker, running = running_worker(in_app)
        with running:
            failure = running.wait()

    assert isinstance(failure, WorkerFailed)
    assert "none back" in str(failure)


def test_a_worker_whose_thread_dies_gives_up(
    in_app: Flask, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise KeyError("a bug")

    monkeypatch.setattr(outbox, "has_queued", fail)
    _device_worker, running = running_worker(in_app)
    with running:
        failure = running.wait()

    assert isinstance(failure, WorkerFailed)


def test_a_worker_without_a_network_thread_gives_up(
    in_app: Flask, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Link, "is_alive", False)
    _device_worker, running = running_worker(in_app)
    with running:
        failure = running.wait()

    assert isinstance(failure, WorkerFailed)
    assert "thread" in str(failure)


def test_a_busy_database_is_tried_again(
    in_app: Flask, port: int, monkeypatch: pytest.MonkeyPatch, linked: DeviceWorker
) -> None:
    calls: list[str] = []
    real = service.tick

    def busy_once(*, now: datetime) -> None:
        calls.append("tick")
        if len(calls) == 1:
            raise OperationalError("tick", {}, Exception("busy"))
        real(now=now)

    monkeypatch.setattr(service, "tick", busy_once)

    wait_for(lambda: len(calls) > 1)


def message(topic: str = "pb/v1/pb-nobody/up/rec") -> Inbound:
    """Return a message as the broker delivers it."""
    return Inbound(topic=topic, payload=b"{}", received_at=now())


def test_messages_are_tried_again_while_the_database_is_away(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_RETRIES_S", (0.0, 0.0))
    attempts: list[int] = []

    def away(_batch: object) -> None:
        attempts.append(1)
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr(ingest, "take", away)

    DeviceWorker(in_app)._take([message()])

    assert len(attempts) == 3


def test_a_batch_that_fails_does_not_end_the_worker(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_batch: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(ingest, "take", fail)

    DeviceWorker(in_app)._take([message()])


def test_a_full_queue_drops_and_counts(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "QUEUE_LENGTH", 2)
    device_worker = DeviceWorker(in_app)
    for _ in range(5):
        device_worker._receive("pb/v1/pb-nobody/up/rec", b"{}", False)

    device_worker._note_overflow()

    assert service.dropped_messages() == {("(worker)", "queue_full"): 3}
    assert len(device_worker._next_batch()) == 2
    assert device_worker._next_batch() == []


def test_a_beat_is_one_row(in_app: Flask, now: datetime) -> None:
    for is_connected in (True, False, True):
        heartbeat.beat(is_connected=is_connected, now=now)

    assert service.broker_ok(now)
