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
from app.chargers.service.masking import site_of, sites_in
from app.chargers.service.public import forget_public_in
from app.kernel.geo import Point

_COLUMNS = tuple(LocationRow.__table__.columns)
_SPOKEN_FOR = frozenset({"access_notes", "house_rules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one entry: the charger, and whether anything was written.

    :param charger_id: 0 for a charger that would be new, where nothing is written
    """

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
    owner_id: int | None,
    source: str,
    entries: Mapping[str, ListCharger],
    now: datetime,
    is_dry: bool = False,
) -> Outcome:
    """List or bring up to date the chargers described, by their number at the source.

    A public station with the same number is a charger from then on, in the same
    transaction.

    :param owner_id: None for somebody without an account yet, when nothing is written
    :param is_dry: only say what would happen
    :raises ListingRefused: if a description is not acceptable; nothing is stored
    """
    for command in entries.values():
        check_listing(command)
    known = _known(session, source, sorted(entries), is_locked=not is_dry)
    refused = {
        key: why for key, row in known.items() if (why := _refusal(row, owner_id))
    }
    fresh = {key: each for key, each in entries.items() if key not in known}
    if is_dry:
        imported = {
            key: Imported(charger_id=0, is_new=True, is_changed=True) for key in fresh
        }
    else:
        assert owner_id is not None
        imported = _insert(session, owner_id, source, fresh, now)
        forget_public_in(session, source, entries.keys() - refused.keys())
    ours = {key: row for key, row in known.items() if key not in refused}
    imported |= _bring_up_to_date(session, ours, entries, now, is_dry=is_dry)
    return Outcome(imported=imported, refused=refused)


def _bring_up_to_date(
    session: Session,
    known: Mapping[str, _Known],
    entries: Mapping[str, ListCharger],
    now: datetime,
    *,
    is_dry: bool,
) -> dict[str, Imported]:
    connectors = _connectors(session, [row.evse_id for row in known.values()])
    imported = {}
    for key, row in known.items():
        change = _change(row, entries[key], connectors[row.evse_id])
        if change and not is_dry:
            _update(session, row, entries[key].connectors, change, now)
        imported[key] = Imported(
            charger_id=row.evse_id, is_new=False, is_changed=bool(change)
        )
    return imported


@dataclass(frozen=True, slots=True)
class _Known:
    evse_id: int
    location_id: int
    owner_id: int
    listing_state: str
    site: str
    values: Mapping[str, object]


def _refusal(known: _Known, owner_id: int | None) -> str:
    if known.owner_id != owner_id:
        return "it is listed by somebody else here"
    if known.listing_state == "ARCHIVED":
        return "its owner has taken it down"
    return ""


def _known(
    session: Session, source: str, keys: Sequence[str], *, is_locked: bool
) -> dict[str, _Known]:
    statement = (
        select(LocationRow, EvseRow.id, EvseRow.code)
        .join(EvseRow, EvseRow.location_id == LocationRow.id)
        .where(LocationRow.source == source, LocationRow.source_id.in_(keys))
        .order_by(EvseRow.id)
    )
    if is_locked:
        # Bookings and the owner's own edits of these wait, in the order of all locks.
        statement = statement.with_for_update(of=EvseRow)
    return {
        str(location.source_id): _Known(
            evse_id,
            location.id,
            location.owner_id,
            location.listing_state,
            site_of(location.mask_site, code),
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
    places = _places(session, owner_id, entries)
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


def _places(
    session: Session, owner_id: int, entries: Mapping[str, ListCharger]
) -> dict[str, dict[str, object]]:
    points = {
        key: Point(each.latitude, each.longitude) for key, each in entries.items()
    }
    sites = sites_in(session, owner_id=owner_id, points=points)
    return {
        key: {**location_values(each, site=sites[key]), "mask_site": sites[key]}
        for key, each in entries.items()
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


def _change(
    known: _Known, command: ListCharger, connectors: list[Connector]
) -> dict[str, object]:
    """Return the columns to write; none if the charger is as the file says."""
    values = {
        name: value
        for name, value in location_values(command, site=known.site).items()
        # What the file leaves open stays as the owner has said it.
        if value is not None and (value or name not in _SPOKEN_FOR)
    }
    is_same = all(known.values[name] == value for name, value in values.items())
    if is_same and connectors == list(command.connectors):
        return {}
    return values


def _update(
    session: Session,
    known: _Known,
    connectors: tuple[Connector, ...],
    values: Mapping[str, object],
    now: datetime,
) -> None:
    session.execute(
        update(LocationRow)
        .where(LocationRow.id == known.location_id)
        .values(**values, updated_at=now)
    )
    session.execute(delete(ConnectorRow).where(ConnectorRow.evse_id == known.evse_id))
    session.execute(
        insert(ConnectorRow),
        connector_values(
            connectors,
            evse_id=known.evse_id,
            place={**known.values, **values},
        ),
    )
