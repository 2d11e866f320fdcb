"""Where thousands are near: whoever fits is found, and nothing is read for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.chargers.models import LocationRow
from app.database import writing
from app.kernel.geo import Point, distance_m
from app.schedules.models import OpenWindowRow
from app.search import service
from app.search.domain import Order, Query
from app.search.service import finder, finding
from app.search.service.spots import Spots
from app.search.service.unmet import note_unmet
from tests.support.many_chargers import store_many

CENTER = Point(52.5, 13.4)
AROUND = Query(center=CENTER, radius_m=10_000)
CROWD = 100


@pytest.fixture
def crowd(
    in_app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """Many more chargers than are compared, the nearest first."""
    monkeypatch.setattr(finder, "MAX_COMPARED", 20)
    points = [Point(52.5 + number / 2_000, 13.4) for number in range(CROWD)]
    return store_many(hanna, points, now=now)


def make_accessible(charger_id: int) -> None:
    with writing() as work:
        # Each of them has the number of its place.
        work.session.execute(
            update(LocationRow)
            .where(LocationRow.id == charger_id)
            .values(is_accessible=True)
        )


@pytest.mark.parametrize("order", Order)
def test_the_only_one_that_fits_is_found_behind_all_others_in_every_order(
    crowd: list[int], now: datetime, order: Order
) -> None:
    make_accessible(crowd[-1])
    query = replace(AROUND, is_accessible=True, order=order)

    found = service.near(query=query, vehicle=None, now=now)

    assert [each.charger_id for each in found.hits] == [crowd[-1]]
    assert not found.has_more


@pytest.mark.parametrize("order", Order)
def test_the_only_one_that_is_free_is_found_behind_all_others_in_every_order(
    crowd: list[int], now: datetime, order: Order
) -> None:
    with writing() as work:
        # Too short for any booking.
        work.session.execute(
            update(OpenWindowRow)
            .where(OpenWindowRow.evse_id != crowd[-1])
            .values(end_slot=OpenWindowRow.first_slot + 1)
        )

    found = service.near(query=replace(AROUND, order=order), vehicle=None, now=now)

    assert [each.charger_id for each in found.hits] == [crowd[-1]]


@pytest.mark.parametrize("order", [Order.SOON, Order.PRICE, Order.TOTAL])
def test_no_more_are_compared_than_there_is_time_for(
    crowd: list[int], now: datetime, order: Order
) -> None:
    found = service.near(query=replace(AROUND, order=order), vehicle=None, now=now)

    assert 18 <= found.total == found.looked <= 20
    assert found.has_more


@pytest.mark.parametrize("order", Order)
def test_a_search_that_had_to_stop_is_no_unmet_wish(
    crowd: list[int], now: datetime, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(finder.Finder.__init__.__kwdefaults__, "at_most", CROWD - 1)
    make_accessible(crowd[-1])
    query = replace(AROUND, is_accessible=True, order=order)

    found = service.near(query=query, vehicle=None, now=now)

    assert (found.total, found.has_more, found.looked) == (0, True, CROWD - 1)
    # What lies outside is not the nearest one that fits.
    assert found.beyond is None
    assert note_unmet(found, "a", now) == 0


@pytest.mark.parametrize(
    "center", [CENTER, Point(-17.0, 180.0), Point(84.8, 20.0), Point(90.0, 0.0)]
)
def test_a_ring_is_read_without_what_lies_inside(
    in_app: Flask, hanna: Person, now: datetime, center: Point
) -> None:
    points = [
        Point(
            center.lat - abs(north) / 500, (center.lon + east / 500 + 180) % 360 - 180
        )
        for north in range(-10, 31)
        for east in range(-20, 21, 10)
    ]
    ids = store_many(hanna, points, now=now)
    away = [(distance_m(center, at), i) for at, i in zip(points, ids, strict=True)]
    query = Query(center=center, radius_m=50_000)
    for outside_m in (0.4, 700.0, 5_000.0, 9_999.0):
        spots = Spots(query, outside_m)

        found = []
        while taken := spots.take(7):
            found += [(each.distance_m, each.evse_id) for each in taken]

        assert found == sorted(each for each in away if outside_m < each[0] <= 50_000)
        # Near a pole everything is read and measured; elsewhere at most the very rim.
        if abs(center.lat) < 84:
            assert spots._rows_read <= len(found) + 5


def test_what_is_nearest_outside_reads_nothing_of_a_crowd_inside(
    crowd: list[int], hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (outside,) = store_many(hanna, [Point(52.7, 13.4)], now=now)
    make_accessible(outside)
    read: list[int] = []
    real = Spots._read

    def note(spots: Spots, count: int) -> None:
        before = spots._rows_read
        real(spots, count)
        if spots._outside_m > 0:
            read.append(spots._rows_read - before)

    monkeypatch.setattr(Spots, "_read", note)

    found = service.near(
        query=replace(AROUND, is_accessible=True), vehicle=None, now=now
    )

    assert found.beyond is not None
    assert found.beyond.charger_id == outside
    assert sum(read) == 1


def test_what_is_looked_at_outside_is_bounded(
    crowd: list[int], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MAX_ADVISED", 10)
    make_accessible(crowd[-1])

    near, far = (
        service.near(
            query=replace(AROUND, radius_m=radius_m, is_accessible=True),
            vehicle=None,
            now=now,
        )
        for radius_m in (5_200, 2_600)
    )

    assert near.beyond is not None
    assert far.beyond is None
