"""Counts of chargers by place, put together until a map can show them all."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from app.kernel.geo import CELLS_PER_DEGREE, Point
from app.search.service.views import GridCount

_MAX_FIELDS = 150


class Field(NamedTuple):
    """So many chargers round a point."""

    chargers: int
    lat: float
    lon: float


def merged(fields: list[Field]) -> tuple[GridCount, ...]:
    """Return the counts, neighbors put together until the map can show them all."""
    scale = float(CELLS_PER_DEGREE)
    while len(fields) > _MAX_FIELDS:
        scale /= 2
        groups: dict[tuple[int, int], list[Field]] = defaultdict(list)
        for each in fields:
            row, column = (each.lat + 90) * scale, (each.lon + 180) * scale
            groups[int(row), int(column)].append(each)
        fields = [_sum(group) for _, group in sorted(groups.items())]
    return tuple(
        GridCount(Point(round(each.lat, 4), round(each.lon, 4)), each.chargers)
        for each in fields
    )


def _sum(fields: list[Field]) -> Field:
    chargers = sum(each.chargers for each in fields)
    return Field(
        chargers,
        sum(each.lat * each.chargers for each in fields) / chargers,
        sum(each.lon * each.chargers for each in fields) / chargers,
    )
