"""Lists many chargers at once from a file, and lists none of them twice.

A row is known by its source and its number there. What the file says of place and
plugs is brought up to date; the owner's own terms and a charger's end are respected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.chargers.domain import Connector, ListCharger, check_listing
from app.chargers.models import ConnectorRow, EvseRow, LocationRow
from app.chargers.service.listing import (
    connector_values,
    location_values,
    new_code,
    term_values,
)

_COLUMNS = tuple(LocationRow.__table__.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one entry: the charger, and whether anything was written."""

    charger_id: int
    is_new: bool
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The entries that became chargers, and those that may not, by source id."""

    imported: Mapping[str, Imported]
    refused: Mapping[str, str]


def import_in(
    session: Session,
    *,
    owner_id: int,
    source: str,
    entries: Mapping[str, ListCharger],
    now: datetime,
) -> Outcome:
    """List or bring up to date the chargers described, by their number at the source.

    :raises ListingRefused: if a description is not acceptable; nothing is stored
    """
    for command in entries.values():
        check_listing(command)
    known = _known(session, source, sorted(entries))
    refused = {
        key: "it is listed by somebody else here"
        if row.owner_id != owner_id
        else "its owner has taken it down"
        for key, row in known.items()
        if row.owner_id != owner_id or row.listing_state == "ARCHIVED"
    }
    fresh = {key: each for key, each in entries.items() if key not in known}
    imported = _insert(session, owner_id, source, fresh, now)
    connectors = _connectors(session, [row.evse_id for row in known.values()])
    for key, row in known.items():
        if key not in refused:
            imported[key] = _update(
                session, row, entries[key], connectors[row.evse_id], now
            )
    return Outcome(imported=imported, refused=refused)


@dataclass(frozen=True, slots=True)
class _Known:
    evse_id: int
    location_id: int
    owner_id: int
    listing_state: str
    code: str
    values: Mapping[str, object]


def _known(session: Session, source: str, keys: Sequence[str]) -> dict[str, _Known]:
    statement = (
        select(LocationRow, EvseRow.id, EvseRow.code)
        .join(EvseRow, EvseRow.location_id == LocationRow.id)
        .where(LocationRow.source == source, LocationRow.source_id.in_(keys))
        .order_by(EvseRow.id)
    )
    return {
        str(location.source_id): _Known(
            evse_id,
            location.id,
            location.owner_id,
            location.listing_state,
            code,
            {column.key: getattr(location, column.key) for column in _COLUMNS},
        )
        for location, evse_id, code in session.execute(statement)
    }


def _connectors(
    session: Session, evse_ids: Sequence[int]
) -> Mapping[int, list[Connector]]:
    found: dict[int, list[Connector]] = defaultdict(list)
    statement = (
        select(ConnectorRow)
        .where(ConnectorRow.evse_id.in_(evse_ids))
        .order_by(ConnectorRow.id)
    )
    for row in session.scalars(statement) if evse_ids else ():
        found[row.evse_id].append(
            Connector(
                standard=row.standard,
                format=row.format,
                power_type=row.power_type,
                max_power_w=row.max_power_w,
            )
        )
    return found


def _insert(
    session: Session,
    owner_id: int,
    source: str,
    entries: Mapping[str, ListCharger],
    now: datetime,
) -> dict[str, Imported]:
    if not entries:
        return {}
    codes = {key: new_code() for key in entries}
    places = {
        key: location_values(command, code=codes[key])
        for key, command in entries.items()
    }
    location_ids = _insert_locations(session, owner_id, source, places, now)
    evse_ids = _insert_evses(session, entries, location_ids, codes)
    plugs = [
        values
        for key, command in entries.items()
        for values in connector_values(
            command.connectors,
            evse_id=evse_ids[key],
            place={**places[key], "listing_state": "PUBLISHED"},
        )
    ]
    session.execute(insert(ConnectorRow), plugs)
    return {
        key: Imported(charger_id=charger_id, is_new=True, is_changed=True)
        for key, charger_id in evse_ids.items()
    }


def _insert_locations(
    session: Session,
    owner_id: int,
    source: str,
    places: Mapping[str, Mapping[str, object]],
    now: datetime,
) -> dict[str, int]:
    fixed = {
        "owner_id": owner_id,
        "listing_state": "PUBLISHED",
        "source": source,
        "created_at": now,
        "updated_at": now,
    }
    made = session.execute(
        insert(LocationRow).returning(LocationRow.source_id, LocationRow.id),
        [{**fixed, **place, "source_id": key} for key, place in places.items()],
    )
    return {str(key): location_id for key, location_id in made}


def _insert_evses(
    session: Session,
    entries: Mapping[str, ListCharger],
    location_ids: Mapping[str, int],
    codes: Mapping[str, str],
) -> dict[str, int]:
    made = session.execute(
        insert(EvseRow).returning(EvseRow.location_id, EvseRow.id),
        [
            {
                "location_id": location_ids[key],
                "code": codes[key],
                "physical_reference": "",
                "is_inoperative": False,
                **term_values(command),
            }
            for key, command in entries.items()
        ],
    )
    of_location = {location_id: evse_id for location_id, evse_id in made}
    return {key: of_location[location_ids[key]] for key in entries}


def _update(
    session: Session,
    known: _Known,
    command: ListCharger,
    connectors: list[Connector],
    now: datetime,
) -> Imported:
    values = location_values(command, code=known.code)
    has_moved = any(known.values[name] != value for name, value in values.items())
    if not has_moved and connectors == list(command.connectors):
        return Imported(charger_id=known.evse_id, is_new=False, is_changed=False)
    session.execute(
        update(LocationRow)
        .where(LocationRow.id == known.location_id)
        .values(**values, updated_at=now)
    )
    session.execute(delete(ConnectorRow).where(ConnectorRow.evse_id == known.evse_id))
    session.execute(
        insert(ConnectorRow),
        connector_values(
            command.connectors,
            evse_id=known.evse_id,
            place={**values, "listing_state": known.listing_state},
        ),
    )
    return Imported(charger_id=known.evse_id, is_new=False, is_changed=True)
