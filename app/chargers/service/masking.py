"""Where the public sees a charger: beside the door, the same way each time.

The offset hangs on the *site*, a text kept with the place. Chargers of one owner at one
door share it, so that listing a place twice, or anew, gives nobody a second offset to
average with the first.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from flask import current_app
from sqlalchemy import Integer, Select, cast, select
from sqlalchemy.orm import Session

from app.chargers.models import EvseRow, LocationRow
from app.config import Settings
from app.kernel.geo import Point, distance_m, public_point

# Places of one owner that are nearer than this are one place to a stranger.
SAME_PLACE_M = 300
_BOX_DEGREES = 0.003
_FIELDS_PER_DEGREE = 100


def masked(point: Point, *, site: str) -> Point:
    """Return what the public sees of the point, always the same for one site."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    key = hmac.digest(settings.secret_key.encode(), b"public-point", hashlib.sha256)
    return public_point(point, site=site, key=key)


def site_in(session: Session, *, owner_id: int, point: Point) -> str:
    """Return the site of a new place: that of the owner's nearest one, or a fresh one.

    Places that were taken down count as well.
    """
    return sites_in(session, owner_id=owner_id, points={"": point})[""]


def sites_in(
    session: Session, *, owner_id: int, points: Mapping[str, Point]
) -> dict[str, str]:
    """Return the sites of new places, as if they were listed one after the other."""
    near: dict[tuple[int, int], list[tuple[Point, str]]] = defaultdict(list)
    for latitude, longitude, mask_site, code in session.execute(
        _places_about(owner_id, points.values())
    ):
        at = Point(latitude, longitude)
        near[_field_of(at)].append((at, site_of(mask_site, code)))
    sites = {}
    for key, point in points.items():
        known = [
            (away_m, site)
            for field in _fields_about(point)
            for at, site in near.get(field, ())
            if (away_m := distance_m(point, at)) <= SAME_PLACE_M
        ]
        # Of equally near ones the oldest counts; ``min`` keeps the first.
        nearest = min(known, key=lambda each: each[0], default=None)
        sites[key] = nearest[1] if nearest else fresh_site(owner_id, point)
        near[_field_of(point)].append((point, sites[key]))
    return sites


def _places_about(
    owner_id: int, points: Iterable[Point]
) -> Select[float, float, str, str]:
    """Select the owner's places in the fields of these points, and some more."""
    rows, columns = set(), set()
    for point in points:
        for row, column in _fields_about(point):
            # One database cuts off where the other rounds up to the next field.
            rows |= {row, row + 1}
            columns |= {column, column + 1}
    row_of = cast((LocationRow.latitude + 90) * _FIELDS_PER_DEGREE, Integer)
    column_of = cast((LocationRow.longitude + 180) * _FIELDS_PER_DEGREE, Integer)
    return (
        select(
            LocationRow.latitude,
            LocationRow.longitude,
            LocationRow.mask_site,
            EvseRow.code,
        )
        .join(EvseRow, EvseRow.location_id == LocationRow.id)
        .where(
            LocationRow.owner_id == owner_id,
            row_of.in_(sorted(rows)),
            column_of.in_(sorted(columns)),
        )
        .order_by(LocationRow.id)
    )


def _field_of(point: Point) -> tuple[int, int]:
    return (
        math.floor((point.lat + 90) * _FIELDS_PER_DEGREE),
        math.floor((point.lon + 180) * _FIELDS_PER_DEGREE),
    )


def _fields_about(point: Point) -> Iterator[tuple[int, int]]:
    """Yield every field that may hold the same place; near the poles many."""
    row, column = _field_of(point)
    shrink = max(0.01, math.cos(math.radians(point.lat)))
    reach = math.ceil(_BOX_DEGREES * _FIELDS_PER_DEGREE / shrink)
    for near_row in (row - 1, row, row + 1):
        for near_column in range(column - reach, column + reach + 1):
            yield near_row, near_column


def site_of(mask_site: str, code: str) -> str:
    """Return the site of a place that is stored; the oldest ones go by their code."""
    return mask_site or code


def fresh_site(owner_id: int, point: Point) -> str:
    """Return the site of an owner's place in a field of 0.01 degrees."""
    row, column = _field_of(point)
    return f"{owner_id}:{row}:{column}"
