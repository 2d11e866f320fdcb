"""However often somebody searches, he learns the public point and nothing more."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.models import LocationRow
from app.chargers.service import Charger, Connector, ListCharger
from app.database import db, writing
from app.kernel.geo import EARTH_RADIUS_M, Point, distance_m
from app.search.domain import Query
from app.search.service.spots import Spots
from tests.support.factories_chargers import TYPE_2, listing, make_charger

DOOR = Point(52.5384, 13.4098)
_DEGREE_M = math.pi * EARTH_RADIUS_M / 180


def shown(charger: Charger) -> Point:
    return Point(charger.public_latitude, charger.public_longitude)


def moved(point: Point, north_m: float, east_m: float) -> Point:
    shrink = math.cos(math.radians(point.lat))
    return Point(
        point.lat + north_m / _DEGREE_M, point.lon + east_m / (_DEGREE_M * shrink)
    )


def trilaterated(looks: list[tuple[Point, float]]) -> Point:
    """Return the point that fits all distances best (Gauss-Newton, least squares)."""
    guess = looks[0][0]
    for _ in range(30):
        a = b = c = p = q = 0.0
        for center, measured_m in looks:
            x = (guess.lon - center.lon) * _DEGREE_M * math.cos(math.radians(guess.lat))
            y = (guess.lat - center.lat) * _DEGREE_M
            away_m = math.hypot(x, y) or 1.0
            u, v, miss = x / away_m, y / away_m, measured_m - away_m
            a, b, c = a + u * u, b + u * v, c + v * v
            p, q = p + u * miss, q + v * miss
        det = a * c - b * b
        guess = moved(guess, (a * q - b * p) / det, (c * p - b * q) / det)
    return guess


def test_distances_of_thousands_of_searches_lead_to_the_public_point_only(
    app: Flask, hanna: Person, now: datetime
) -> None:
    random = Random(8)
    with app.app_context():
        charger = make_charger(hanna, now=now)
        looks = []
        for _ in range(2_000):
            center = moved(DOOR, random.uniform(-3e3, 3e3), random.uniform(-3e3, 3e3))
            spot = Spots(Query(center=center, radius_m=10_000)).take(1)[0]
            looks.append((center, spot.distance_m))

    found = trilaterated(looks)

    assert distance_m(found, shown(charger)) < 5
    assert distance_m(found, DOOR) >= 100


def test_the_edge_of_the_circle_betrays_nothing_else(
    app: Flask, hanna: Person, now: datetime
) -> None:
    # Who narrows the circle until the charger drops out measures the same distance.
    with app.app_context():
        charger = make_charger(hanna, now=now)
        center = moved(DOOR, 2_000, 1_000)
        low, high = 1_000, 10_000
        while high - low > 1:
            middle = (low + high) // 2
            is_inside = Spots(Query(center=center, radius_m=middle)).take(1)
            low, high = (low, middle) if is_inside else (middle, high)

    assert abs(high - distance_m(center, shown(charger))) <= 1


def middle(points: list[Point]) -> Point:
    count = len(points)
    return Point(
        sum(each.lat for each in points) / count,
        sum(each.lon for each in points) / count,
    )


Change = Callable[[Person, Charger, datetime, int], Charger]


def edit(owner: Person, charger: Charger, now: datetime, **changes: object) -> Charger:
    chargers.edit_charger(
        owner_id=owner.id, charger_id=charger.id, command=listing(**changes), now=now
    )
    return chargers.get_charger(charger.id)


def save_again(owner: Person, charger: Charger, now: datetime, number: int) -> Charger:
    return edit(owner, charger, now, latitude=DOOR.lat, longitude=DOOR.lon)


def move_a_little(
    owner: Person, charger: Charger, now: datetime, number: int
) -> Charger:
    place = moved(DOOR, number % 5 - 2, number % 7 - 3)
    return edit(owner, charger, now, latitude=place.lat, longitude=place.lon)


def list_anew(owner: Person, charger: Charger, now: datetime, number: int) -> Charger:
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=owner.id, charger_id=charger.id, now=now
        )
    return list_beside(owner, charger, now, number)


def list_beside(owner: Person, charger: Charger, now: datetime, number: int) -> Charger:
    place = moved(DOOR, number % 5 - 2, number % 7 - 3)
    return make_charger(owner, now=now, latitude=place.lat, longitude=place.lon)


@pytest.mark.parametrize("change", [save_again, move_a_little, list_anew, list_beside])
@pytest.mark.parametrize("door", [DOOR, Point(52.54, 13.41)])
def test_no_change_of_a_listing_gives_a_second_offset_to_average_with(
    app: Flask,
    hanna: Person,
    now: datetime,
    change: Change,
    door: Point,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The second door lies on the edge of a field from which fresh offsets come.
    monkeypatch.setattr(f"{__name__}.DOOR", door)
    with app.app_context():
        charger = make_charger(hanna, now=now, latitude=door.lat, longitude=door.lon)
        points = [shown(charger)]
        for number in range(12):
            charger = change(hanna, charger, now, number)
            points.append(shown(charger))

    # The grid to which points are rounded is 56 m high; more than a step is a leak.
    assert max(distance_m(points[0], each) for each in points) < 90
    assert distance_m(middle(points), door) >= 100


def test_the_oldest_listings_keep_their_point_and_share_it_with_new_ones(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        old = make_charger(hanna, now=now)
        with writing() as work:
            as_before = chargers.masked(DOOR, site=old.code)
            work.session.execute(
                update(LocationRow).values(
                    mask_site="",
                    public_latitude=as_before.lat,
                    public_longitude=as_before.lon,
                )
            )

        edited = edit(hanna, old, now)
        new = make_charger(hanna, now=now)

        assert shown(edited) == as_before
        assert shown(new) == as_before


def test_another_owner_next_door_has_another_offset(
    app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    with app.app_context():
        hers, his = (make_charger(each, now=now) for each in (hanna, dario))

    assert shown(hers) != shown(his)


def test_several_plugs_of_one_place_in_a_file_share_their_offset(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        entries: dict[str, ListCharger] = {str(n): listing() for n in range(4)}
        with writing() as work:
            chargers.import_in(
                work.session, owner_id=hanna.id, source="test", entries=entries, now=now
            )
            other: Connector = TYPE_2
            again = {"9": listing(connectors=(other, other))}
            chargers.import_in(
                work.session, owner_id=hanna.id, source="test", entries=again, now=now
            )
        points = db.session.execute(
            select(LocationRow.public_latitude, LocationRow.public_longitude).distinct()
        ).all()

    assert len(points) == 1
    assert distance_m(Point(*points[0]), DOOR) >= 100


def test_a_file_gives_a_door_no_second_offset(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    # On both sides of the edge between two fields.
    by_hand = make_charger(hanna, now=now, latitude=52.49995, longitude=13.35)
    entries = {
        "a": listing(latitude=52.50005, longitude=13.35),
        "b": listing(latitude=48.10001, longitude=11.5),
        "c": listing(latitude=48.09999, longitude=11.5),
    }

    with writing() as work:
        done = chargers.import_in(
            work.session, owner_id=hanna.id, source="AFDC", entries=entries, now=now
        )

    def offset(charger: Charger) -> tuple[float, float]:
        return (
            charger.public_latitude - charger.latitude,
            charger.public_longitude - charger.longitude,
        )

    a, b, c = (chargers.get_charger(done.imported[key].charger_id) for key in "abc")
    assert offset(a) == pytest.approx(offset(by_hand), abs=0.0006)
    assert offset(b) == pytest.approx(offset(c), abs=0.0006)
