"""Reads of the search: candidates round a point, what is open, what is claimed.

Core statements only, the same on both databases. Phase 1 finds candidates through the
grid-cell index; phase 2 asks about time for chunks of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement

from app.database import UtcDateTime, db
from app.kernel.geo import Point, cells_around, distance_m
from app.search.columns import (
    CLAIM,
    CLAIMED_SLOT,
    CONNECTOR,
    EVSE,
    LOCATION,
    OPEN_WINDOW,
    PHOTO,
    TARIFF,
)
from app.search.domain import PriceLimit, Query

_DEGREE_M = 111_195.08
PlugRow = tuple[str, str, int]


class Candidate(NamedTuple):
    """A charger inside the circle that has the plug and the power."""

    distance_m: float
    evse_id: int
    location_id: int
    lat: float
    lon: float
    zone: str
    min_length_min: int
    max_length_min: int
    lead_min: int
    horizon_days: int
    buffer_min: int
    currency: str
    energy_milli: int
    time_milli: int
    plugs: list[PlugRow]


# These statements are built once: building them costs more than running them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FIRST, _END = bindparam("first", type_=Integer), bindparam("end", type_=Integer)
# Expired holds count for nothing, though their slots may not be swept yet.
_STILL_HOLDS = or_(
    CLAIM.c.expires_at.is_(None),
    CLAIM.c.expires_at > bindparam("now", type_=UtcDateTime),
)
_OPEN_THEN = exists().where(
    OPEN_WINDOW.c.evse_id == EVSE.c.id,
    OPEN_WINDOW.c.first_slot <= _FIRST,
    OPEN_WINDOW.c.end_slot >= _END,
)
_CLAIMED_THEN = exists().where(
    CLAIMED_SLOT.c.evse_id == EVSE.c.id,
    CLAIMED_SLOT.c.slot >= _FIRST,
    CLAIMED_SLOT.c.slot < _END + (EVSE.c.buffer_min + 14) // 15,
    CLAIM.c.id == CLAIMED_SLOT.c.claim_id,
    _STILL_HOLDS,
)
_OPEN_AND_FREE = select(EVSE.c.id).where(
    EVSE.c.id.in_(_IDS), _OPEN_THEN, ~_CLAIMED_THEN
)
_WINDOWS = (
    select(OPEN_WINDOW.c.evse_id, OPEN_WINDOW.c.first_slot, OPEN_WINDOW.c.end_slot)
    .where(
        OPEN_WINDOW.c.evse_id.in_(_IDS),
        OPEN_WINDOW.c.end_slot > _FIRST,
        OPEN_WINDOW.c.first_slot < _END,
    )
    .order_by(OPEN_WINDOW.c.evse_id, OPEN_WINDOW.c.first_slot)
)
_CLAIMED = (
    select(CLAIMED_SLOT.c.evse_id, CLAIMED_SLOT.c.slot)
    .join(CLAIM, CLAIM.c.id == CLAIMED_SLOT.c.claim_id)
    .where(
        CLAIMED_SLOT.c.evse_id.in_(_IDS),
        CLAIMED_SLOT.c.slot >= _FIRST,
        CLAIMED_SLOT.c.slot < _END,
        _STILL_HOLDS,
    )
    .order_by(CLAIMED_SLOT.c.evse_id, CLAIMED_SLOT.c.slot)
)
_NAMES = select(LOCATION.c.id, LOCATION.c.name, LOCATION.c.city).where(
    LOCATION.c.id.in_(_IDS)
)
_PHOTOS = (
    select(PHOTO.c.location_id, PHOTO.c.storage_key)
    .where(PHOTO.c.location_id.in_(_IDS))
    # The first photo comes last and stays in the dictionary.
    .order_by(PHOTO.c.position.desc(), PHOTO.c.storage_key.desc())
)
_CANDIDATE_COLUMNS = (
    EVSE.c.id,
    EVSE.c.location_id,
    LOCATION.c.public_latitude,
    LOCATION.c.public_longitude,
    LOCATION.c.time_zone,
    EVSE.c.min_length_min,
    EVSE.c.max_length_min,
    EVSE.c.lead_min,
    EVSE.c.horizon_days,
    EVSE.c.buffer_min,
    TARIFF.c.currency,
    TARIFF.c.energy_milli_per_kwh,
    TARIFF.c.time_milli_per_hour,
    CONNECTOR.c.standard,
    CONNECTOR.c.power_type,
    CONNECTOR.c.max_power_w,
)


def candidates(query: Query) -> list[Candidate]:
    """Return the published chargers of the circle with plug and power, nearest first.

    :raises BadPoint: if the circle is too large for the grid
    """
    found: dict[int, Candidate] = {}
    for row in db.session.execute(*_candidate_statement(query)).all():
        plug = (row[13], row[14], row[15])
        known = found.get(row[0])
        if known is not None:
            known.plugs.append(plug)
            continue
        away_m = distance_m(query.center, Point(row[2], row[3]))
        found[row[0]] = Candidate._make((away_m, *row[:13], [plug]))
    inside = [each for each in found.values() if each.distance_m <= query.radius_m]
    inside.sort(key=lambda each: (each.distance_m, each.evse_id))
    return inside


_CANDIDATES = (
    select(*_CANDIDATE_COLUMNS)
    .select_from(CONNECTOR)
    .join(EVSE, EVSE.c.id == CONNECTOR.c.evse_id)
    .join(LOCATION, LOCATION.c.id == EVSE.c.location_id)
    .join(TARIFF, TARIFF.c.evse_id == EVSE.c.id)
    .where(
        CONNECTOR.c.cell.in_(bindparam("cells", expanding=True)),
        CONNECTOR.c.max_power_w >= bindparam("power_w", type_=Integer),
        LOCATION.c.listing_state == "PUBLISHED",
        EVSE.c.is_inoperative == false(),
        TARIFF.c.is_current == true(),
        # The square round the circle leaves most of the cells' rows unread.
        LOCATION.c.public_latitude >= bindparam("south", type_=Float),
        LOCATION.c.public_latitude <= bindparam("north", type_=Float),
    )
)


def _candidate_statement(query: Query) -> tuple[Select[Any], dict[str, Any]]:
    # A little taller than the circle: the distance decides, not the square.
    degrees = query.radius_m / _DEGREE_M * 1.01
    values = {
        "cells": cells_around(query.center, query.radius_m),
        "power_w": query.min_power_w,
        "south": query.center.lat - degrees,
        "north": query.center.lat + degrees,
    }
    statement = _CANDIDATES
    if query.standards is not None:
        statement = statement.where(
            CONNECTOR.c.standard.in_(bindparam("standards", expanding=True))
        )
        values["standards"] = sorted(query.standards)
    if query.max_price is not None:
        statement = statement.where(_not_dearer(query.max_price))
    return statement, values


def _not_dearer(limit: PriceLimit) -> ColumnElement[bool]:
    """Return a condition that keeps what may be cheap enough in its own currency.

    The price of energy is only a part of what a charge costs, so this lets through
    more than the limit allows; the exact comparison follows.
    """
    return or_(
        *(
            and_(
                TARIFF.c.currency.in_(currencies),
                TARIFF.c.energy_milli_per_kwh <= milli,
            )
            for milli, currencies in limit.milli_by_exponent().values()
        )
    )


def open_and_free(
    ids: Sequence[int], *, first_slot: int, end_slot: int, now: datetime
) -> set[int]:
    """Return which chargers are open for all these slots and claimed for none.

    The turnaround after the time must be free as well.
    """
    values = {"ids": ids, "first": first_slot, "end": end_slot, "now": now}
    return set(db.session.scalars(_OPEN_AND_FREE, values).all())


def open_windows(
    ids: Sequence[int], *, first_slot: int, end_slot: int
) -> dict[int, list[tuple[int, int]]]:
    """Return when chargers are open between two slots, ascending, by charger."""
    values = {"ids": ids, "first": first_slot, "end": end_slot}
    windows: dict[int, list[tuple[int, int]]] = {each: [] for each in ids}
    for evse_id, first, end in db.session.execute(_WINDOWS, values).all():
        windows[evse_id].append((max(first, first_slot), min(end, end_slot)))
    return windows


def claimed_slots(
    ids: Sequence[int], *, first_slot: int, end_slot: int, now: datetime
) -> dict[int, list[int]]:
    """Return which slots are taken between two slots, ascending, by charger."""
    values = {"ids": ids, "first": first_slot, "end": end_slot, "now": now}
    taken: dict[int, list[int]] = {each: [] for each in ids}
    for evse_id, slot in db.session.execute(_CLAIMED, values).all():
        taken[evse_id].append(slot)
    return taken


def names_of(location_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and city of places, by place."""
    rows = db.session.execute(_NAMES, {"ids": sorted(set(location_ids))}).all()
    return {row[0]: (row[1], row[2]) for row in rows}


def first_photos(location_ids: Iterable[int]) -> dict[int, str]:
    """Return the key of each place's first photo, by place."""
    rows = db.session.execute(_PHOTOS, {"ids": sorted(set(location_ids))}).all()
    return {row[0]: row[1] for row in rows}


def busiest_point() -> Point | None:
    """Return a charger's public point in the cell with most plugs, if there is any."""
    busiest = (
        select(CONNECTOR.c.cell)
        .group_by(CONNECTOR.c.cell)
        .order_by(func.count().desc(), CONNECTOR.c.cell)
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            func.avg(LOCATION.c.public_latitude), func.avg(LOCATION.c.public_longitude)
        )
        .select_from(CONNECTOR)
        .join(EVSE, EVSE.c.id == CONNECTOR.c.evse_id)
        .join(LOCATION, LOCATION.c.id == EVSE.c.location_id)
        .where(CONNECTOR.c.cell == busiest, LOCATION.c.listing_state == "PUBLISHED")
    ).one()
    return None if row[0] is None else Point(round(row[0], 4), round(row[1], 4))
