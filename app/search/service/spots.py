"""Phase 1 of the search: chargers round a point, nearest first, from one index.

One statement on ``connector`` alone, which its covering index answers. Dense places
are read in batches, so that the nearest 50 do not cost thousands.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Float,
    Integer,
    Select,
    bindparam,
    case,
    distinct,
    func,
    select,
    union_all,
)
from sqlalchemy.sql import ColumnElement

from app.database import db
from app.kernel.geo import (
    EARTH_RADIUS_M,
    Point,
    cells_around,
    distances_from,
)
from app.search.columns import CONNECTOR
from app.search.domain import Query
from app.search.service.fields import Field, merged
from app.search.service.lists import one_of_numbers, one_of_words
from app.search.service.statements import Statement
from app.search.service.views import GridCount

_DEGREE_M = math.pi * EARTH_RADIUS_M / 180
# So near to a pole the flat formula fails; everything is read and measured there.
_POLAR_LAT = 85.0
# By how much the flat formula may be wrong up to there, as a share and in meters.
_SHARE_WRONG, _METERS_WRONG = 0.001, 0.5
_EVERYTHING = 1_000_000_000
# In a wide circle what lies so near comes first, and is often enough.
_RINGS_M = (2_000, 7_000)
_WIDE_M = 10_000
_MOST_RINGS = len(_RINGS_M) + 1
_GROWTH = 4


class Spot(NamedTuple):
    """A charger inside the circle that has the plug and the power."""

    distance_m: float
    evse_id: int
    lat: float
    lon: float
    zone: str


class Spots:
    """The chargers of one circle, handed out nearest first."""

    def __init__(self, query: Query, outside_m: float = -1.0) -> None:
        """Hand out only what lies farther away than ``outside_m``."""
        self._outside_m, self._radius_m = outside_m, query.radius_m
        self._distance = distances_from(query.center)
        self._values = _values(query)
        self._is_polar = _is_polar(query)
        self._is_hollow = outside_m > 0 and not self._is_polar
        inner = max(0.0, outside_m * (1 - _SHARE_WRONG) - _METERS_WRONG) / _DEGREE_M
        self._values["least"] = inner * inner
        self._flags = (_crosses_date_line(query), query.standards is not None)
        is_plain = self._is_polar or self._is_hollow or query.radius_m < _WIDE_M
        self._rings = 1 if is_plain else _MOST_RINGS
        self._seen: set[int] = set()
        self._pending: list[Spot] = []
        self._rows_read = 0
        self._safe_m = -1.0

    def take(self, count: int) -> list[Spot]:
        """Return up to ``count`` further ones, nearest first; none at the end."""
        while not (ready := self._ready()) and self._safe_m < math.inf:
            self._read(max(count, self._rows_read * (_GROWTH - 1)))
        taken = self._pending[: min(count, ready)]
        del self._pending[: len(taken)]
        return taken

    def has_next(self) -> bool:
        """Return whether there are any left."""
        while not self._pending and self._safe_m < math.inf:
            self._read(self._rows_read * (_GROWTH - 1))
        return bool(self._pending)

    def zones(self) -> frozenset[str]:
        """Return the time zones of all chargers near the circle, read or not."""
        found = db.session.connection().execute(_zones(*self._flags), self._values)
        return frozenset(row[0] for row in found)

    def counts(self, handled: Mapping[int, int]) -> tuple[GridCount, ...]:
        """Return how many chargers lie in each field of a coarse grid.

        :param handled: how many to leave out, by grid cell
        """
        found = db.session.connection().execute(_counts(*self._flags), self._values)
        left = [
            Field(count - handled.get(cell, 0), lat, lon)
            for cell, count, lat, lon in found
            if count > handled.get(cell, 0)
        ]
        return merged(left)

    def _ready(self) -> int:
        """Return how many cannot be preceded by one that is not read yet."""
        return bisect_right(self._pending, self._safe_m, key=lambda spot: spot[0])

    def _read(self, count: int) -> None:
        # There the order of the database says nothing about distances.
        count = _EVERYTHING if self._is_polar else count
        values = {**self._values, "count": count, "skipped": self._rows_read}
        rows = _nearest(*self._flags, self._rings, self._is_hollow).all(values)
        seen, distance, radius_m = self._seen, self._distance, self._radius_m
        make, keep, outside_m = Spot._make, self._pending.append, self._outside_m
        for evse_id, lat, lon, zone in rows:
            if evse_id not in seen:
                seen.add(evse_id)
                away_m = distance(lat, lon)
                if outside_m < away_m <= radius_m:
                    keep(make((away_m, evse_id, lat, lon, zone)))
        self._pending.sort()
        self._rows_read += len(rows)
        self._safe_m = math.inf
        if len(rows) == count:
            last_m = self._distance(rows[-1][1], rows[-1][2])
            self._safe_m = last_m * (1 - _SHARE_WRONG) - _METERS_WRONG


def _values(query: Query) -> dict[str, Any]:
    """Return what the statements need of the query.

    Squared distance in degrees, flat round the center: y² + x²·(c² - c·s·y), with
    cosine and sine of its latitude; the second term corrects how meridians close in.
    """
    center, radius_m = query.center, query.radius_m
    reach = radius_m / _DEGREE_M
    values: dict[str, Any] = {
        "cells": cells_around(center, radius_m),
        "standards": sorted(query.standards or ()),
        "power_w": query.min_power_w,
        "lat": center.lat,
        "lon": center.lon,
        "flat": 0.0,
        "closing": 0.0,
        "most": float(_EVERYTHING),
    }
    if _is_polar(query):
        return values
    cosine = math.cos(math.radians(center.lat))
    sine = math.sin(math.radians(center.lat))
    values["flat"] = cosine * cosine
    values["closing"] = math.radians(cosine * sine)
    values["most"] = (reach * (1 + _SHARE_WRONG) + 1e-5) ** 2
    if _crosses_date_line(query) and center.lon < 0:
        values["lon"] = center.lon + 360
    if radius_m >= _WIDE_M:
        values |= _ring_values(center, values["cells"])
    return values


def _ring_values(center: Point, cells: tuple[int, ...]) -> dict[str, Any]:
    """Return which cells each ring adds, and how far it reaches for certain."""
    values: dict[str, Any] = {}
    known: frozenset[int] = frozenset()
    for number, ring_m in enumerate(_RINGS_M):
        ring = frozenset(cells_around(center, ring_m))
        values[f"cells_{number}"] = sorted(ring - known)
        reach = (ring_m * (1 - _SHARE_WRONG) - _METERS_WRONG) / _DEGREE_M
        values[f"within_{number}"] = reach * reach
        known |= ring
    values[f"cells_{len(_RINGS_M)}"] = [each for each in cells if each not in known]
    return values


def _is_polar(query: Query) -> bool:
    return abs(query.center.lat) + query.radius_m / _DEGREE_M > _POLAR_LAT


def _crosses_date_line(query: Query) -> bool:
    reach = query.radius_m / _DEGREE_M
    nearest_pole = math.radians(min(_POLAR_LAT, abs(query.center.lat) + reach))
    return abs(query.center.lon) + reach / math.cos(nearest_pole) >= 180


def _distance2(crosses: bool) -> ColumnElement[float]:
    lon: ColumnElement[float] = CONNECTOR.c.longitude
    if crosses:
        lon = lon + case((lon < 0, 360.0), else_=0.0)
    y = CONNECTOR.c.latitude - bindparam("lat", type_=Float)
    x = lon - bindparam("lon", type_=Float)
    flat, closing = bindparam("flat", type_=Float), bindparam("closing", type_=Float)
    return y * y + x * x * (flat - closing * y)


def _in_cells(has_plug: bool, cells: str = "cells") -> list[ColumnElement[bool]]:
    conditions = [
        one_of_numbers(CONNECTOR.c.cell, cells),
        CONNECTOR.c.max_power_w >= bindparam("power_w", type_=Integer),
    ]
    if has_plug:
        conditions.append(one_of_words(CONNECTOR.c.standard, "standards"))
    return conditions


def _inside(crosses: bool, has_plug: bool) -> list[ColumnElement[bool]]:
    is_inside = _distance2(crosses) <= bindparam("most", type_=Float)
    return [*_in_cells(has_plug), is_inside]


# Statements are built once: building them costs more than running them.
@lru_cache
def _nearest(crosses: bool, has_plug: bool, rings: int, is_hollow: bool) -> Statement:
    # The circle is cut out afterwards, so that each distance is worked out once. What
    # is cut off lies behind the rest, so fewer rows than asked for are the last ones.
    if rings == 1:
        found = _spots(crosses, has_plug, "cells").subquery("found")
    else:
        found = _ringed(crosses, has_plug).subquery("found")
    wanted = select(found)
    if is_hollow:
        wanted = wanted.where(found.c.distance2 > bindparam("least", type_=Float))
    ordered = (
        wanted.order_by(found.c.distance2, found.c.evse_id)
        .limit(bindparam("count", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
        .subquery("nearest")
    )
    columns = (ordered.c.evse_id, ordered.c.latitude, ordered.c.longitude)
    return Statement(
        select(*columns, ordered.c.time_zone)
        .where(ordered.c.distance2 <= bindparam("most", type_=Float))
        .order_by(ordered.c.distance2, ordered.c.evse_id)
    )


def _spots(crosses: bool, has_plug: bool, cells: str) -> Select[Any]:
    return select(
        CONNECTOR.c.evse_id,
        CONNECTOR.c.latitude,
        CONNECTOR.c.longitude,
        CONNECTOR.c.time_zone,
        _distance2(crosses).label("distance2"),
    ).where(*_in_cells(has_plug, cells))


def _ringed(crosses: bool, has_plug: bool) -> CompoundSelect[Any]:
    """Return the rows ring by ring; a ring is read only if those inside do not do.

    They do where as many as are wanted lie nearer than anything farther out can.
    """
    wanted = bindparam("count", type_=Integer) + bindparam("skipped", type_=Integer)
    parts: list[Any] = []
    for number in range(_MOST_RINGS):
        ring = _spots(crosses, has_plug, f"cells_{number}")
        if number:
            within = bindparam(f"within_{number - 1}", type_=Float)
            counts = [
                select(func.count())
                .select_from(each)
                .where(each.c.distance2 <= within)
                .scalar_subquery()
                for each in parts
            ]
            ring = ring.where(sum(counts[1:], counts[0]) < wanted)
        parts.append(ring.cte(f"ring_{number}"))
    return union_all(*(select(each) for each in parts))


@lru_cache
def _zones(crosses: bool, has_plug: bool) -> Select[Any]:
    return select(CONNECTOR.c.time_zone).distinct().where(*_inside(crosses, has_plug))


@lru_cache
def _counts(crosses: bool, has_plug: bool) -> Select[Any]:
    return (
        select(
            CONNECTOR.c.cell,
            func.count(distinct(CONNECTOR.c.evse_id)),
            func.avg(CONNECTOR.c.latitude),
            func.avg(CONNECTOR.c.longitude),
        )
        .where(*_inside(crosses, has_plug))
        .group_by(CONNECTOR.c.cell)
        .order_by(CONNECTOR.c.cell)
    )
