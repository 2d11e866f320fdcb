"""Small station files for tests of the import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

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
