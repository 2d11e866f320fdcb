"""Cells never miss a point, masks keep their distance, rounding is never off."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.kernel.geo import (
    EARTH_RADIUS_M,
    MAX_CELLS,
    Point,
    cell_of,
    cells_around,
    distance_m,
    public_point,
)
from app.kernel.ids import code_from, parse_code, spaced
from app.kernel.money import divide_half_even, divide_up, format_milli, parse_milli

latitudes = st.floats(-80, 80)
longitudes = st.one_of(st.floats(-180, 180), st.floats(179.9, 180))
places = st.builds(Point, latitudes, longitudes)
# The whole earth, and its awkward parts more often than chance would have them.
anywhere = st.builds(
    Point,
    st.one_of(
        st.floats(-90, 90),
        st.floats(74, 76),
        st.floats(-90, -89.4),
        st.floats(89.4, 90),
    ),
    st.one_of(st.floats(-180, 180), st.floats(179.5, 180), st.floats(-180, -179.5)),
)


def moved(start: Point, bearing: float, meters: float) -> Point:
    """The point reached from ``start`` along a great circle."""
    lat, lon = math.radians(start.lat), math.radians(start.lon)
    angle = meters / EARTH_RADIUS_M
    sine = math.sin(lat) * math.cos(angle)
    sine += math.cos(lat) * math.sin(angle) * math.cos(bearing)
    new_lat = math.asin(max(-1.0, min(1.0, sine)))
    new_lon = lon + math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat),
        math.cos(angle) - math.sin(lat) * math.sin(new_lat),
    )
    degrees = (math.degrees(new_lon) + 180) % 360 - 180
    return Point(math.degrees(new_lat), degrees)


@settings(max_examples=500)
@given(
    center=anywhere,
    radius_m=st.floats(1, 50_000),
    bearing=st.floats(0, 2 * math.pi),
    share=st.one_of(st.floats(0, 1), st.floats(0.9999, 1)),
)
def test_every_point_of_a_circle_lies_in_one_of_its_cells(
    center: Point, radius_m: float, bearing: float, share: float
) -> None:
    inside = moved(center, bearing, radius_m * share)
    assume(distance_m(center, inside) <= radius_m)

    cells = cells_around(center, radius_m)

    assert cell_of(inside) in cells
    assert len(cells) <= MAX_CELLS


@given(a=places, b=places)
def test_distance_is_the_same_both_ways_and_at_most_half_the_earth(
    a: Point, b: Point
) -> None:
    assert distance_m(a, b) == distance_m(b, a)
    assert 0 <= distance_m(a, b) <= math.pi * EARTH_RADIUS_M + 1


@settings(max_examples=300)
@given(place=places, site=st.integers().map(str))
def test_the_public_point_is_150_to_500_m_away_and_says_no_more_than_its_grid(
    place: Point, site: str
) -> None:
    shown = public_point(place, site=site, key=b"key")

    assert 150 <= distance_m(place, shown) <= 500
    for degrees in (shown.lat, shown.lon):
        assert abs(degrees / 0.0005 - round(degrees / 0.0005)) < 1e-6


@given(
    st.integers(-(10**15), 10**15),
    st.integers(1, 10**9),
)
def test_rounding_is_what_exact_fractions_say(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)

    assert divide_half_even(numerator, denominator) == round(exact)
    assert divide_up(numerator, denominator) == math.ceil(exact)


@given(st.integers(0, 10**12), st.sampled_from(("EUR", "JPY", "CHF")))
def test_a_price_that_was_written_out_reads_back(milli: int, currency: str) -> None:
    written = format_milli(milli, currency)

    digits = written.replace(",", "").lstrip("€¥CHF ")
    assert parse_milli(digits, currency) == milli


@given(st.binary(min_size=7, max_size=16))
def test_a_fresh_code_can_be_read_aloud_and_typed_back(random_bytes: bytes) -> None:
    code = code_from(random_bytes)

    assert parse_code(spaced(code).lower()) == code
