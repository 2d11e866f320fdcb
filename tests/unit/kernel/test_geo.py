"""Places at the edges of the map: poles, the date line, coordinates that are none."""

from __future__ import annotations

import math

import pytest

from app.kernel.geo import (
    MAX_CELLS,
    BadPoint,
    Point,
    cell_of,
    cells_around,
    distance_m,
    public_point,
)

BERLIN = Point(52.52, 13.405)


@pytest.mark.parametrize(
    ("lat", "lon", "field"),
    [
        (math.nan, 0, "lat"),
        (math.inf, 0, "lat"),
        (90.0001, 0, "lat"),
        (-91, 0, "lat"),
        (0, math.nan, "lon"),
        (0, -math.inf, "lon"),
        (0, 180.5, "lon"),
        (0, -181, "lon"),
    ],
)
def test_what_is_no_place_on_the_earth_is_refused(
    lat: float, lon: float, field: str
) -> None:
    with pytest.raises(BadPoint) as refusal:
        Point(lat, lon)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("a", "b", "meters"),
    [
        (BERLIN, BERLIN, 0),
        (BERLIN, Point(48.8566, 2.3522), 877_460),
        (Point(0, 179.9), Point(0, -179.9), 22_239),
        (Point(90, 0), Point(90, 123), 0),
        (Point(0, 0), Point(0, 180), math.pi * 6_371_008.8),
        (Point(90, 0), Point(-90, 0), math.pi * 6_371_008.8),
    ],
)
def test_distances_hold_also_over_the_date_line_and_the_poles(
    a: Point, b: Point, meters: float
) -> None:
    assert distance_m(a, b) == pytest.approx(meters, rel=1e-4, abs=0.01)


def test_both_sides_of_the_date_line_are_one_column() -> None:
    assert cell_of(Point(10, 180)) == cell_of(Point(10, -180))


def test_a_circle_over_the_date_line_reaches_both_sides() -> None:
    cells = cells_around(Point(-18.0, 179.99), 5_000)

    assert cell_of(Point(-18.0, 179.98)) in cells
    assert cell_of(Point(-18.0, -179.98)) in cells
    assert list(cells) == sorted(set(cells))


@pytest.mark.parametrize("lat", [90, -90, 89.99])
def test_a_circle_that_contains_a_pole_reaches_every_longitude(lat: float) -> None:
    cells = cells_around(Point(lat, 0), 5_000)

    beside = math.copysign(89.98, lat)
    assert {cell_of(Point(beside, lon)) for lon in range(-180, 181)} <= set(cells)


def test_near_a_pole_several_columns_count_as_one() -> None:
    assert cell_of(Point(74.9, 10.01)) != cell_of(Point(74.9, 10.06))
    assert cell_of(Point(76.0, 10.01)) == cell_of(Point(76.0, 10.06))
    assert cell_of(Point(-76.0, 10.01)) == cell_of(Point(-76.0, 10.06))
    assert cell_of(Point(90, 3)) == cell_of(Point(90, -177))


@pytest.mark.parametrize("radius_m", [1e6, 1e9, math.inf])
def test_a_huge_circle_is_refused_before_any_list_is_made(radius_m: float) -> None:
    with pytest.raises(BadPoint, match="smaller area"):
        cells_around(BERLIN, radius_m)


@pytest.mark.parametrize("lat", [*range(-90, 91, 3), 74.6, 74.99, 75.01, 89.55, 89.9])
def test_the_largest_search_on_offer_fits_anywhere(lat: float) -> None:
    assert len(cells_around(Point(lat, 179.99), 50_000)) <= MAX_CELLS


def test_the_same_site_always_moves_the_same_way_and_another_key_another_way() -> None:
    first = public_point(BERLIN, site="A", key=b"secret")

    assert public_point(BERLIN, site="A", key=b"secret") == first
    assert public_point(BERLIN, site="B", key=b"secret") != first
    assert public_point(BERLIN, site="A", key=b"other") != first


@pytest.mark.parametrize("lon", [180, -180, 179.9999])
def test_a_public_point_near_the_date_line_stays_on_the_earth(lon: float) -> None:
    for site in "ABCDEFGHIJ":
        shown = public_point(Point(10, lon), site=site, key=b"k")

        assert -180 <= shown.lon <= 180
        assert 150 <= distance_m(Point(10, lon), shown) <= 500


@pytest.mark.parametrize("lat", [90, -90])
def test_a_public_point_at_a_pole_stays_on_the_earth(lat: float) -> None:
    for site in "ABCDEFGHIJ":
        assert abs(public_point(Point(lat, 0), site=site, key=b"k").lat) <= 90
