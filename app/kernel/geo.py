"""Points on the earth: distance, grid cells for an ordinary index, masked points."""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass

from app.kernel.errors import DomainError

EARTH_RADIUS_M = 6_371_008.8
CELLS_PER_DEGREE = 20
# A circle of 50 km needs about 570 cells in Berlin and 1050 in Tromsø.
MAX_CELLS = 1200
# Where no search looks: the cell of what is not on offer.
HIDDEN_CELL = -1
_METERS_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180
_MASK_STEP = 0.0005


class BadPoint(DomainError):
    """These are not coordinates on the earth."""


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in degrees (WGS 84).

    :raises BadPoint: if either is not finite or lies outside its range
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuse what is not a place on the earth."""
        if not (math.isfinite(self.lat) and -90 <= self.lat <= 90):
            raise BadPoint("The latitude must lie between -90 and 90.", field="lat")
        if not (math.isfinite(self.lon) and -180 <= self.lon <= 180):
            raise BadPoint("The longitude must lie between -180 and 180.", field="lon")


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in meters (haversine on the mean sphere)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    chord = (
        math.sin(half_lat) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def cell_of(point: Point) -> int:
    """Return the number of the 0.05 degree grid cell that holds the point."""
    return _cell(
        math.floor((point.lat + 90) * CELLS_PER_DEGREE),
        math.floor((point.lon + 180) * CELLS_PER_DEGREE),
    )


def _cell(row: int, column: int) -> int:
    return row * 8192 + column % (360 * CELLS_PER_DEGREE)


def cells_around(center: Point, radius_m: float) -> tuple[int, ...]:
    """Return every cell that a circle may touch, across the date line as well.

    :raises BadPoint: if the circle would need more than ``MAX_CELLS`` cells
    """
    d_lat = radius_m / _METERS_PER_DEGREE
    widest = min(90.0, abs(center.lat) + d_lat)
    shrink = math.cos(math.radians(widest))
    d_lon = 180.0 if shrink < 1e-6 else min(180.0, d_lat / shrink)
    rows = range(
        math.floor((max(-90.0, center.lat - d_lat) + 90) * CELLS_PER_DEGREE),
        math.floor((min(90.0, center.lat + d_lat) + 90) * CELLS_PER_DEGREE) + 1,
    )
    columns = range(
        math.floor((center.lon - d_lon + 180) * CELLS_PER_DEGREE),
        math.floor((center.lon + d_lon + 180) * CELLS_PER_DEGREE) + 1,
    )
    if len(rows) * len(columns) > MAX_CELLS:
        raise BadPoint("Please search a smaller area.", field="radius_km")
    return tuple(sorted({_cell(row, column) for row in rows for column in columns}))


def public_point(true_point: Point, *, site: str, key: bytes) -> Point:
    """Return the point the public sees: moved 150 to 500 m, always the same way.

    The offset comes from a keyed hash of the site, so that many searches cannot be
    averaged back to the door, and the result is snapped to a coarse grid.
    """
    digest = hmac.new(key, site.encode(), hashlib.sha256).digest()
    angle = 2 * math.pi * int.from_bytes(digest[:4], "big") / 2**32
    # Rounding to the grid moves the point at most 40 m, inside this margin.
    radius_m = 195 + 260 * int.from_bytes(digest[4:8], "big") / 2**32
    d_lat = radius_m * math.cos(angle) / _METERS_PER_DEGREE
    shrink = max(0.01, math.cos(math.radians(true_point.lat)))
    d_lon = radius_m * math.sin(angle) / (_METERS_PER_DEGREE * shrink)
    lat = max(-90.0, min(90.0, _snap(true_point.lat + d_lat)))
    lon = (_snap(true_point.lon + d_lon) + 180) % 360 - 180
    return Point(lat, round(lon, 4))


def _snap(degrees: float) -> float:
    return round(round(degrees / _MASK_STEP) * _MASK_STEP, 4)
