"""What the product's search is measured against: a plain index, and PostGIS.

Each answers the same question in one statement on tables of its own, made for it, and
is told beforehand which time zones lie in the circle, so that it need not find out.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from app.kernel.slots import start_of
from benchmarks.search_now import NOW
from benchmarks.search_oracle import Oracle
from benchmarks.search_questions import Question
from benchmarks.search_speed import Ask
from benchmarks.search_world import FIRST_SLOT, World

LIMIT = 50
_DEGREE_M = 111_195.08
_COLUMNS = (
    "evse_id INTEGER NOT NULL, lat DOUBLE PRECISION NOT NULL, "
    "lon DOUBLE PRECISION NOT NULL, standard VARCHAR(32) NOT NULL, "
    "power_w INTEGER NOT NULL, zone VARCHAR(64) NOT NULL, "
    "min_length_min INTEGER NOT NULL, max_length_min INTEGER NOT NULL, "
    "lead_min INTEGER NOT NULL, horizon_days INTEGER NOT NULL, "
    "after_slots INTEGER NOT NULL"
)
_FITS = """
standard = {standard} AND power_w >= {power_w} AND zone = {zone}
AND min_length_min <= {minutes} AND max_length_min >= {minutes}
AND lead_min <= {ahead_min} AND horizon_days >= {days}
AND EXISTS (SELECT 1 FROM {db}open_window AS w WHERE w.evse_id = p.evse_id
  AND w.first_slot <= {first} AND w.end_slot >= {end})
AND NOT EXISTS (SELECT 1 FROM {db}claimed_slot AS s JOIN {db}claim AS c
  ON c.id = s.claim_id WHERE s.evse_id = p.evse_id AND s.slot >= {first}
  AND s.slot < {end} + p.after_slots
  AND (c.expires_at IS NULL OR c.expires_at > {now}))
"""
_PLAIN = (
    "SELECT evse_id, (lat - {lat}) * (lat - {lat}) + (lon - {lon}) * (lon - {lon}) "
    "* {flat} AS d2 FROM {own}plain AS p WHERE lat BETWEEN {south} AND {north} "
    "AND lon BETWEEN {west} AND {east} AND (lat - {lat}) * (lat - {lat}) "
    "+ (lon - {lon}) * (lon - {lon}) * {flat} <= {most} AND "
    + _FITS
    + "ORDER BY d2 LIMIT 50"
)
_KNN = (
    "SELECT evse_id, geog <-> bench.ST_MakePoint({lon}, {lat})::bench.geography AS d "
    "FROM bench.spot AS p WHERE bench.ST_DWithin(geog, "
    "bench.ST_MakePoint({lon}, {lat})::bench.geography, {radius_m}, false) AND "
    + _FITS
    + "ORDER BY geog <-> bench.ST_MakePoint({lon}, {lat})::bench.geography LIMIT 50"
)


def plain_sqlite(path: Path, world: World, oracle: Oracle) -> Ask:
    """Return a search through an index on latitude and longitude."""
    own = path.with_name("rival.db")
    own.unlink(missing_ok=True)
    connection = sqlite3.connect(own, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(f"CREATE TABLE plain ({_COLUMNS})")
    connection.execute("BEGIN")
    marks = ", ".join("?" * 11)
    connection.executemany(f"INSERT INTO plain VALUES ({marks})", _rows(world))
    connection.execute("CREATE INDEX plain_place ON plain (lat, lon)")
    connection.execute("COMMIT")
    connection.execute(f"ATTACH 'file:{path}?mode=ro' AS product")
    names = {name: f":{name}" for name in _NAMES}
    statement = _PLAIN.format(**names, db="product.", own="")

    def ask(values: dict[str, Any]) -> list[Any]:
        # As the product stores instants in SQLite.
        stored = {**values, "now": f"{NOW:%Y-%m-%d %H:%M:%S.%f}"}
        return connection.execute(statement, stored).fetchall()

    return _asker(ask, oracle)


def postgres_rivals(
    dsn: str, world: World, oracle: Oracle
) -> tuple[psycopg.Connection[Any], dict[str, Ask]]:
    """Return the connection of the rivals, and the plain index and PostGIS."""
    connection = psycopg.connect(dsn, autocommit=True, prepare_threshold=0)
    connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
    connection.execute("CREATE SCHEMA bench")
    connection.execute(f"CREATE TABLE bench.plain ({_COLUMNS})".encode())
    lines = ("\t".join(map(str, row)) + "\n" for row in _rows(world))
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY bench.plain FROM STDIN") as copy,
    ):
        copy.write("".join(lines))
    connection.execute("CREATE INDEX ON bench.plain (lat, lon)")
    names = {name: f"%({name})s" for name in _NAMES}
    titles = {"plain lat/lon index": _PLAIN}
    if _has_postgis(connection):
        titles["PostGIS KNN"] = _KNN
        connection.execute("CREATE EXTENSION postgis SCHEMA bench")
        connection.execute("SET search_path = public, bench")
        connection.execute(
            "CREATE TABLE bench.spot AS SELECT plain.*, "
            "ST_MakePoint(lon, lat)::geography AS geog FROM bench.plain"
        )
        connection.execute("CREATE INDEX ON bench.spot USING gist (geog)")
    connection.execute("VACUUM (ANALYZE) bench.plain")
    if "PostGIS KNN" in titles:
        connection.execute("VACUUM (ANALYZE) bench.spot")
    asks = {}
    for title, text in titles.items():
        statement = text.format(**names, db="public.", own="bench.").encode()
        asks[title] = _asker(_prepared(connection, statement), oracle)
    return connection, asks


def _has_postgis(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute(
        "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
    ).fetchone()
    return found is not None


def _prepared(
    connection: psycopg.Connection[Any], statement: bytes
) -> Callable[[dict[str, Any]], list[Any]]:
    def ask(values: dict[str, Any]) -> list[Any]:
        return connection.execute(statement, values, prepare=True).fetchall()

    return ask


def _rows(world: World) -> Iterator[tuple[Any, ...]]:
    at = world.plug_charger
    kinds = [world.plugs[each] for each in world.plug_of.tolist()]
    shown = (world.is_listed & ~world.is_broken)[at].tolist()
    columns = (
        (at + 1).tolist(),
        world.lat[at].tolist(),
        world.lon[at].tolist(),
        [plug.standard for plug in kinds],
        [plug.power_w for plug in kinds],
        [world.zones[each] for each in world.zone[at].tolist()],
        world.min_length_min[at].tolist(),
        world.max_length_min[at].tolist(),
        world.lead_min[at].tolist(),
        world.horizon_days[at].tolist(),
        (-(-world.buffer_min[at] // 15)).tolist(),
    )
    for row, is_shown in zip(zip(*columns, strict=True), shown, strict=True):
        if is_shown:
            yield row


_NAMES = (
    *("lat", "lon", "flat", "most", "south", "north", "west", "east", "radius_m"),
    *("standard", "power_w", "zone", "minutes", "ahead_min", "days"),
    *("first", "end", "now"),
)


def _asker(ask: Callable[[dict[str, Any]], list[Any]], oracle: Oracle) -> Ask:
    known: dict[Question, list[dict[str, Any]]] = {}

    def prepare(question: Question) -> list[dict[str, Any]]:
        if question not in known:
            known[question] = [
                _values(question, *zone) for zone in oracle.zones_around(question)
            ]
        return known[question]

    def answer(question: Question) -> list[int]:
        rows = [row for values in prepare(question) for row in ask(values)]
        if len(known[question]) > 1:
            rows = sorted(rows, key=lambda row: row[1])[:LIMIT]
        return [row[0] for row in rows]

    answer.prepare = prepare  # type: ignore[attr-defined]
    return answer


def _values(question: Question, zone: str, first: int, end: int) -> dict[str, Any]:
    flat = math.cos(math.radians(question.lat))
    reach = question.radius_m / _DEGREE_M
    starts_at = start_of(FIRST_SLOT + first)
    ends_at: datetime = start_of(FIRST_SLOT + end)
    return {
        "lat": question.lat,
        "lon": question.lon,
        "flat": flat * flat,
        "most": reach * reach,
        "south": question.lat - reach,
        "north": question.lat + reach,
        "west": question.lon - reach / flat,
        "east": question.lon + reach / flat,
        "radius_m": float(question.radius_m),
        "standard": question.standard,
        "power_w": question.min_power_w,
        "zone": zone,
        "minutes": 15 * (end - first),
        "ahead_min": int((starts_at - NOW) / timedelta(minutes=1)),
        "days": math.ceil((ends_at - NOW) / timedelta(days=1)),
        "first": FIRST_SLOT + first,
        "end": FIRST_SLOT + end,
        "now": NOW.astimezone(UTC),
    }
