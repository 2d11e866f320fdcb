"""Races over HTTP: drivers in real log-ins book the same time in the same instant.

Used by the tests and, larger, by the benchmark.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from app import create_app
from app.bookings.domain import exact_wall_time
from app.kernel.slots import ceil_to_grid
from app.web.clock import system_clock
from tests.support import databases
from tests.support.factories_chargers import make_charger
from tests.support.people import PASSWORD, make_person
from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
GUARDED = "wsgi:app"
# The same application, but it checks and then writes, without the slots' key.
UNGUARDED = "benchmarks.unguarded:app"
ZONE = "Europe/Berlin"
DRIVERS = 8
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of all races together.

    :param doubled: races with more than one winner
    :param overlaps: pairs of live bookings that overlap, counted in the table itself
    :param trouble: what the server's log says of its last error, if it had one
    """

    races: int
    wins: int
    refused: int
    server_errors: int
    others: int
    doubled: int
    overlaps: int
    seconds: float
    trouble: str


class Browser:
    """One driver's connection, with a cookie jar and a CSRF token."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> str:
        """Read a page, which must be there, and remember its token."""
        status, page = self._send("GET", path, None)
        assert status == 200, f"{path} answered {status}"
        found = _TOKEN.search(page)
        self.token = found[1] if found else self.token
        return page

    def post(self, path: str, **values: str) -> int:
        """Send a form as the browser would; return the status."""
        body = urlencode({"csrf_token": self.token, **values})
        return self._send("POST", path, body)[0]

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection.request(method, path, body=body, headers=headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, page


class Server:
    """The application under granian with several worker processes."""

    def __init__(
        self, application: str, database_url: str, folder: Path, *, workers: int
    ) -> None:
        self.port = free_port()
        self._log = folder / "server.log"
        self._command = [
            str(Path(sys.executable).with_name("granian")),
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", str(workers), "--blocking-threads", "4", "--no-ws"),
            application,
        ]
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(folder),
            "SECRET_KEY": databases.SECRET,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        """Start it and wait for the first page of each worker."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                browser = Browser(self.port)
                browser.get("/login")
                browser.close()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        """End it and all its workers."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def trouble(self) -> str:
        """Return the last error in the log with what led to it, or nothing."""
        log = self._log.read_text()
        at = log.rfind("Traceback")
        return "" if at < 0 else log[at : at + 6000]


def run_races(
    application: str, database_url: str, folder: Path, *, races: int, workers: int
) -> Outcome:
    """Run the races on an empty, migrated database and count what happened."""
    charger_id, first = _prepare(database_url, folder)
    with Server(application, database_url, folder, workers=workers) as server:
        browsers = [_logged_in(server.port, number) for number in range(DRIVERS)]
        for browser in browsers:
            browser.get(f"/chargers/{charger_id}")
        began = time.monotonic()
        statuses = [
            _one_race(browsers, charger_id, first + timedelta(minutes=75 * number))
            for number in range(races)
        ]
        seconds = time.monotonic() - began
        for browser in browsers:
            browser.close()
    counts = Counter(status for race in statuses for status in race)
    known = counts[303] + counts[409] + sum(n for s, n in counts.items() if s >= 500)
    return Outcome(
        races=races,
        wins=counts[303],
        refused=counts[409],
        server_errors=sum(n for status, n in counts.items() if status >= 500),
        others=races * DRIVERS - known,
        doubled=sum(race.count(303) > 1 for race in statuses),
        overlaps=_count_overlaps(database_url),
        seconds=seconds,
        trouble=server.trouble(),
    )


def _prepare(database_url: str, folder: Path) -> tuple[int, datetime]:
    """Store Hanna's charger and eight drivers; return the first time to fight for."""
    app = create_app(databases.settings_for(database_url, folder))
    now = system_clock()()
    with app.app_context():
        charger = make_charger(make_person("Hanna", now=now), now=now, time_zone=ZONE)
        for number in range(DRIVERS):
            make_person(f"driver{number}", now=now)
    return charger.id, ceil_to_grid(now) + timedelta(hours=2)


def _logged_in(port: int, number: int) -> Browser:
    browser = Browser(port)
    browser.get("/login")
    email = f"driver{number}@plugbid.test"
    status = browser.post("/login", email=email, password=PASSWORD)
    assert status == 303, f"the log-in answered {status}"
    return browser


def _one_race(browsers: list[Browser], charger_id: int, at: datetime) -> list[int]:
    """Let all browsers book the same hour at once; return their statuses."""
    period = {
        "from": exact_wall_time(at, ZONE),
        "to": exact_wall_time(at + timedelta(hours=1), ZONE),
    }
    page = f"/chargers/{charger_id}"
    start = threading.Barrier(len(browsers))

    def book(browser: Browser) -> int:
        start.wait(60)
        key = secrets.token_urlsafe(18)
        return browser.post(f"{page}/book", **period, car="any", key=key)

    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(book, browsers))


def _count_overlaps(database_url: str) -> int:
    """Count overlapping pairs of live bookings by the table alone."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        count = connection.scalar(
            text(
                "SELECT count(*) FROM booking a JOIN booking b"
                " ON a.evse_id = b.evse_id AND a.id < b.id"
                " AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
                " WHERE a.state = 'RESERVED' AND b.state = 'RESERVED'"
            )
        )
    engine.dispose()
    return int(count or 0)
