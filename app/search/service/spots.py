"""Phase 1 of the search: chargers round a point, nearest first, from one index.

One statement on ``connector`` alone, which its covering index answers. Dense places
are read in batches, so that the nearest 50 do not cost thousands.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Float,
    Integer,
    Select,
    bindparam,
    case,
    distinct,
    func,
    select,
)
from sqlalchemy.sql import ColumnElement

from app.database import db
from app.kernel.geo import (
    CELLS_PER_DEGREE,
    EARTH_RADIUS_M,
    Point,
    cells_around,
    distances_from,
)
from app.search.columns import CONNECTOR
from app.search.domain import Query
from app.search.service.lists import one_of_numbers, one_of_words
from app.search.service.views import GridCount

_DEGREE_M = math.pi * EARTH_RADIUS_M / 180
# So near to a pole the flat formula fails; everything is read and measured there.
_POLAR_LAT = 85.0
# By how much the flat formula may be wrong up to there, as a share and in meters.
_SHARE_WRONG, _METERS_WRONG = 0.001, 0.5
_EVERYTHING = 1_000_000_000
_GROWTH = 4
# Counts of the map are put together until they are no more than this.
_MAX_FIELDS = 150


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
        self._outside_m = outside_m
        self._radius_m = query.radius_m
        self._distance = distances_from(query.center)
        self._values = _values(query)
        self._is_polar = _is_polar(query)
        self._is_hollow = outside_m > 0 and not self._is_polar
        inner = max(0.0, outside_m * (1 - _SHARE_WRONG) - _METERS_WRONG) / _DEGREE_M
        self._values["least"] = inner * inner
        self._flags = (_crosses_date_line(query), query.standards is not None)
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
            _Field(count - handled.get(cell, 0), lat, lon)
            for cell, count, lat, lon in found
            if count > handled.get(cell, 0)
        ]
        return _merged(left)

    def _ready(self) -> int:
        """Return how many cannot be preceded by one that is not read yet."""
        return bisect_right(self._pending, self._safe_m, key=lambda spot: spot[0])

    def _read(self, count: int) -> None:
        # There the order of the database says nothing about distances.
        count = _EVERYTHING if self._is_polar else count
        values = {**self._values, "count": count, "skipped": self._rows_read}
        found = db.session.connection().execute(
            _nearest(*self._flags, self._is_hollow), values
        )
        rows = found.all()
        for evse_id, lat, lon, zone in rows:
            if evse_id not in self._seen:
                self._seen.add(evse_id)
                away_m = self._distance(lat, lon)
                if self._outside_m < away_m <= self._radius_m:
                    self._pending.append(Spot(away_m, evse_id, lat, lon, zone))
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


def _in_cells(has_plug: bool) -> list[ColumnElement[bool]]:
    conditions = [
        one_of_numbers(CONNECTOR.c.cell, "cells"),
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
def _nearest(crosses: bool, has_plug: bool, is_hollow: bool) -> Select[Any]:
    # The circle is cut out afterwards, so that each distance is worked out once. What
    # is cut off lies behind the rest, so fewer rows than asked for are the last ones.
    hole = [_distance2(crosses) > bindparam("least", type_=Float)] if is_hollow else []
    ordered = (
        select(
            CONNECTOR.c.evse_id,
            CONNECTOR.c.latitude,
            CONNECTOR.c.longitude,
            CONNECTOR.c.time_zone,
            _distance2(crosses).label("distance2"),
        )
        .where(*_in_cells(has_plug), *hole)
        .order_by("distance2", CONNECTOR.c.evse_id)
        .limit(bindparam("count", type_=Integer))
        .offset(bindparam("skipped", type_=Integer))
        .subquery("nearest")
    )
    columns = (ordered.c.evse_id, ordered.c.latitude, ordered.c.longitude)
    return (
        select(*columns, ordered.c.time_zone)
        .where(ordered.c.distance2 <= bindparam("most", type_=Float))
        .order_by(ordered.c.distance2, ordered.c.evse_id)
    )


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


class _Field(NamedTuple):
    chargers: int
    lat: float
    lon: float


def _merged(fields: list[_Field]) -> tuple[GridCount, ...]:
    """Return the counts, neighbors put together until the map can show them all."""
    scale = float(CELLS_PER_DEGREE)
    while len(fields) > _MAX_FIELDS:
        scale /= 2
        groups: dict[tuple[int, int], list[_Field]] = defaultdict(list)
        for each in fields:
            row, column = (each.lat + 90) * scale, (each.lon + 180) * scale
            groups[int(row), int(column)].append(each)
        fields = [_sum(group) for _, group in sorted(groups.items())]
    return tuple(
        GridCount(Point(round(each.lat, 4), round(each.lon, 4)), each.chargers)
        for each in fields
    )


def _sum(fields: list[_Field]) -> _Field:
    chargers = sum(each.chargers for each in fields)
    return _Field(
        chargers,
        sum(each.lat * each.chargers for each in fields) / chargers,
        sum(each.lon * each.chargers for each in fields) / chargers,
    )
