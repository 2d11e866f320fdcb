"""Packing, rounding and clipping of the base map's shapes."""

from __future__ import annotations

import math
import sys

import pytest

from app.search.basemap.geometry import (
    CUT_UNITS,
    WORLD,
    clip_ring,
    morton,
    pack,
    rounded,
    to_degrees,
    to_world,
    unpack,
)

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]


def area(ring: list[tuple[float, float]]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def test_lines_survive_packing() -> None:
    lines = [[(0, 5), (WORLD, 7), (-3, WORLD)], [(1, 1), (2, 2)]]

    assert unpack(pack(lines)) == lines


def test_nothing_packs_and_unpacks_to_nothing() -> None:
    assert unpack(pack([])) == []
    assert unpack(b"") == []


@pytest.mark.parametrize(
    ("lat", "lon"), [(0.0, 0.0), (55.676, 12.568), (-33.9, 151.2), (84.0, -179.9)]
)
def test_degrees_survive_the_projection(lat: float, lon: float) -> None:
    assert to_degrees(*to_world(lat, lon)) == pytest.approx((lat, lon), abs=1e-9)


def test_a_ring_inside_is_not_clipped() -> None:
    assert clip_ring(SQUARE, -10, 110) == SQUARE


def test_a_ring_is_clipped_to_what_lies_inside() -> None:
    assert area(clip_ring(SQUARE, 50, 200)) == pytest.approx(2500)


def test_a_ring_outside_disappears() -> None:
    assert clip_ring(SQUARE, 200, 300) == []


def test_a_ring_around_the_square_becomes_the_square() -> None:
    around = [(-900.0, -900.0), (900.0, -900.0), (900.0, 900.0), (-900.0, 900.0)]

    assert area(clip_ring(around, 0, 256)) == pytest.approx(256**2)


def test_rounding_cuts_corners_but_never_far_from_a_vertex() -> None:
    large = [(x * 1000, y * 1000) for x, y in SQUARE]

    result = rounded(large, 1)

    assert len(result) == 8
    for point in result:
        nearest = min(math.dist(point, vertex) for vertex in large)
        assert nearest == pytest.approx(CUT_UNITS)


def test_rounding_a_point_keeps_it() -> None:
    assert rounded([(3.0, 3.0)], 2) == [(3.0, 3.0)]


def test_the_parts_of_a_tile_are_one_range_of_numbers() -> None:
    parts = sorted(
        morton(column, row) for column in range(12, 16) for row in range(8, 12)
    )

    assert parts == list(range(morton(3, 2) << 4, (morton(3, 2) + 1) << 4))


def test_packed_lines_are_the_same_on_every_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [[(1, 2), (300, 70_000)]]
    here = pack(lines)

    monkeypatch.setattr(sys, "byteorder", "big")
    # On such a machine numbers lie the other way round before they are swapped.
    there = pack(lines)

    assert unpack(there) == lines
    assert there == b"".join(here[at : at + 4][::-1] for at in range(0, len(here), 4))
