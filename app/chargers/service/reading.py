"""Looking chargers up: for everybody, for their owner, by the code on the label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.chargers.domain import VISIBLE_STATES, Charger, Connector, Photo
from app.chargers.models import ConnectorRow, EvseRow, LocationRow, PhotoRow
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.geo import Point

_LOCATION = (
    "owner_id",
    "name",
    "address",
    "city",
    "postal_code",
    "country_code",
    "latitude",
    "longitude",
    "public_latitude",
    "public_longitude",
    "time_zone",
    "parking_type",
    "access_notes",
    "house_rules",
    "listing_state",
    "is_accessible",
    "has_free_parking",
)
_EVSE = (
    "id",
    "location_id",
    "code",
    "min_length_min",
    "max_length_min",
    "lead_min",
    "horizon_days",
    "buffer_min",
    "is_inoperative",
    "booking_mode",
)


def find_charger(charger_id: int) -> Charger | None:
    """Return the charger in whatever state it is, or None."""
    return chargers_by_ids((charger_id,)).get(charger_id)


def get_charger(charger_id: int) -> Charger:
    """Return a charger that the public may see (published or paused).

    :raises NotFound: if there is none, or it is archived
    """
    charger = find_charger(charger_id)
    if charger is None or charger.listing_state not in VISIBLE_STATES:
        raise NotFound
    return charger


def get_own_charger(*, owner_id: int, charger_id: int) -> Charger:
    """Return the owner's charger; an archived one is gone for him, too.

    :raises NotFound: if there is none, or it is somebody else's
    """
    charger = get_charger(charger_id)
    if charger.owner_id != owner_id:
        raise NotFound
    return charger


def get_by_code(code: str) -> Charger:
    """Return the charger with this code on its label, archived ones included.

    A plug must be returnable even after the owner has taken the charger down.

    :raises NotFound: if no charger has the code
    """
    found = _load(EvseRow.code == code)
    if not found:
        raise NotFound
    return found[0]


def chargers_of(owner_id: int) -> tuple[Charger, ...]:
    """Return the owner's chargers that are not archived, oldest first."""
    return _load(
        LocationRow.owner_id == owner_id,
        LocationRow.listing_state.in_(sorted(VISIBLE_STATES)),
    )


def chargers_by_ids(charger_ids: Iterable[int]) -> dict[int, Charger]:
    """Return the chargers with these ids, in whatever state, by id."""
    wanted = sorted(set(charger_ids))
    if not wanted:
        return {}
    return {each.id: each for each in _load(EvseRow.id.in_(wanted))}


def lock_in(session: Session, charger_id: int) -> None:
    """Let other transactions that book or take down this charger wait for this one.

    The first lock of every such transaction, before any booking or claim. SQLite
    needs none: there only one transaction writes at a time.
    """
    session.execute(
        select(EvseRow.id).where(EvseRow.id == charger_id).with_for_update()
    )


def lock_many_in(session: Session, charger_ids: Sequence[int]) -> None:
    """Do the same for many chargers at once, in ascending order."""
    session.execute(
        select(EvseRow.id)
        .where(EvseRow.id.in_(charger_ids))
        .order_by(EvseRow.id)
        .with_for_update()
    )


def ids_after(after_id: int, limit: int) -> list[int]:
    """Return the ids of the next chargers, in whatever state they are, ascending."""
    statement = (
        select(EvseRow.id)
        .where(EvseRow.id > after_id)
        .order_by(EvseRow.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def charger_zones(charger_ids: Sequence[int]) -> dict[int, str]:
    """Return the time zone of those of the chargers that are not archived, by id."""
    statement = (
        select(EvseRow.id, LocationRow.time_zone)
        .join(LocationRow, LocationRow.id == EvseRow.location_id)
        .where(
            EvseRow.id.in_(charger_ids),
            LocationRow.listing_state.in_(sorted(VISIBLE_STATES)),
        )
        .order_by(EvseRow.id)
    )
    return {row.id: row.time_zone for row in db.session.execute(statement)}


def public_points() -> tuple[Point, ...]:
    """Return where the public sees each charger that can be booked."""
    statement = (
        select(LocationRow.public_latitude, LocationRow.public_longitude)
        .join(EvseRow, EvseRow.location_id == LocationRow.id)
        .where(LocationRow.listing_state == "PUBLISHED", ~EvseRow.is_inoperative)
        .order_by(EvseRow.id)
    )
    return tuple(Point(*row) for row in db.session.execute(statement))


def _load(*conditions: ColumnElement[bool]) -> tuple[Charger, ...]:
    # Plain rows, not entities: nothing may be changed through what is read here.
    columns = [getattr(LocationRow, name) for name in _LOCATION]
    columns += [getattr(EvseRow, name) for name in _EVSE]
    statement = (
        select(*columns)
        .join(LocationRow, LocationRow.id == EvseRow.location_id)
        .where(*conditions)
        .order_by(EvseRow.id)
    )
    rows = db.session.execute(statement).all()
    connectors = _connectors_of([row.id for row in rows])
    photos = _photos_of([row.location_id for row in rows])
    owners = accounts.people_by_ids({row.owner_id for row in rows})
    return tuple(
        Charger(
            **_fields(row),
            owner_name=owners[row.owner_id].display_name,
            connectors=connectors[row.id],
            photos=photos[row.location_id],
        )
        for row in rows
    )


def _fields(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)


def _connectors_of(evse_ids: list[int]) -> dict[int, tuple[Connector, ...]]:
    found: dict[int, tuple[Connector, ...]] = defaultdict(tuple)
    statement = (
        select(
            ConnectorRow.evse_id,
            ConnectorRow.standard,
            ConnectorRow.format,
            ConnectorRow.power_type,
            ConnectorRow.max_power_w,
        )
        .where(ConnectorRow.evse_id.in_(evse_ids))
        .order_by(ConnectorRow.id)
    )
    for row in db.session.execute(statement) if evse_ids else ():
        found[row.evse_id] += (
            Connector(
                standard=row.standard,
                format=row.format,
                power_type=row.power_type,
                max_power_w=row.max_power_w,
            ),
        )
    return found


def _photos_of(location_ids: list[int]) -> dict[int, tuple[Photo, ...]]:
    found: dict[int, tuple[Photo, ...]] = defaultdict(tuple)
    statement = (
        select(
            PhotoRow.location_id,
            PhotoRow.storage_key,
            PhotoRow.width_px,
            PhotoRow.height_px,
        )
        .where(PhotoRow.location_id.in_(location_ids))
        .order_by(PhotoRow.position, PhotoRow.id)
    )
    for row in db.session.execute(statement) if location_ids else ():
        found[row.location_id] += (
            Photo(key=row.storage_key, width_px=row.width_px, height_px=row.height_px),
        )
    return found
