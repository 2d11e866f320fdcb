"""Turns one row of the file into a station."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from app.chargers.domain import Connector
from app.cli.afdc.hours import hours_of
from app.cli.afdc.prices import price_of
from app.cli.afdc.zones import zone_of_state
from app.cli.stations.places import zone_at
from app.cli.stations.station import (
    Price,
    RowRefused,
    Station,
    cell_text,
    degrees,
)

SOURCE = "afdc"
COLUMNS = (
    "Fuel Type Code",
    "ID",
    "Station Name",
    "Street Address",
    "City",
    "State",
    "ZIP",
    "Country",
    "Latitude",
    "Longitude",
    "EV Level1 EVSE Num",
    "EV Level2 EVSE Num",
    "EV DC Fast Count",
    "EV Connector Types",
    "EV Pricing",
    "Access Days Time",
)
LEVEL_1_W, LEVEL_2_W, DC_FAST_W = 1_900, 7_200, 50_000
_STANDARDS = {
    "J1772": "IEC_62196_T1",
    "J1772COMBO": "IEC_62196_T1_COMBO",
    "TESLA": "SAE_J3400",
    "CHADEMO": "CHADEMO",
    "NEMA520": "NEMA_5_20",
}
_ALWAYS_DC = frozenset({"J1772COMBO", "CHADEMO"})
_PARKING = {
    "PAY_GARAGE": "PARKING_GARAGE",
    "PARKING_GARAGE": "PARKING_GARAGE",
    "STREET_PARKING": "ON_STREET",
}
_PAID = frozenset({"PAY_GARAGE", "PAY_LOT"})
_PARKING_FEE = re.compile(r"parking (?:fee|rate)|pay lot", re.I)
_SENTENCES = (
    ("Intersection Directions", "How to find it"),
    ("Access Days Time", "Hours as the station states them"),
    ("EV Pricing", "Price as the station states it"),
    ("EV Network", "Network"),
)


def station_of(row: Mapping[str, Any]) -> Station:
    """Return the station that an electric row describes.

    :raises RowRefused: if something is missing that nobody may guess
    """
    cells: dict[str, str] = defaultdict(str)
    cells.update((name, cell_text(value)) for name, value in row.items() if name)
    if not (cells["ID"].isascii() and cells["ID"].isdigit() and len(cells["ID"]) < 20):
        raise RowRefused("it has no numeric ID")
    if cells["Status Code"] == "P":
        raise RowRefused("it is only planned")
    latitude = degrees(cells["Latitude"], "latitude")
    longitude = degrees(cells["Longitude"], "longitude")
    price = _price(cells)
    connectors, others = _connectors(cells)
    is_public = cells["Access Code"] in ("", "public")
    return Station(
        source=SOURCE,
        source_id=cells["ID"],
        name=cells["Station Name"],
        operator=cells["EV Network"],
        address=cells["Street Address"],
        city=cells["City"],
        postal_code=cells["ZIP"],
        country_code=cells["Country"],
        latitude=latitude,
        longitude=longitude,
        time_zone=zone_at(latitude, longitude) or _zone_of_state(cells),
        connectors=connectors,
        is_power_assumed=True,
        other_plugs=others,
        parking_type=_PARKING.get(cells["Facility Type"], "PARKING_LOT"),
        house_rules=_notes(cells),
        has_free_parking=_has_free_parking(cells),
        hours=hours_of(cells["Access Days Time"]),
        price=price,
        not_public="" if is_public else "it is not open to the public",
        remarks=(price.remark,) if price.remark else (),
    )


def _price(cells: Mapping[str, str]) -> Price:
    price = price_of(cells["EV Pricing"])
    if price.tariff is not None and cells["Country"] != "US":
        # Prices of other countries are written with the same sign.
        return Price(price.text, refusal="its currency is not said")
    return price


def _zone_of_state(cells: Mapping[str, str]) -> str:
    zone = zone_of_state(cells["State"]) if cells["Country"] == "US" else None
    return zone or ""


def _has_free_parking(cells: Mapping[str, str]) -> bool | None:
    """Return False where parking costs; that it is free is said nowhere."""
    said = f"{cells['EV Pricing']} {cells['Access Days Time']}"
    costs = cells["Facility Type"] in _PAID or _PARKING_FEE.search(said)
    return False if costs else None


def _connectors(
    cells: Mapping[str, str],
) -> tuple[tuple[Connector, ...], tuple[str, ...]]:
    names = tuple(dict.fromkeys(cells["EV Connector Types"].split()))
    known = tuple(_connector(name, cells) for name in names if name in _STANDARDS)
    return known, tuple(name for name in names if name not in _STANDARDS)


def _connector(name: str, cells: Mapping[str, str]) -> Connector:
    has_dc = _count(cells, "EV DC Fast Count") > 0
    if name in _ALWAYS_DC or (name == "TESLA" and has_dc):
        power_type, power_w = "DC", DC_FAST_W
    elif name == "NEMA520" or _is_level_1(cells):
        power_type, power_w = "AC_1_PHASE", LEVEL_1_W
    else:
        power_type, power_w = "AC_2_PHASE_SPLIT", LEVEL_2_W
    return Connector(
        standard=_STANDARDS[name],
        format="SOCKET" if name == "NEMA520" else "CABLE",
        power_type=power_type,
        max_power_w=power_w,
    )


def _is_level_1(cells: Mapping[str, str]) -> bool:
    has_level_1 = _count(cells, "EV Level1 EVSE Num") > 0
    return has_level_1 and not _count(cells, "EV Level2 EVSE Num")


def _count(cells: Mapping[str, str], column: str) -> int:
    text = cells[column]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _notes(cells: Mapping[str, str]) -> str:
    lines = (
        f"{words}: {cells[column]}" for column, words in _SENTENCES if cells.get(column)
    )
    return "\n".join(lines)
