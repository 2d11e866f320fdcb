"""Listing, editing, pausing and archiving a charger.

Each ``..._in`` function works inside the caller's transaction, so that prices and
opening hours are stored together with the charger or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.chargers.domain import (
    VISIBLE_STATES,
    Connector,
    ListCharger,
    check_listing,
)
from app.chargers.models import ConnectorRow, EvseRow, LocationRow
from app.chargers.service.masking import masked, site_in, site_of
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.geo import HIDDEN_CELL, Point, cell_of
from app.kernel.ids import code_from

_LOCATION_FIELDS = (
    "name",
    "address",
    "city",
    "postal_code",
    "country_code",
    "latitude",
    "longitude",
    "time_zone",
    "parking_type",
    "access_notes",
    "house_rules",
    "is_accessible",
    "has_free_parking",
)
_TERM_FIELDS = (
    "min_length_min",
    "max_length_min",
    "lead_min",
    "horizon_days",
    "buffer_min",
    "booking_mode",
)
# Columns of a location that its connectors repeat for the search.
SHOWN_FIELDS = ("public_latitude", "public_longitude", "time_zone", "listing_state")


def list_charger(*, owner_id: int, command: ListCharger, now: datetime) -> int:
    """Put a charger on offer and return its id.

    :raises ListingRefused: if the description is not acceptable
    """
    with writing() as work:
        return list_charger_in(
            work.session, owner_id=owner_id, command=command, now=now
        )


def list_charger_in(
    session: Session, *, owner_id: int, command: ListCharger, now: datetime
) -> int:
    """Put a charger on offer inside the caller's transaction; return its id."""
    check_listing(command)
    code = new_code()
    door = Point(command.latitude, command.longitude)
    site = site_in(session, owner_id=owner_id, point=door)
    location = LocationRow(
        owner_id=owner_id,
        listing_state="PUBLISHED",
        mask_site=site,
        created_at=now,
        updated_at=now,
        **location_values(command, site=site),
    )
    session.add(location)
    session.flush()
    evse = EvseRow(location_id=location.id, code=code, **term_values(command))
    session.add(evse)
    session.flush()
    _replace_connectors(session, evse, location, command.connectors)
    return evse.id


def edit_charger(
    *, owner_id: int, charger_id: int, command: ListCharger, now: datetime
) -> None:
    """Change the owner's charger; prices and hours are other rooms' matter."""
    with writing() as work:
        edit_charger_in(
            work.session,
            owner_id=owner_id,
            charger_id=charger_id,
            command=command,
            now=now,
        )


def edit_charger_in(
    session: Session,
    *,
    owner_id: int,
    charger_id: int,
    command: ListCharger,
    now: datetime,
) -> None:
    """Change the owner's charger inside the caller's transaction.

    :raises NotFound: if there is none, or it is somebody else's
    :raises ListingRefused: if the description is not acceptable
    """
    check_listing(command)
    evse, location = _own(session, owner_id=owner_id, charger_id=charger_id)
    site = site_of(location.mask_site, evse.code)
    for name, value in location_values(command, site=site).items():
        setattr(location, name, value)
    for name, term in term_values(command).items():
        setattr(evse, name, term)
    location.updated_at = now
    _replace_connectors(session, evse, location, command.connectors)
    session.flush()


def pause_in(
    session: Session, *, owner_id: int, charger_id: int, now: datetime
) -> None:
    """Take the charger out of the search; bookings that exist stay."""
    _set_state(session, owner_id, charger_id, "PAUSED", now)


def publish_in(
    session: Session, *, owner_id: int, charger_id: int, now: datetime
) -> None:
    """Offer a paused charger again."""
    _set_state(session, owner_id, charger_id, "PUBLISHED", now)


def archive_in(
    session: Session, *, owner_id: int, charger_id: int, now: datetime
) -> None:
    """Take the charger down for good; its past bookings keep pointing at it.

    What happens to future bookings is decided by the caller before, in the same
    transaction.
    """
    _set_state(session, owner_id, charger_id, "ARCHIVED", now)


def new_code() -> str:
    """Return a fresh code for a label; it names a lock and authorises nothing."""
    return code_from(secrets.token_bytes(8))


def location_values(command: ListCharger, *, site: str) -> dict[str, object]:
    """Return the columns of a location that follow from the command.

    :param site: what the offset of its public point hangs on
    """
    shown = masked(Point(command.latitude, command.longitude), site=site)
    values: dict[str, object] = {
        name: _trimmed(getattr(command, name)) for name in _LOCATION_FIELDS
    }
    return {**values, "public_latitude": shown.lat, "public_longitude": shown.lon}


def term_values(command: ListCharger) -> dict[str, object]:
    """Return the columns of an EVSE that follow from the command."""
    terms = {name: getattr(command, name) for name in _TERM_FIELDS}
    return {**terms, "lead_min": command.notice_min}


def connector_values(
    connectors: tuple[Connector, ...], *, evse_id: int, place: Mapping[str, Any]
) -> list[dict[str, object]]:
    """Return the rows of the connectors; what the search needs comes from the place.

    :param place: columns of the location, its listing state among them
    """
    shown = Point(place["public_latitude"], place["public_longitude"])
    return [
        {
            "evse_id": evse_id,
            "cell": _cell(shown, str(place["listing_state"])),
            "latitude": shown.lat,
            "longitude": shown.lon,
            "time_zone": place["time_zone"],
            "standard": each.standard,
            "format": each.format,
            "power_type": each.power_type,
            "max_power_w": each.max_power_w,
        }
        for each in connectors
    ]


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _own(
    session: Session, *, owner_id: int, charger_id: int
) -> tuple[EvseRow, LocationRow]:
    statement = (
        select(EvseRow, LocationRow)
        .join(LocationRow, LocationRow.id == EvseRow.location_id)
        .where(
            EvseRow.id == charger_id,
            LocationRow.owner_id == owner_id,
            LocationRow.listing_state.in_(sorted(VISIBLE_STATES)),
        )
        .with_for_update()
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound
    evse, location = found
    return evse, location


def _set_state(
    session: Session, owner_id: int, charger_id: int, state: str, now: datetime
) -> None:
    evse, location = _own(session, owner_id=owner_id, charger_id=charger_id)
    # A second tap on the same button finds the wish already granted.
    location.listing_state = state
    location.updated_at = now
    shown = Point(location.public_latitude, location.public_longitude)
    session.execute(
        update(ConnectorRow)
        .where(ConnectorRow.evse_id == evse.id)
        .values(cell=_cell(shown, state))
    )
    session.flush()


def _cell(shown: Point, state: str) -> int:
    return cell_of(shown) if state == "PUBLISHED" else HIDDEN_CELL


def _replace_connectors(
    session: Session,
    evse: EvseRow,
    location: LocationRow,
    connectors: tuple[Connector, ...],
) -> None:
    session.execute(delete(ConnectorRow).where(ConnectorRow.evse_id == evse.id))
    place = {name: getattr(location, name) for name in SHOWN_FIELDS}
    rows = connector_values(connectors, evse_id=evse.id, place=place)
    session.execute(insert(ConnectorRow), rows)
