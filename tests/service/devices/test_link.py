"""The guards around Flask-MQTT, and the lock that keeps a second worker out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text

from app.database import db
from app.devices import link
from app.devices.link import Link
from app.devices.single import AlreadyRunning, SingleWorker
from tests.support import databases
from tests.support.device_house import now
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


def test_only_one_worker_holds_the_lock(in_app: Flask) -> None:
    with SingleWorker() as single:
        single.require()
        with pytest.raises(AlreadyRunning), SingleWorker():
            pass
    with SingleWorker():
        pass


def test_the_database_lets_one_worker_in_whatever_machine_it_runs_on(
    in_app: Flask, tmp_path: Path
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lives on one machine; the file lock covers it")
    settings = in_app.extensions["plugbid_settings"]
    with SingleWorker() as single:
        elsewhere = tmp_path / "elsewhere"
        in_app.extensions["plugbid_settings"] = databases.settings_for(
            settings.database_url, elsewhere
        )
        with pytest.raises(AlreadyRunning), SingleWorker():
            pass
        assert single._connection is not None
        backend = single._connection.scalar(text("SELECT pg_backend_pid()"))
        db.session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        with pytest.raises(AlreadyRunning):
            single.require()


def test_a_link_without_a_broker_sends_nothing(in_app: Flask, port: int) -> None:
    bare = Link(in_app, lambda *_: None)
    assert not bare.is_connected
    assert not bare.is_alive
    assert not bare.publish("pb/v1/x/down/cmd", b"", qos=1)
    bare.stop()


def test_a_broken_connection_forgets_what_was_not_confirmed(
    in_app: Flask, port: int
) -> None:
    line = Link(in_app, lambda *_: None)
    line.start()
    try:
        # paho queues this for later; a stale unlock was once delivered this way.
        line._mqtt.client.publish("pb/v1/x/down/cmd", b"late", 1)
        assert line._mqtt.client._out_messages

        line._on_disconnect(line._mqtt.client, None, 1)

        assert not line._mqtt.client._out_messages
        assert line.changed.is_set()
    finally:
        line.stop()


def test_a_refused_log_in_is_not_taken_for_a_connection(
    in_app: Flask, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    line = Link(in_app, lambda *_: None)

    line._on_connect(None, None, None, 5)

    assert not line.changed.is_set()
    assert "refuses" in caplog.text


def test_a_failing_receiver_does_not_end_the_network_thread(
    in_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    line = Link(in_app, fail)

    line._on_message(None, None, SimpleNamespace(topic="t", payload=b"", retain=False))

    assert "could not be queued" in caplog.text


def test_a_library_that_would_forget_the_session_is_refused(
    in_app: Flask, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = link._flask_mqtt_config(in_app.extensions["plugbid_settings"])
    monkeypatch.setattr(
        link, "_flask_mqtt_config", lambda _s: {**config, "MQTT_CLEAN_SESSION": True}
    )
    line = Link(in_app, lambda *_: None)

    with pytest.raises(RuntimeError, match="session"):
        line.start()
    line.stop()


def test_a_broker_with_tls_gets_its_usual_port(in_app: Flask, tmp_path: Path) -> None:
    settings = databases.settings_for(
        "sqlite://", tmp_path, mqtt_broker_url="mqtts://me:word@broker.example"
    )

    config = link._flask_mqtt_config(settings)

    assert (config["MQTT_BROKER_URL"], config["MQTT_BROKER_PORT"]) == (
        "broker.example",
        8883,
    )
    assert (config["MQTT_USERNAME"], config["MQTT_PASSWORD"]) == ("me", "word")
    assert config["MQTT_TLS_ENABLED"] is True
