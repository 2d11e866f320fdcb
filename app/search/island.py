"""The map's part of an answer: short rows of whole numbers, named by the browser.

Up to 200 chargers travel with every change of a filter. Keys, labels and addresses
are the same for all of them, so static/search/island.js makes those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from app.kernel.geo import Point
from app.kernel.money import exponent_of, format_minor
from app.search.cards import cap_wh, wish_query
from app.search.domain import Span
from app.search.service import MapPoint, Results

T = TypeVar("T")
# A step is a meter and a bit: finer than the grid on which public points lie.
STEPS = 100_000


def island_of(results: Results) -> str:
    """Return what the map draws, as JSON; the list shows the first of the same.

    Rows: ``points`` (id, north, east, total in minor units, 1 if free, name, number
    of the time to book, number of the currency; both left out where zero), ``counts``
    (north, east, how many), ``public`` (north, east, name). North and east are steps
    from the center, which crosses the antimeridian without a jump.
    """
    center = results.query.center
    cap = cap_wh(results.car)
    spans = _numbered(each.span for each in results.points)
    currencies = _numbered(each.currency for each in results.points)
    return as_island(
        center,
        results.query.radius_m,
        times=[wish_query(each, cap) for each in spans],
        currencies=[[_sign(each), exponent_of(each)] for each in currencies],
        points=[_row(each, center, spans, currencies) for each in results.points],
        counts=[[*_from(center, each.point), each.count] for each in results.counts],
        public=[[*_from(center, each.point), each.name] for each in results.public],
    )


def as_island(center: Point, radius_m: int, **more: Any) -> str:
    """Return JSON that may stand inside of a page; without more, an empty map."""
    data: dict[str, Any]
    data = {"center": [center.lat, center.lon], "radius_m": radius_m}
    nothing: dict[str, Any] = {
        "times": [],
        "currencies": [],
        "points": [],
        "counts": [],
    }
    text = json.dumps(
        {**data, **nothing, "public": [], **more},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # A name must not end the script element that holds it.
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(
    at: MapPoint,
    center: Point,
    spans: dict[Span | None, int],
    currencies: dict[str, int],
) -> list[Any]:
    north, east = _from(center, at)
    row = [at.charger_id, north, east, at.total_minor, int(at.is_free), at.name]
    time, currency = spans[at.span], currencies[at.currency]
    if currency:
        return [*row, time, currency]
    return [*row, time] if time else row


def _from(center: Point, point: Point | MapPoint) -> tuple[int, int]:
    """Return how far north and east a point lies, in steps, the short way round."""
    east = point.lon - center.lon
    if not -180 <= east <= 180:
        east -= 360 if east > 0 else -360
    return round((point.lat - center.lat) * STEPS), round(east * STEPS)


def _numbered(values: Iterable[T]) -> dict[T, int]:
    """Return each value with its number, the first one first."""
    return {each: number for number, each in enumerate(dict.fromkeys(values))}


def _sign(currency: str) -> str:
    """Return what stands before an amount, such as ``€`` or ``CHF ``."""
    return format_minor(0, currency).rstrip("0.")
