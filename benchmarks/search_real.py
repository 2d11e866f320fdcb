"""Prints how long searches take over the real charging stations of New York State.

.venv/bin/python -m benchmarks.search_real [--searches 300] [--file CSV]

The stations come in through ``flask chargers import``; 2,000 claims on time are laid
over them. The page is asked of granian over loopback, without a browser.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.database import db, writing
from app.kernel.geo import Point
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid
from app.schedules.claims import SlotTaken, claim_in
from app.search import service
from app.search.domain import Query, Span
from app.web import clock
from benchmarks.search_places import ROOT, STATIONS
from tests.support import databases
from tests.support.postgres import PostgresServer, find_programs, free_port

CLAIMS = 2_000
NEW_YORK = ZoneInfo("America/New_York")


def main() -> None:
    """Measure SQLite, then PostgreSQL where it is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=300)
    parser.add_argument("--file", type=Path, default=STATIONS)
    options = parser.parse_args()
    measure_all(options.searches, options.file)


def measure_all(searches: int = 300, file: Path = STATIONS) -> None:
    """Measure both databases."""
    if not file.is_file():
        print(f"Skipped: {file} is missing (set PLUGBID_DATA or --file).")
        return
    print(f"== the real stations of New York, {searches} searches; milliseconds")
    print(f"{'':34}{'p50':>8}{'p90':>8}{'p99':>8}{'hits':>8}")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/plugbid.db"
        measure("SQLite", url, Path(folder), searches, file)
    programs = find_programs()
    if programs is None:
        print("PostgreSQL is not installed, so it was not measured.")
        return
    server = PostgresServer(programs)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            url = server.create_database("search")
            measure("PostgreSQL", url, Path(folder), searches, file)
    finally:
        server.stop()


def measure(name: str, url: str, folder: Path, searches: int, file: Path) -> None:
    """Fill one database, measure the use case and the page, and print both."""
    databases.migrate(url, folder)
    app = create_app(databases.settings_for(url, folder))
    started = time.perf_counter()
    imported = app.test_cli_runner().invoke(
        args=[
            *("chargers", "import", str(file)),
            *("--format", "afdc", "--owner", "stations@plugbid.test"),
        ]
    )
    if imported.exit_code:
        raise SystemExit(imported.output[-2000:])
    import_s = time.perf_counter() - started
    with app.app_context():
        points = fill(app)
        print(f"{name}: {len(points)} chargers, imported in {import_s:.1f} s")
        queries = make_queries(points, searches)
        measure_service(queries)
    measure_pages(url, folder, queries)
    with app.app_context():
        db.engine.dispose()


def fill(app: Flask) -> list[Point]:
    """Lay claims over the chargers; return where the public sees them."""
    random, now = Random(1), clock.now()
    rows = db.session.execute(
        text(
            "SELECT evse.id, public_latitude, public_longitude FROM evse "
            "JOIN location ON location.id = evse.location_id ORDER BY evse.id"
        )
    ).all()
    for _ in range(CLAIMS):
        starts_at = floor_to_grid(now) + timedelta(minutes=15 * random.randrange(672))
        period = Period(
            starts_at, starts_at + timedelta(minutes=15 * random.randint(2, 16))
        )
        try:
            with writing() as work:
                claim_in(
                    work.session,
                    evse_id=random.choice(rows)[0],
                    period=period,
                    buffer_min=10,
                    kind="BOOKING",
                    now=now,
                )
        except SlotTaken:
            continue
    if db.engine.dialect.name == "postgresql":
        # As the database does by itself some minutes after a large import.
        with db.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.execute(text("ANALYZE"))
    return [Point(lat, lon) for _, lat, lon in rows]


def make_queries(points: list[Point], count: int) -> list[Query]:
    """Return searches where people are: near a random station, half with a time."""
    random = Random(2)
    today = clock.now().astimezone(NEW_YORK).replace(tzinfo=None)
    queries = []
    for number in range(count):
        at = random.choice(points)
        day = today.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        starts = day.replace(hour=random.randrange(8, 20))
        span = Span(starts=starts, ends=starts + timedelta(hours=2))
        queries.append(
            Query(
                center=Point(
                    at.lat + random.uniform(-0.02, 0.02),
                    at.lon + random.uniform(-0.02, 0.02),
                ),
                radius_m=(5_000, 25_000)[number % 2],
                time=span if number % 4 < 2 else None,
                standards=random.choice((None, frozenset({"IEC_62196_T1"}))),
            )
        )
    return queries


def measure_service(queries: list[Query]) -> None:
    """Time the use case alone."""
    now = clock.now()

    def ask(query: Query) -> int:
        found = service.near(query=query, vehicle=None, now=now)
        db.session.rollback()
        return found.total

    report("search.service.near", queries, ask)


def measure_pages(url: str, folder: Path, queries: list[Query]) -> None:
    """Time the whole page and the fragment that htmx asks for, over HTTP."""
    with granian(url, folder) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for title, headers in (("page", {}), ("fragment", {"HX-Request": "true"})):

            def ask(query: Query, headers: dict[str, str] = headers) -> int:
                connection.request("GET", address(query), headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                assert answer.status == 200, (answer.status, body[:300])
                return body.count(b"data-charger-id")

            report(f"GET / ({title})", queries, ask)
        connection.close()


def address(query: Query) -> str:
    """Return the search's address, as the page's form would send it."""
    values = {
        "lat": f"{query.center.lat:.5f}",
        "lon": f"{query.center.lon:.5f}",
        "radius_km": str(query.radius_m // 1000),
    }
    if query.span is not None:
        values["from"] = f"{query.span.starts:%Y-%m-%dT%H:%M}"
        values["to"] = f"{query.span.ends:%Y-%m-%dT%H:%M}"
    if query.standards is not None:
        (values["plug"],) = query.standards
    return f"/?{urlencode(values)}"


def report(title: str, queries: list[Query], ask: Callable[[Query], int]) -> None:
    """Ask everything once to warm up a little, then measure each, and print."""
    for query in queries[:10]:
        ask(query)
    taken: dict[int, list[float]] = {5_000: [], 25_000: []}
    hits: dict[int, list[int]] = {5_000: [], 25_000: []}
    for query in queries:
        started = time.perf_counter()
        found = ask(query)
        taken[query.radius_m].append((time.perf_counter() - started) * 1000)
        hits[query.radius_m].append(found)
    for radius_m, times in taken.items():
        line(f"  {title}, {radius_m // 1000} km", times, hits[radius_m])
    every = [*taken[5_000], *taken[25_000]]
    line(f"  {title}, all", every, [*hits[5_000], *hits[25_000]])


def line(title: str, times: list[float], hits: list[int]) -> None:
    """Print one line of the table."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(
        f"{title:34}{statistics.median(times):8.1f}{cuts[89]:8.1f}{cuts[98]:8.1f}"
        f"{statistics.mean(hits):8.0f}",
        flush=True,
    )


@contextmanager
def granian(url: str, folder: Path) -> Iterator[int]:
    """Run the web server on a free port."""
    port = free_port()
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("granian")),
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "2", "--no-ws", "wsgi:app"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "INSTANCE_DIR": str(folder),
            "SECRET_KEY": databases.SECRET,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Wait until the server answers its first page."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/scan")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web server did not start.")


if __name__ == "__main__":
    main()
