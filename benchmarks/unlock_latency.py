"""Prints how long it takes from the tap to "Open", over HTTP, MQTT and real firmware.

.venv/bin/python -m benchmarks.unlock_latency [--taps 200] [--boxes 10] [--amqtt]

Everything is the product's own: granian with two workers, device worker, broker,
and one MicroPython process for each box, whose simulated bolt takes 120 ms.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from app import create_app
from app.accounts import service as accounts
from app.bookings import service as bookings
from app.database import db
from app.devices import boxes, service
from app.devices.models import CommandRow
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid
from app.web import clock
from tests.support import databases
from tests.support.device_house import Process, ProductMosquitto, wait_for
from tests.support.factories_chargers import make_charger
from tests.support.mosquitto import free_port
from tests.support.people import make_person

# What the page itself does while the lock opens.
PAGE_POLL_S = 0.3
WORLD = {"speed": 1, "lock": {"move_ms": 120}}


@dataclass
class Driver:
    """Somebody with a booking at a charger of his own, in his own browser."""

    code: str
    charger_id: int
    cookie: str
    port: int
    csrf: str = ""
    taps_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str) -> tuple[int, str]:
        """Send what htmx would send, and return status and body."""
        headers = {
            "Cookie": f"plugbid={self.cookie}",
            "HX-Request": "true",
            "X-CSRFToken": self.csrf,
        }
        self._http.request(method, path, headers=headers)
        answer = self._http.getresponse()
        body = answer.read().decode()
        cookie = re.search(r"plugbid=([^;]+)", answer.getheader("Set-Cookie") or "")
        self.cookie = cookie[1] if cookie else self.cookie
        return answer.status, body

    def open_page(self) -> None:
        """Load the unlock page and keep the token of its form."""
        _status, body = self.ask("GET", f"/u/{self.code}")
        token = re.search(r'name="csrf_token" value="([^"]+)"', body)
        assert token, body
        self.csrf = token[1]

    def tap(self) -> None:
        """Tap the button and wait until the page says that the lock is open."""
        begun = time.perf_counter()
        status, body = self.ask("POST", f"/u/{self.code}")
        assert status == 200, body
        while "<h1>Open</h1>" not in body:
            assert time.perf_counter() - begun < 15, body
            time.sleep(PAGE_POLL_S)
            _status, body = self.ask("GET", f"/u/{self.code}/state")
        self.taps_s.append(time.perf_counter() - begun)

    def relock(self) -> None:
        """Lock the flap again and wait until the box says so."""
        _status, body = self.ask("GET", f"/u/{self.code}")
        found = re.search(r"/sessions/([A-Z0-9]+)", body)
        assert found, body
        status, body = self.ask("POST", f"/sessions/{found[1]}/relock")
        assert status == 200, body
        wait_for(lambda: _lock_of(self.charger_id) == "LOCKED")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--taps", type=int, default=200)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--amqtt", action="store_true", help="the embedded broker")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        drivers = _world(Path(folder), stack, options)
        for driver in drivers:
            driver.open_page()
        for number in range(options.taps):
            driver = drivers[number % len(drivers)]
            driver.tap()
            driver.relock()
        taps_s = [tap for driver in drivers for tap in driver.taps_s]
        print("amqtt" if options.amqtt else "Mosquitto", "and SQLite")
        _print("tap to 'Open' on the page (asks every 300 ms)", taps_s)
        _print("tap to the box's answer", _spans_s("created_at", "answered_at"))
        _print("  of it: until the command leaves", _spans_s("created_at", "sent_at"))
        _print("  of it: box, with 120 ms of bolt", _spans_s("sent_at", "answered_at"))


def _world(folder: Path, stack: ExitStack, options: argparse.Namespace) -> list[Driver]:
    port, web = free_port(), free_port()
    url = f"sqlite:///{folder}/plugbid.db"
    databases.migrate(url, folder)
    broker = None if options.amqtt else ProductMosquitto(folder, {})
    address = f"mqtt://127.0.0.1:{broker.port}" if broker else None
    app = create_app(
        databases.settings_for(
            url, folder, mqtt_broker_url=address, mqtt_embedded_port=port
        )
    )
    stack.enter_context(app.app_context())
    env = {"MQTT_BROKER_URL": address} if address else {"MQTT_EMBEDDED_PORT": str(port)}
    drivers = [_driver(app, number, web) for number in range(options.boxes)]
    if broker:
        stack.enter_context(broker)
    else:
        stack.enter_context(Process(app, folder, "broker", **env))
    stack.enter_context(Process(app, folder, "device-worker", **env))
    supervisor = boxes.Supervisor(folder / "boxes")
    supervisor.start()
    stack.callback(supervisor.stop)
    stack.enter_context(_Web(app, folder, web, env))
    for driver in drivers:
        wait_for(lambda at=driver: _lock_of(at.charger_id) == "LOCKED", within_s=60)
    return drivers


class _Web(Process):
    """The web server as ``flask run-all`` starts it."""

    def __init__(
        self, app: Flask, folder: Path, port: int, env: dict[str, str]
    ) -> None:
        super().__init__(app, folder, "web", **env)
        granian = str(Path(sys.executable).with_name("granian"))
        self._command = [granian, "--interface", "wsgi", "--port", str(port)]
        self._command += ["--workers", "2", "--blocking-threads", "4", "--no-ws"]
        self._command += ["wsgi:app"]
        self._port = port

    def start(self) -> None:
        """Start and wait for the first answer."""
        super().start()
        wait_for(self._answers, within_s=60)

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
            connection.request("GET", "/login")
            return connection.getresponse().status == 200
        except OSError:
            return False


def _driver(app: Flask, number: int, web: int) -> Driver:
    starts_at = floor_to_grid(clock.now())
    booked_at = starts_at - timedelta(hours=3)
    host = make_person(f"Hanna{number}", now=booked_at)
    person = make_person(f"Dario{number}", now=booked_at)
    charger = make_charger(host, now=booked_at)
    bookings.book(
        driver_id=person.id,
        charger_id=charger.id,
        period=Period(starts_at, starts_at + timedelta(hours=3)),
        vehicle_id=None,
        energy_cap_wh=None,
        idempotency_key=f"benchmark-{number}",
        now=booked_at,
    )
    code = service.start_pairing(
        owner_id=host.id, charger_id=charger.id, now=clock.now()
    )
    boxes.create_simulated_box(pairing_code=code.code, now=clock.now(), world=WORLD)
    token = accounts.start_login(person.id, now=clock.now())
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    cookie = serializer.dumps({"_user_id": token, "_fresh": True})
    return Driver(
        code=charger.code, charger_id=charger.id, cookie=str(cookie), port=web
    )


def _lock_of(charger_id: int) -> str | None:
    db.session.rollback()
    device = service.device_of(charger_id)
    return device.lock_state if device else None


def _spans_s(begin: str, end: str) -> list[float]:
    db.session.rollback()
    rows = db.session.query(CommandRow).filter_by(op="unlock", state="DONE")
    return [(getattr(row, end) - getattr(row, begin)).total_seconds() for row in rows]


def _print(title: str, values_s: list[float]) -> None:
    percentiles = statistics.quantiles(values_s, n=100, method="inclusive")
    print(
        f"{title:48} n={len(values_s):<4} p50 {percentiles[49] * 1000:6.0f} ms   "
        f"p99 {percentiles[98] * 1000:6.0f} ms   max {max(values_s) * 1000:6.0f} ms"
    )


if __name__ == "__main__":
    main()
