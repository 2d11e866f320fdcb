"""The server's device side as real processes: broker, worker, and clients of boxes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from flask import Flask

from app.devices import mosquitto
from app.devices.mosquitto import Listener
from app.devices.provisioning import Credentials
from tests.support.databases import SECRET
from tests.support.mosquitto import Mosquitto

ROOT = Path(__file__).resolve().parents[2]


def now() -> datetime:
    """Return the machine's clock, by which the processes live."""
    return datetime.now(UTC)


def wait_for(what: Callable[[], Any], *, within_s: float = 15) -> Any:
    """Return the first true answer, or fail."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {within_s} s: {what}")


class ProductMosquitto(Mosquitto):
    """Mosquitto with the very files that the product writes for production."""

    def __enter__(self) -> ProductMosquitto:
        """Write the files and start; needs an application context."""
        self.write()
        self.start()
        return self

    def write(self) -> None:
        """Write accounts and rules of every box provisioned so far."""
        mosquitto.write_config(self.folder, Listener(port=self.port))
        with (self.folder / "mosquitto.conf").open("a") as conf:
            conf.write(f"user root\nlog_dest file {self.folder}/mosquitto.log\n")

    def learn(self) -> None:
        """Let the running broker know newly provisioned boxes."""
        self.write()
        os.kill(self.pid, signal.SIGHUP)


class Process:
    """One ``flask`` command of the product, until the end of the with block."""

    def __init__(self, app: Flask, folder: Path, *command: str, **env: str) -> None:
        self._command = [sys.executable, "-m", "flask", *command]
        self._log = folder / f"{command[0]}.log"
        settings = app.extensions["plugbid_settings"]
        self._env = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": SECRET,
            "INSTANCE_DIR": str(settings.instance_dir),
            **env,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Process:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to end, then insist."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def start(self) -> None:
        """Start the process."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._env, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it without a warning (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end (SIGTERM)."""
        assert self._process is not None
        self._process.terminate()

    def wait(self) -> int:
        """Wait until it ends by itself and return its code."""
        assert self._process is not None
        return self._process.wait(60)

    def log(self) -> str:
        """Return what it has said."""
        return self._log.read_text()


class Client:
    """An MQTT client with somebody's credentials, for good deeds and bad ones."""

    def __init__(self, port: int, name: str, password: str, *, id: str = "") -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self.codes: list[Any] = []
        self._port = port
        version = paho.CallbackAPIVersion.VERSION2
        self._paho = paho.Client(version, client_id=id or name)
        self._paho.username_pw_set(name, password)
        self._paho.on_connect = lambda _c, _d, _f, code, _p: self.codes.append(code)
        self._paho.on_message = lambda _c, _d, m: self.heard.append(
            (m.topic, m.payload, m.retain)
        )
        self._paho.on_subscribe = lambda _c, _d, _m, codes, _p: self.granted.extend(
            codes
        )
        self.granted: list[Any] = []

    def __enter__(self) -> Client:
        """Connect."""
        self._paho.connect("127.0.0.1", self._port)
        self._paho.loop_start()
        wait_for(lambda: self.codes)
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye."""
        self._paho.disconnect()
        self._paho.loop_stop()

    @property
    def is_in(self) -> bool:
        """Whether the broker let us in."""
        return bool(self.codes and not self.codes[-1].is_failure)

    def says(self, topic: str, body: Any, *, retain: bool = False) -> None:
        """Publish and wait for the broker's confirmation."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._paho.publish(topic, payload, 1, retain).wait_for_publish(5)

    def listens(self, topic: str) -> bool:
        """Subscribe and return whether the broker allowed it."""
        self.granted.clear()
        self._paho.subscribe(topic, 1)
        wait_for(lambda: self.granted)
        return not self.granted[0].is_failure


def client_of(credentials: Credentials, port: int) -> Client:
    """Return a client with a box's own credentials."""
    return Client(port, credentials.device_id, credentials.password)
