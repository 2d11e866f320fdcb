"""Searches across time zones, changes of clocks and the date line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.kernel.geo import Point, distance_m
from app.schedules.domain import OpeningRule
from app.search import service
from app.search.domain import Query, SearchRefused, Span
from app.search.service.place import NOWHERE
from tests.service.search.test_near import AROUND, EVENING, find
from tests.service.search.test_oracle import CAR
from tests.support.factories_chargers import make_charger


def test_a_past_time_is_refused_where_the_chargers_are(
    app: Flask, hanna: Person, now: datetime
) -> None:
    past = Span(starts=datetime(2026, 6, 10, 9, 0), ends=datetime(2026, 6, 10, 11, 0))
    with app.app_context():
        make_charger(hanna, now=now)

        with pytest.raises(SearchRefused) as refused:
            service.near(query=replace(AROUND, time=past), vehicle=CAR, now=now)

    assert refused.value.field == "from"


def test_two_zones_in_one_circle_are_each_asked_in_their_own_time(
    app: Flask, hanna: Person, now: datetime
) -> None:
    mornings = tuple(OpeningRule(day, 18 * 60, 20 * 60) for day in range(1, 8))
    with app.app_context():
        berlin = make_charger(hanna, now=now, rules=mornings)
        london = make_charger(hanna, now=now, rules=mornings, time_zone="Europe/London")

        results = service.near(
            query=replace(AROUND, time=EVENING), vehicle=CAR, now=now
        )

    assert {hit.charger_id for hit in results.hits} == {berlin.id, london.id}
    assert {hit.free_text for hit in results.hits} == {"Free 18:00–20:00"}


def test_the_night_without_that_hour_has_no_such_time(
    app: Flask, hanna: Person
) -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    skipped = Span(starts=datetime(2026, 3, 29, 2, 0), ends=datetime(2026, 3, 29, 3, 0))
    with app.app_context():
        make_charger(hanna, now=before)

        assert find(replace(AROUND, time=skipped), before) == []


def test_a_search_across_the_date_line_finds_both_sides(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        west = make_charger(hanna, now=now, latitude=-16.8, longitude=179.99)
        east = make_charger(hanna, now=now, latitude=-16.8, longitude=-179.99)
        query = Query(center=Point(-16.8, 180.0), radius_m=10_000)

        assert set(find(query, now)) == {west.id, east.id}


def test_the_start_is_where_most_chargers_are_and_somewhere_without_any(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        empty = service.start_point(now)
        for _ in range(3):
            make_charger(hanna, now=now, latitude=40.7, longitude=-73.9)
        make_charger(hanna, now=now)

        start = service.start_point(now)
        kept = service.start_point(now)

    assert empty == NOWHERE
    assert distance_m(start, Point(40.7, -73.9)) < 3_000
    assert kept == start
