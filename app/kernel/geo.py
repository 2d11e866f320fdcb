"""Points on the earth: distance, grid cells for an ordinary index, masked points."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.kernel.errors import DomainError

EARTH_RADIUS_M = 6_371_008.8
CELLS_PER_DEGREE = 20
# A circle of 50 km needs about 460 cells in Berlin and at most 1200 anywhere.
MAX_CELLS = 1200
# Where no search looks: the cell of what is not on offer.
HIDDEN_CELL = -1
_METERS_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180
_MASK_STEP = 0.0005
_COLUMNS = 360 * CELLS_PER_DEGREE
_TOO_LARGE = "Please search a smaller area."


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
    return distances_from(a)(b.lat, b.lon)


def distances_from(center: Point) -> Callable[[float, float], float]:
    """Return a function of latitude and longitude that tells meters to the center.

    For thousands of points that are known to lie on the earth.
    """
    lat_a, lon_a = math.radians(center.lat), center.lon
    cos_a = math.cos(lat_a)
    # Names of this function are found quicker than those of the module.
    radians, sin, cos, asin, sqrt = (
        *(math.radians, math.sin, math.cos),
        *(math.asin, math.sqrt),
    )
    diameter_m = 2 * EARTH_RADIUS_M

    def distance(lat: float, lon: float) -> float:
        """Return the meters from the center to there."""
        lat_b = radians(lat)
        up = sin((lat_b - lat_a) / 2)
        aside = sin(radians(lon - lon_a) / 2)
        chord = up * up + cos_a * cos(lat_b) * (aside * aside)
        return diameter_m * asin(sqrt(chord) if chord < 1.0 else 1.0)

    return distance


def cell_of(point: Point) -> int:
    """Return the number of the grid cell that holds the point.

    A cell is 0.05 degrees high and, up to 75 degrees of latitude, as wide. Nearer to
    a pole 2, 4, 8 … of them count as one, so that a cell stays about as wide on the
    ground and a circle never needs many more.
    """
    row = _row(point.lat)
    column = math.floor((point.lon + 180) * CELLS_PER_DEGREE) % _COLUMNS
    return row * 8192 + (column >> _HALVINGS[row])


def cells_around(center: Point, radius_m: float) -> tuple[int, ...]:
    """Return every cell that a circle may touch, across date line and poles as well.

    Row by row, the columns that the circle reaches there: at most ``MAX_CELLS`` up to
    50 km anywhere on the earth.

    :raises BadPoint: if the circle would need more than ``MAX_CELLS`` cells
    """
    # A hair more than the circle, so that no rounding loses a point on its edge.
    reach = math.degrees((radius_m * (1 + 1e-9) + 0.01) / EARTH_RADIUS_M)
    south, north = center.lat - reach, center.lat + reach
    # Each row holds at least one cell.
    if not (north - south) * CELLS_PER_DEGREE <= MAX_CELLS:
        raise BadPoint(_TOO_LARGE, field="radius_km")
    cells: set[int] = set()
    for row in range(_row(max(-90.0, south)), _row(min(90.0, north)) + 1):
        bottom = row / CELLS_PER_DEGREE - 90
        half = _half_width(
            center.lat, reach, bottom, min(90.0, bottom + 1 / CELLS_PER_DEGREE)
        )
        cells.update(_cells_of_row(row, center.lon - half, center.lon + half))
        if len(cells) > MAX_CELLS:
            raise BadPoint(_TOO_LARGE, field="radius_km")
    return tuple(sorted(cells))


def _row(lat: float) -> int:
    return math.floor((lat + 90) * CELLS_PER_DEGREE)


def _half_width(lat: float, reach: float, bottom: float, top: float) -> float:
    """Return how many degrees of longitude a circle reaches between two latitudes.

    :param reach: the circle's radius in degrees of a great circle
    :returns: 180 where it goes all the way round
    """
    # Where a meridian touches the circle it is widest, or at the pole it holds; or
    # else at the edge of the row that is nearer to there.
    sine = math.sin(math.radians(lat)) / math.cos(math.radians(reach))
    widest = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    at = math.radians(max(bottom, min(top, widest)))
    here, radius = math.radians(lat), math.radians(reach)
    across = math.cos(here) * math.cos(at)
    if across < 1e-12:
        return 180.0
    cosine = (math.cos(radius) - math.sin(here) * math.sin(at)) / across
    if cosine <= -1:
        return 180.0
    # Rows that only just touch the circle come out a hair beyond one.
    return math.degrees(math.acos(min(1.0, cosine))) + 1e-6


def _cells_of_row(row: int, west: float, east: float) -> Iterator[int]:
    halvings = _HALVINGS[row]
    first = math.floor((west + 180) * CELLS_PER_DEGREE)
    last = math.floor((east + 180) * CELLS_PER_DEGREE)
    if last - first >= _COLUMNS - 1:
        first, last = 0, _COLUMNS - 1
    # Cells count from the date line, so a stretch across it is walked in two parts.
    start, length = first % _COLUMNS, last - first
    for low, high in (
        (start, min(start + length, _COLUMNS - 1)),
        (0, start + length - _COLUMNS),
    ):
        if low <= high:
            for column in range(low >> halvings, (high >> halvings) + 1):
                yield row * 8192 + column


def _halvings_of(row: int) -> int:
    """Return how often the number of columns is halved in a row, by its far edge."""
    lat = min(90.0, max(abs(row / 20 - 90), abs((row + 1) / 20 - 90)))
    halvings = 0
    while halvings < 12 and math.cos(math.radians(lat)) * 2**halvings < _NARROWEST:
        halvings += 1
    return halvings


# The rows up to 75 degrees keep all their columns.
_NARROWEST = math.cos(math.radians(75.001))
_HALVINGS = tuple(_halvings_of(row) for row in range(180 * CELLS_PER_DEGREE + 1))


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
