"""The map's part of an answer: short rows of numbers, to be named by the browser.

Up to 300 chargers travel with every change of a filter. Keys, labels and addresses
are the same for all of them, so static/search/island.js makes those.
"""

from __future__ import annotations

from typing import Any

from app.kernel.geo import Point
from app.kernel.money import exponent_of, format_minor
from app.search.cards import time_query
from app.search.domain import Span
from app.search.service import MapPoint, Results

# A meter and a bit: finer than the grid on which public points lie.
_DECIMALS = 5


def island_of(results: Results, span: Span | None) -> dict[str, Any]:
    """Return what the map draws; the list beside it shows the first of the same.

    Rows: ``points`` (id, latitude, longitude, total in minor units, 1 if free, name,
    index of the currency if not the first), ``counts`` (latitude, longitude, how
    many), ``public`` (latitude, longitude, name).
    """
    center = results.query.center
    currencies = _currencies(results.points)
    return {
        "center": [center.lat, center.lon],
        "radius_m": results.query.radius_m,
        "time": time_query(span),
        "currencies": [[_sign(each), exponent_of(each)] for each in currencies],
        "points": [_row(each, currencies) for each in results.points],
        "counts": [[*_at(each.point), each.count] for each in results.counts],
        "public": [
            [*_at(each.point), each.name] for each in getattr(results, "public", ())
        ],
    }


def empty_island(center: Point, radius_m: int) -> dict[str, Any]:
    """Return a map without anything on it."""
    return {
        "center": [center.lat, center.lon],
        "radius_m": radius_m,
        "time": "",
        "currencies": [],
        "points": [],
        "counts": [],
        "public": [],
    }


def _row(at: MapPoint, currencies: dict[str, int]) -> list[Any]:
    point = at.point
    row = [
        at.charger_id,
        round(point.lat, _DECIMALS),
        round(point.lon, _DECIMALS),
        at.total_minor,
        int(at.is_free),
        at.name,
    ]
    index = currencies[at.currency]
    return [*row, index] if index else row


def _currencies(points: tuple[MapPoint, ...]) -> dict[str, int]:
    """Return each currency of the map with its number, the first one first."""
    return {each: i for i, each in enumerate(dict.fromkeys(p.currency for p in points))}


def _sign(currency: str) -> str:
    """Return what stands before an amount, such as ``€`` or ``CHF ``."""
    return format_minor(0, currency).rstrip("0.")


def _at(point: Point) -> tuple[float, float]:
    return round(point.lat, _DECIMALS), round(point.lon, _DECIMALS)
