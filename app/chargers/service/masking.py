"""Where the public sees a charger: beside the door, the same way each time.

The offset hangs on the *site*, a text kept with the place. Chargers of one owner at one
door share it, so that listing a place twice, or anew, gives nobody a second offset to
average with the first.
"""

from __future__ import annotations

import hashlib
import hmac
import math

from flask import current_app
from sqlalchemy import select
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
    width = _BOX_DEGREES / max(0.01, math.cos(math.radians(point.lat)))
    statement = (
        select(
            LocationRow.latitude,
            LocationRow.longitude,
            LocationRow.mask_site,
            EvseRow.code,
        )
        .join(EvseRow, EvseRow.location_id == LocationRow.id)
        .where(
            LocationRow.owner_id == owner_id,
            LocationRow.latitude.between(
                point.lat - _BOX_DEGREES, point.lat + _BOX_DEGREES
            ),
            LocationRow.longitude.between(point.lon - width, point.lon + width),
        )
        .order_by(LocationRow.id)
    )
    near = [
        (away_m, site_of(row.mask_site, row.code))
        for row in session.execute(statement)
        if (away_m := distance_m(point, Point(row.latitude, row.longitude)))
        <= SAME_PLACE_M
    ]
    # Of equally near ones the oldest counts; ``min`` keeps the first.
    return (
        min(near, key=lambda each: each[0])[1] if near else fresh_site(owner_id, point)
    )


def site_of(mask_site: str, code: str) -> str:
    """Return the site of a place that is stored; the oldest ones go by their code."""
    return mask_site or code


def fresh_site(owner_id: int, point: Point) -> str:
    """Return the site of an owner's place in a field of 0.01 degrees."""
    row = math.floor((point.lat + 90) * _FIELDS_PER_DEGREE)
    column = math.floor((point.lon + 180) * _FIELDS_PER_DEGREE)
    return f"{owner_id}:{row}:{column}"
