"""Turns an OCPI 2.2.1 or 2.3 Location into stations, one for each of its EVSEs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.chargers.domain import PARKING_TYPES, Connector
from app.cli.stations.ocpi_hours import hours_of
from app.cli.stations.places import country_code, zone_at
from app.cli.stations.plugs import Plugs
from app.cli.stations.station import (
    RowRefused,
    Station,
    cell_text,
    degrees,
    shortened,
)
from app.kernel.connectors import POWER_TYPES

_GONE = frozenset({"REMOVED", "PLANNED"})
# Line to neutral, so three phases carry three times; of two it is not always said.
_PHASES = {"AC_3_PHASE": 3}
_MAX_W = 10_000_000


def source_of(location: Mapping[str, Any]) -> str:
    """Return the name of the party that lists the location, such as ``ocpi:BEBEC``.

    :raises RowRefused: if it does not say which party that is
    """
    party = f"{_text(location, 'country_code')}{_text(location, 'party_id')}".upper()
    if not (party.isascii() and party.isalnum() and 5 <= len(party) <= 8):
        raise RowRefused("it does not say its country_code and party_id")
    return f"ocpi:{party}"


def stations_of(location: Mapping[str, Any]) -> Iterator[Station | RowRefused]:
    """Yield the stations of a location; an EVSE that is none, as its refusal.

    :raises RowRefused: if the whole location cannot be understood
    """
    source = source_of(location)
    evses = location.get("evses")
    if not isinstance(evses, list) or not evses:
        raise RowRefused("it has no EVSEs")
    place = _place(location)
    many = len(evses) > 1
    for number, evse in enumerate(evses, start=1):
        try:
            if not isinstance(evse, Mapping):
                raise RowRefused("its EVSE is not an object")
            yield _station(location, evse, place, source, number if many else 0)
        except RowRefused as refusal:
            yield RowRefused(f"EVSE {number}: {refusal}") if many else refusal


def _place(location: Mapping[str, Any]) -> dict[str, Any]:
    """Return what all EVSEs of a location share."""
    coordinates = location.get("coordinates")
    if not isinstance(coordinates, Mapping):
        raise RowRefused("it has no coordinates")
    latitude = degrees(coordinates.get("latitude"), "latitude")
    longitude = degrees(coordinates.get("longitude"), "longitude")
    operator = location.get("operator")
    parking_type = _text(location, "parking_type")
    is_private = location.get("publish") is False
    return {
        "operator": _text(operator, "name"),
        "address": _text(location, "address"),
        "city": _text(location, "city"),
        "postal_code": _text(location, "postal_code"),
        "country_code": country_code(
            _text(location, "country") or _text(location, "country_code")
        ),
        "latitude": latitude,
        "longitude": longitude,
        "time_zone": _text(location, "time_zone") or zone_at(latitude, longitude),
        "parking_type": parking_type
        if parking_type in PARKING_TYPES
        else "PARKING_LOT",
        "hours": hours_of(location.get("opening_times")),
        "not_public": "its operator does not want it published" if is_private else "",
    }


def _station(
    location: Mapping[str, Any],
    evse: Mapping[str, Any],
    place: Mapping[str, Any],
    source: str,
    number: int,
) -> Station:
    if _text(evse, "status") in _GONE:
        raise RowRefused(f"its status is {evse['status']}")
    uid = _text(evse, "uid")
    if not 1 <= len(uid) <= 40:
        raise RowRefused("its uid is missing or longer than 40 characters")
    plugs = _plugs(evse.get("connectors"))
    title = _text(location, "name") or _text(location, "address")
    mark = _text(evse, "physical_reference") or (str(number) if number else "")
    is_reserved = _is_for_disabled(location, evse)
    notes = (
        f"Operator: {place['operator']}" if place["operator"] else "",
        f"Floor: {_text(evse, 'floor_level')}" if _text(evse, "floor_level") else "",
        "The parking space is for people with a disability permit."
        if is_reserved
        else "",
    )
    return Station(
        source=source,
        source_id=uid,
        name=f"{shortened(title, 60)} · {mark}"[:80] if number else title,
        connectors=plugs.connectors,
        other_plugs=plugs.others,
        is_accessible=True if is_reserved else None,
        house_rules="\n".join(filter(None, notes)),
        **place,
    )


def _is_for_disabled(location: Mapping[str, Any], evse: Mapping[str, Any]) -> bool:
    """Return whether a space is kept for disabled drivers, in either version."""
    if "DISABLED" in _list(evse, "parking_restrictions"):
        return True
    spaces = {
        each if isinstance(each, str) else _text(each, "parking_id")
        for each in _list(evse, "parking")
    }
    return any(
        _text(each, "id") in spaces and "DISABLED" in _list(each, "vehicle_types")
        for each in _list(location, "parking_places")
    )


def _plugs(connectors: object) -> Plugs:
    known: dict[Connector, None] = {}
    others: dict[str, None] = {}
    for each in connectors if isinstance(connectors, list) else []:
        name = _text(each, "standard")
        power_type = _text(each, "power_type")
        power_w = _power_w(each, power_type)
        if not name:
            continue
        if power_type not in POWER_TYPES or not power_w:
            others[name] = None
        else:
            plug = Connector(
                standard=name,
                format="SOCKET" if _text(each, "format") == "SOCKET" else "CABLE",
                power_type=power_type,
                max_power_w=power_w,
            )
            known[plug] = None
    return Plugs(tuple(known), tuple(others))


def _power_w(values: object, power_type: str) -> int:
    """Return the power in watts, 0 where it is not said."""
    stated = _number(values, "max_electric_power")
    if not stated:
        volts, amperes = _number(values, "max_voltage"), _number(values, "max_amperage")
        stated = volts * amperes * _PHASES.get(power_type, 1)
    return round(stated) if 0 < stated <= _MAX_W else 0


def _number(values: object, name: str) -> float:
    value = values.get(name) if isinstance(values, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return float(value) if 0 < value <= _MAX_W else 0.0


def _list(values: object, name: str) -> list[Any]:
    value = values.get(name) if isinstance(values, Mapping) else None
    return value if isinstance(value, list) else []


def _text(values: object, name: str) -> str:
    return cell_text(values.get(name)) if isinstance(values, Mapping) else ""
