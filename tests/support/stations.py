"""Small station files for tests of the import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.cli.afdc import COLUMNS

MORE_COLUMNS = ("Facility Type", "EV Network", "Intersection Directions")


def row(**overrides: str) -> dict[str, str]:
    """Return a row for a station in Albany; keywords name columns by underscores."""
    values = {
        "Fuel Type Code": "ELEC",
        "ID": "1001",
        "Station Name": "City Hall",
        "Street Address": "24 Eagle St",
        "City": "Albany",
        "State": "NY",
        "ZIP": "12207",
        "Country": "US",
        "Latitude": "42.6517",
        "Longitude": "-73.7547",
        "EV Level1 EVSE Num": "",
        "EV Level2 EVSE Num": "2",
        "EV DC Fast Count": "",
        "EV Connector Types": "J1772",
        "EV Pricing": "$0.30 per kWh",
        "Access Days Time": "24 hours daily",
        "Facility Type": "PAY_GARAGE",
        "EV Network": "Non-Networked",
        "Intersection Directions": "Behind the fountain",
    }
    named = {name.replace("_", " "): text for name, text in overrides.items()}
    assert named.keys() <= values.keys(), named.keys() - values.keys()
    return {**values, **named}


def write_file(path: Path, rows: Iterable[dict[str, str]], *, bom: bool = True) -> Path:
    """Write a station file as the data center does, with a byte order mark."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *MORE_COLUMNS])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig" if bom else "utf-8")
    return path


def own_row(**overrides: str) -> dict[str, str]:
    """Return a row of our own table: a charger in Berlin; keywords are columns."""
    return {
        "id": "B1",
        "name": "Courtyard",
        "address": "Kastanienallee 12",
        "city": "Berlin",
        "postal_code": "10435",
        "country_code": "DE",
        "latitude": "52.5384",
        "longitude": "13.4098",
        "time_zone": "",
        "plugs": "IEC_62196_T2:22",
        "operator": "",
        "hours": "Mo-Fr 08:00-18:00",
        "price_kwh": "0.39",
        "price_hour": "",
        "currency": "EUR",
        "access_notes": "",
        "house_rules": "",
        "parking_type": "",
        "accessible": "",
        "free_parking": "",
        **overrides,
    }


def ocm_row(**overrides: str) -> dict[str, str]:
    """Return a row of an Open Charge Map table: a station in Berlin."""
    return {
        "id": "77001",
        "title": "Kulturbrauerei",
        "address": "Schönhauser Allee 36",
        "town": "Berlin",
        "state": "Berlin",
        "postcode": "10435",
        "country": "Germany",
        "lat": "52.5390",
        "lon": "13.4120",
        "operator": "Stadtwerke",
        "status": "Operational",
        "num_connectors": "2",
        "connector_types": "CCS (Type 2)|Type 2 (Tethered Connector) ",
        "date_added": "2024-01-01",
        **overrides,
    }


def location(**overrides: Any) -> dict[str, Any]:
    """Return an OCPI Location with one EVSE."""
    plug = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
    }
    return {
        "country_code": "DE",
        "party_id": "ABC",
        "id": "LOC1",
        "publish": True,
        "name": "Am Park",
        "address": "Parkweg 3",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DEU",
        "coordinates": {"latitude": "52.5301", "longitude": "13.3847"},
        "operator": {"name": "Stadtwerke"},
        "time_zone": "Europe/Berlin",
        "opening_times": {"twentyfourseven": True},
        "evses": [{"uid": "E1", "status": "AVAILABLE", "connectors": [plug]}],
        **overrides,
    }


def write_table(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write rows as a table with their columns, in plain UTF-8."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
