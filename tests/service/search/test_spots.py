"""The nearest chargers come exactly in order, in bounded steps, from one index."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Connection

from app.accounts.service import Person
from app.database import db
from app.kernel.geo import Point, cell_of, distance_m
from app.search.domain import Query, Span, reference_car
from app.search.service.finder import nearest
from app.search.service.spots import Spots
from tests.support.many_chargers import store_many

CENTERS = {
    "Berlin": Point(52.52, 13.405),
    "the equator": Point(0.0, -78.5),
    "the date line": Point(-17.0, 180.0),
    "just below where columns widen": Point(74.9, -179.9),
    "just below the polar rule": Point(84.5, 20.0),
    "just above the polar rule": Point(-84.7, 20.0),
    "the pole": Point(90.0, 0.0),
}


def scattered(random: Random, center: Point, count: int, km: float) -> list[Point]:
    """Return points round a center, some of them exactly at one place."""
    points: list[Point] = []
    while len(points) < count:
        lat = center.lat + random.gauss(0, km / 111)
        width = 180 if abs(lat) > 89 else km / 111 / max(0.05, 1 - abs(lat / 90) ** 3)
        lon = (center.lon + random.gauss(0, width) + 180) % 360 - 180
        if abs(lat) <= 90:
            points += [Point(lat, lon)] * random.choice((1, 1, 1, 5))
    return points[:count]


def in_steps(query: Query, step: int) -> list[tuple[float, int]]:
    spots = Spots(query)
    found: list[tuple[float, int]] = []
    while taken := spots.take(step):
        assert len(taken) <= step
        found += [(each.distance_m, each.evse_id) for each in taken]
    return found


@pytest.mark.parametrize("place", CENTERS)
@pytest.mark.parametrize("step", [7, 10_000])
def test_in_small_steps_or_at_once_they_are_those_of_a_scan(
    app: Flask, hanna: Person, now: datetime, place: str, step: int
) -> None:
    random = Random(place)
    center = CENTERS[place]
    with app.app_context():
        points = scattered(random, center, 400, 20)
        ids = store_many(hanna, points, now=now)
        for radius_m in (1_000, 9_999, 50_000):
            query = Query(center=center, radius_m=radius_m)

            found = in_steps(query, step)

            away = zip((distance_m(center, at) for at in points), ids, strict=True)
            assert found == sorted(each for each in away if each[0] <= radius_m)


def test_where_thousands_are_near_fifty_cost_a_few_hundred_rows(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        store_many(hanna, scattered(Random(1), CENTERS["Berlin"], 3_000, 5), now=now)
        spots = Spots(Query(center=CENTERS["Berlin"], radius_m=25_000))

        taken = spots.take(150)

    assert 100 < len(taken) <= 150
    assert spots._rows_read == 150
    assert spots.has_next()


def test_what_is_left_is_counted_by_place_and_nothing_twice(
    app: Flask, hanna: Person, now: datetime
) -> None:
    center = CENTERS["Berlin"]
    with app.app_context():
        store_many(hanna, scattered(Random(2), center, 1_500, 30), now=now)
        query = Query(center=center, radius_m=50_000)
        total = len(Spots(query).take(10_000))
        spots = Spots(query)
        taken = spots.take(400)

        counts = spots.counts(
            Counter(cell_of(Point(each.lat, each.lon)) for each in taken)
        )

    assert sum(each.count for each in counts) == total - len(taken)
    # So many can be drawn, however wide the circle.
    assert len(counts) <= 150
    assert all(distance_m(center, each.point) < 56_000 for each in counts)


def test_no_filter_lets_another_plug_or_less_power_through(
    app: Flask, hanna: Person, now: datetime
) -> None:
    center = CENTERS["Berlin"]
    with app.app_context():
        store_many(hanna, [center] * 3, now=now)
        query = Query(center=center, radius_m=1_000)
        plugs = frozenset({"IEC_62196_T2", "DOMESTIC_F"})

        both = Spots(Query(center=center, radius_m=1_000, standards=plugs)).take(9)
        other = Query(
            center=center, radius_m=1_000, standards=frozenset({"DOMESTIC_F"})
        )
        strong = Query(center=center, radius_m=1_000, min_power_w=11_001)

        assert len(both) == len(Spots(query).take(9)) == 3
        assert Spots(other).take(9) == Spots(strong).take(9) == []


def plans_of_a_search(now: datetime) -> list[str]:
    """Return how the database runs each statement of a search for a time."""
    seen: list[tuple[str, Any]] = []

    def note(
        connection: Connection, cursor: Any, statement: str, values: Any, *_: Any
    ) -> None:
        seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    query = Query(
        center=CENTERS["Berlin"],
        radius_m=2_000,
        standards=frozenset({"IEC_62196_T2"}),
        min_power_w=11_000,
        time=Span(starts=datetime(2026, 6, 12, 18), ends=datetime(2026, 6, 12, 20)),
    )
    found = nearest(query, reference_car(), now, 50)
    spots = Spots(query)
    spots.counts({})
    spots.zones()
    event.remove(db.engine, "before_cursor_execute", note)
    assert found
    explain = (
        "EXPLAIN " if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    )
    connection = db.session.connection()
    return [
        "\n".join(
            str(row[-1]) for row in connection.exec_driver_sql(explain + text, values)
        )
        for text, values in seen
        if text.startswith("SELECT")
    ]


def test_no_statement_of_a_search_reads_a_whole_table(
    app: Flask, hanna: Person, now: datetime
) -> None:
    random = Random(3)
    with app.app_context():
        is_postgres = db.engine.dialect.name == "postgresql"
        # PostgreSQL reads small tables whole, and is right.
        count = 20_000 if is_postgres else 500
        far = [
            Point(random.uniform(40, 60), random.uniform(0, 30)) for _ in range(count)
        ]
        near = scattered(random, CENTERS["Berlin"], 20, 1)
        store_many(hanna, far + near, now=now)

        plans = plans_of_a_search(now)

    assert len(plans) == 4
    for plan in plans:
        lines = [line.strip() for line in plan.splitlines()]
        if is_postgres:
            assert "Seq Scan" not in plan, plan
        else:
            whole = [line for line in lines if line.startswith("SCAN")]
            assert all("json_each" in line or "nearest" in line for line in whole), plan
    on_connector = [plan for plan in plans if "ix_connector_near" in plan]
    assert len(on_connector) == 3
    if not is_postgres:
        # PostgreSQL may look at rows again that a vacuum has not marked yet.
        assert all("USING COVERING INDEX" in plan for plan in on_connector), plans
