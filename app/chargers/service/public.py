"""Stations of other people, shown for orientation: nobody can book them here.

A station that somebody offers here is a charger and never one of these as well.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from unicodedata import category

from sqlalchemy import Float, bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.chargers.domain import VISIBLE_STATES, ListingRefused
from app.chargers.models import LocationRow, PublicStationRow
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.geo import BadPoint, Point, cell_of, cells_around, distance_m

_ROW = PublicStationRow
_STANDARDS_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStation:
    """Everything a file says about a public station.

    :param standards: OCPI connector standards, and names that OCPI does not have
    :param max_power_w: None where the file does not tell
    """

    source_id: str
    name: str
    operator: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    standards: tuple[str, ...]
    max_power_w: int | None
    hours_text: str
    price_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStation:
    """A station that is not bookable here, with its true place.

    :param distance_m: from the point that was asked about, in meters
    """

    id: int
    source: str
    source_id: str
    name: str
    operator: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    standards: tuple[str, ...]
    max_power_w: int | None
    hours_text: str
    price_text: str
    distance_m: float = 0.0


class Stored(NamedTuple):
    """What became of each entry of a batch, as source ids."""

    created: frozenset[str]
    changed: frozenset[str]
    unchanged: frozenset[str]
    listed: frozenset[str]


def check_station(command: AddStation) -> Point:
    """Return the station's point if everything about it can be stored.

    :raises ListingRefused: with the field and the reason, at the first fault
    """
    for field, longest in (
        ("source_id", 64), ("name", 120), ("operator", 80), ("city", 80),
        ("country_code", 2), ("hours_text", 1000), ("price_text", 1000),
    ):  # fmt: skip
        text: str = getattr(command, field)
        if len(text) > longest:
            raise ListingRefused(f"At most {longest} characters fit.", field=field)
        _refuse_broken(text, field)
    if not command.name:
        raise ListingRefused("Please give a name.", field="name")
    if not command.source_id:
        raise ListingRefused("Please give an id.", field="source_id")
    _refuse_broken("".join(command.standards), "standards")
    if command.max_power_w is not None and not 0 < command.max_power_w < 10**8:
        raise ListingRefused("That power cannot be right.", field="max_power_w")
    try:
        return Point(command.latitude, command.longitude)
    except BadPoint as error:
        field = "latitude" if error.field == "lat" else "longitude"
        raise ListingRefused(error.message, field=field) from error


def _refuse_broken(text: str, field: str) -> None:
    if any(category(each) in ("Cc", "Cs") for each in text):
        raise ListingRefused("There is an invisible character in it.", field=field)


def import_public_in(
    session: Session,
    *,
    source: str,
    entries: Mapping[str, AddStation],
    now: datetime,
    is_dry: bool = False,
) -> Stored:
    """Store public stations, or bring them up to date, by their id at the source.

    What is on offer here as a charger is left out.

    :param is_dry: only say what would happen
    :raises ListingRefused: if one is not acceptable; nothing is stored
    """
    values = {key: _values(each) for key, each in entries.items()}
    listed = _listed(session, source, values)
    known = {
        row.source_id: row
        for row in session.scalars(
            select(_ROW).where(_ROW.source == source, _ROW.source_id.in_(values))
        )
    }
    fresh = [key for key in values if key not in known and key not in listed]
    changed = [
        key
        for key, row in known.items()
        if key not in listed
        and any(getattr(row, name) != value for name, value in values[key].items())
    ]
    if not is_dry:
        _write(session, source, values, known, fresh, changed, now)
        forget_public_in(session, source, listed)
    return Stored(
        created=frozenset(fresh),
        changed=frozenset(changed),
        unchanged=frozenset(known.keys() - listed - set(changed)),
        listed=frozenset(listed),
    )


def _values(command: AddStation) -> dict[str, Any]:
    point = check_station(command)
    standards = ",".join(each.replace(",", " ") for each in command.standards)
    # A list cut in the middle of a name would name a plug that does not exist.
    while len(standards) > _STANDARDS_LENGTH:
        standards = standards.rpartition(",")[0]
    return {**asdict(command), "standards": standards, "cell": cell_of(point)}


def _listed(session: Session, source: str, keys: Collection[str]) -> set[str]:
    statement = select(LocationRow.source_id).where(
        LocationRow.source == source,
        LocationRow.source_id.in_(keys),
        LocationRow.listing_state.in_(sorted(VISIBLE_STATES)),
    )
    return {str(key) for key in session.scalars(statement)}


def _write(
    session: Session,
    source: str,
    values: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, PublicStationRow],
    fresh: list[str],
    changed: list[str],
    now: datetime,
) -> None:
    if fresh:
        session.execute(
            insert(_ROW),
            [{**values[key], "source": source, "updated_at": now} for key in fresh],
        )
    if changed:
        session.execute(
            update(_ROW),
            [
                {**values[key], "id": known[key].id, "updated_at": now}
                for key in changed
            ],
        )


def forget_public_in(session: Session, source: str, keys: Collection[str]) -> None:
    """Take public stations away, because they are chargers here now."""
    if keys:
        session.execute(
            delete(_ROW).where(_ROW.source == source, _ROW.source_id.in_(sorted(keys)))
        )


def get_public_station(station_id: int) -> PublicStation:
    """Return a public station.

    :raises NotFound: if there is none with this id
    """
    row = db.session.get(_ROW, station_id)
    if row is None:
        raise NotFound
    return _station(row, 0.0)


_LON = _ROW.longitude - bindparam("lon", type_=Float)
_WEST_EAST = case((func.abs(_LON) > 180, 360 - func.abs(_LON)), else_=_LON)
_NORTH_SOUTH = _ROW.latitude - bindparam("lat", type_=Float)
_SHRINK = bindparam("shrink", type_=Float)
_NEAREST = (
    select(_ROW)
    .where(_ROW.cell.in_(bindparam("cells", expanding=True)))
    # Flat distance chooses; what is returned is measured on the sphere.
    .order_by(_NORTH_SOUTH * _NORTH_SOUTH + _WEST_EAST * _WEST_EAST * _SHRINK, _ROW.id)
    .limit(bindparam("count"))
)


def public_near(
    center: Point, radius_m: float, limit: int
) -> tuple[PublicStation, ...]:
    """Return the public stations inside the circle, the nearest ones, by distance."""
    # The cosine of the latitude squared: how much narrower a degree is up there.
    shrink = math.cos(math.radians(center.lat)) ** 2
    rows = db.session.scalars(
        _NEAREST,
        {
            "lat": center.lat,
            "lon": center.lon,
            "shrink": shrink,
            "cells": cells_around(center, radius_m),
            "count": limit,
        },
    )
    found = [
        _station(row, distance_m(center, Point(row.latitude, row.longitude)))
        for row in rows
    ]
    inside = (each for each in found if each.distance_m <= radius_m)
    return tuple(sorted(inside, key=lambda each: (each.distance_m, each.id)))


def _station(row: PublicStationRow, away_m: float) -> PublicStation:
    return PublicStation(
        id=row.id,
        source=row.source,
        source_id=row.source_id,
        name=row.name,
        operator=row.operator,
        city=row.city,
        country_code=row.country_code,
        latitude=row.latitude,
        longitude=row.longitude,
        standards=tuple(filter(None, row.standards.split(","))),
        max_power_w=row.max_power_w,
        hours_text=row.hours_text,
        price_text=row.price_text,
        distance_m=away_m,
    )
