"""Reads of the search about chargers it has found: windows, claims, plugs, names.

Core statements only, the same on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, func, or_, select, true

from app.database import UtcDateTime, db
from app.kernel.geo import HIDDEN_CELL, Point
from app.search.columns import (
    CLAIM,
    CLAIMED_SLOT,
    CONNECTOR,
    LOCATION,
    OPEN_WINDOW,
    PHOTO,
    PRICE_PLAN,
)
from app.search.service.lists import one_of_numbers

PlugRow = tuple[str, str, int]


class Candidate(NamedTuple):
    """A charger of the circle with its terms.

    :ivar plugs: what it offers, once somebody has looked it up
    """

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
    is_request: bool
    plugs: list[PlugRow]


# These statements are built once: building them costs more than running them.
FIRST, END = bindparam("first", type_=Integer), bindparam("end", type_=Integer)
# Expired holds count for nothing, though their slots may not be swept yet.
STILL_HOLDS = or_(
    CLAIM.c.expires_at.is_(None),
    CLAIM.c.expires_at > bindparam("now", type_=UtcDateTime),
)
_WINDOWS = (
    select(OPEN_WINDOW.c.evse_id, OPEN_WINDOW.c.first_slot, OPEN_WINDOW.c.end_slot)
    .where(
        one_of_numbers(OPEN_WINDOW.c.evse_id, "ids"),
        OPEN_WINDOW.c.end_slot > FIRST,
        OPEN_WINDOW.c.first_slot < END,
    )
    .order_by(OPEN_WINDOW.c.evse_id, OPEN_WINDOW.c.first_slot)
)
_CLAIMED = (
    select(CLAIMED_SLOT.c.evse_id, CLAIMED_SLOT.c.slot)
    .join(CLAIM, CLAIM.c.id == CLAIMED_SLOT.c.claim_id)
    .where(
        one_of_numbers(CLAIMED_SLOT.c.evse_id, "ids"),
        CLAIMED_SLOT.c.slot >= FIRST,
        CLAIMED_SLOT.c.slot < END,
        STILL_HOLDS,
    )
    .order_by(CLAIMED_SLOT.c.evse_id, CLAIMED_SLOT.c.slot)
)
_PLUGS = (
    select(
        CONNECTOR.c.evse_id,
        CONNECTOR.c.standard,
        CONNECTOR.c.power_type,
        CONNECTOR.c.max_power_w,
    )
    .where(
        one_of_numbers(CONNECTOR.c.evse_id, "ids"),
        CONNECTOR.c.max_power_w >= bindparam("power_w", type_=Integer),
    )
    .order_by(CONNECTOR.c.evse_id, CONNECTOR.c.id)
)
_AUCTIONED = select(PRICE_PLAN.c.evse_id).where(
    one_of_numbers(PRICE_PLAN.c.evse_id, "ids"),
    PRICE_PLAN.c.is_current == true(),
    PRICE_PLAN.c.mode == "AUCTION",
)
_NAMES = select(LOCATION.c.id, LOCATION.c.name, LOCATION.c.city).where(
    one_of_numbers(LOCATION.c.id, "ids")
)
_SOURCES = select(LOCATION.c.id, LOCATION.c.source_id).where(
    one_of_numbers(LOCATION.c.id, "ids")
)
_PHOTOS = (
    select(PHOTO.c.location_id, PHOTO.c.storage_key)
    .where(one_of_numbers(PHOTO.c.location_id, "ids"))
    # The first photo comes last and stays in the dictionary.
    .order_by(PHOTO.c.position.desc(), PHOTO.c.storage_key.desc())
)


def fill_plugs(
    candidates: Sequence[Candidate],
    *,
    standards: frozenset[str] | None,
    min_power_w: int,
) -> None:
    """Look up the plugs that pass the filters, where that is not done yet."""
    bare = {each.evse_id: each.plugs for each in candidates if not each.plugs}
    if not bare:
        return
    values = {"ids": sorted(bare), "power_w": min_power_w}
    for evse_id, *plug in db.session.connection().execute(_PLUGS, values).all():
        if standards is None or plug[0] in standards:
            bare[evse_id].append((plug[0], plug[1], plug[2]))


def auctioned(ids: Iterable[int]) -> list[int]:
    """Return which of these sell their time by auction."""
    values = {"ids": sorted(ids)}
    return list(db.session.connection().scalars(_AUCTIONED, values))


def open_windows(
    ids: Sequence[int], *, first_slot: int, end_slot: int
) -> dict[int, list[tuple[int, int]]]:
    """Return when chargers are open between two slots, ascending, by charger."""
    values = {"ids": ids, "first": first_slot, "end": end_slot}
    windows: dict[int, list[tuple[int, int]]] = {each: [] for each in ids}
    for evse_id, first, end in db.session.connection().execute(_WINDOWS, values).all():
        windows[evse_id].append((max(first, first_slot), min(end, end_slot)))
    return windows


def claimed_slots(
    ids: Sequence[int], *, first_slot: int, end_slot: int, now: datetime
) -> dict[int, list[int]]:
    """Return which slots are taken between two slots, ascending, by charger."""
    values = {"ids": ids, "first": first_slot, "end": end_slot, "now": now}
    taken: dict[int, list[int]] = {each: [] for each in ids}
    for evse_id, slot in db.session.connection().execute(_CLAIMED, values).all():
        taken[evse_id].append(slot)
    return taken


def names_of(location_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and city of places, by place."""
    values = {"ids": sorted(set(location_ids))}
    rows = db.session.connection().execute(_NAMES, values)
    return {row[0]: (row[1], row[2]) for row in rows}


def sources_of(location_ids: Iterable[int]) -> dict[int, str]:
    """Return the number at its source of each place that was imported, by place."""
    values = {"ids": sorted(set(location_ids))}
    rows = db.session.connection().execute(_SOURCES, values)
    return {row[0]: row[1] for row in rows if row[1] is not None}


def first_photos(location_ids: Iterable[int]) -> dict[int, str]:
    """Return the key of each place's first photo, by place."""
    values = {"ids": sorted(set(location_ids))}
    rows = db.session.connection().execute(_PHOTOS, values)
    return {row[0]: row[1] for row in rows}


def busiest_point() -> Point | None:
    """Return the middle of the fullest cell among the newest plugs on offer, if any.

    Reads no more than the newest 2,000 rows, however many there are.
    """
    connection = db.session.connection()
    for statement in (_BUSIEST, _ANYWHERE):
        row = connection.execute(statement).first()
        if row is not None:
            return Point(round(row[0], 4), round(row[1], 4))
    return None


def _busiest() -> Select[Any]:
    newest = (
        select(CONNECTOR.c.cell, CONNECTOR.c.latitude, CONNECTOR.c.longitude)
        .order_by(CONNECTOR.c.id.desc())
        .limit(_NEWEST)
        .subquery("newest")
    )
    return (
        select(func.avg(newest.c.latitude), func.avg(newest.c.longitude))
        .where(newest.c.cell != HIDDEN_CELL)
        .group_by(newest.c.cell)
        .order_by(func.count().desc(), newest.c.cell)
        .limit(1)
    )


_NEWEST = 2_000
_BUSIEST = _busiest()
# Where all of the newest are hidden, the first one that is not has to do.
_ANYWHERE = (
    select(CONNECTOR.c.latitude, CONNECTOR.c.longitude)
    .where(CONNECTOR.c.cell > HIDDEN_CELL)
    .order_by(CONNECTOR.c.cell)
    .limit(1)
)
