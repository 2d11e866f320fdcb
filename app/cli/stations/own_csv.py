"""Turns a row of the project's own table into a station; docs/import.md has it all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.chargers.domain import PARKING_TYPES, Connector
from app.cli.stations.places import country_code, zone_at
from app.cli.stations.plugs import Plugs, connector, standard_of
from app.cli.stations.station import (
    Price,
    RowRefused,
    Station,
    cell_text,
    degrees,
    shortened,
    yes_or_no,
)
from app.cli.stations.week import week_of
from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.kernel.money import parse_milli
from app.pricing.domain import Tariff

SOURCE = "csv"
COLUMNS = (
    "id",
    "name",
    "address",
    "city",
    "country_code",
    "latitude",
    "longitude",
    "plugs",
)
OPTIONAL = (
    "postal_code",
    "time_zone",
    "operator",
    "hours",
    "price_kwh",
    "price_hour",
    "currency",
    "access_notes",
    "house_rules",
    "parking_type",
    "accessible",
    "free_parking",
)


def station_of(row: Mapping[str, Any], *, source: str = SOURCE) -> Station:
    """Return the station that a row describes.

    :raises RowRefused: if a cell is missing or not in the form that it needs
    """
    cells = {name: cell_text(row.get(name)) for name in (*COLUMNS, *OPTIONAL)}
    if not 1 <= len(cells["id"]) <= 40:
        raise RowRefused("its id is missing or longer than 40 characters")
    latitude = degrees(cells["latitude"], "latitude")
    longitude = degrees(cells["longitude"], "longitude")
    plugs = _plugs(cells["plugs"])
    parking_type = cells["parking_type"].upper() or "ON_DRIVEWAY"
    if parking_type not in PARKING_TYPES:
        raise RowRefused(
            f"its parking_type is {shortened(parking_type, 40)!r}, "
            f"not one of {', '.join(PARKING_TYPES)}"
        )
    return Station(
        source=source,
        source_id=cells["id"],
        name=cells["name"],
        operator=cells["operator"],
        address=cells["address"],
        city=cells["city"],
        postal_code=cells["postal_code"],
        country_code=country_code(cells["country_code"]),
        latitude=latitude,
        longitude=longitude,
        time_zone=cells["time_zone"] or zone_at(latitude, longitude),
        connectors=plugs.connectors,
        other_plugs=plugs.others,
        parking_type=parking_type,
        access_notes=_lines(row.get("access_notes")),
        house_rules=_lines(row.get("house_rules")),
        is_accessible=yes_or_no(cells["accessible"], "accessible"),
        has_free_parking=yes_or_no(cells["free_parking"], "free_parking"),
        hours=week_of(cells["hours"]),
        price=_price(cells),
    )


def _lines(value: object) -> str:
    """Return a longer text with its lines as they are."""
    return value.strip() if isinstance(value, str) else ""


def _plugs(text: str) -> Plugs:
    connectors: dict[Connector, None] = {}
    others: dict[str, None] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, *rest = (each.strip() for each in part.split(":"))
        if not 1 <= len(rest) <= 2 or not name:
            raise RowRefused(
                f"its plug is {shortened(part, 40)!r}; write it as IEC_62196_T2:22"
            )
        power_w = _power_w(rest[0], part)
        has_cable = _has_cable(rest[1], part) if len(rest) == 2 else None
        standard = name if name in PLUG_NAMES else standard_of(name)
        if standard is None:
            others[name] = None
        else:
            connectors[connector(standard, power_w, has_cable=has_cable)] = None
    return Plugs(tuple(connectors), tuple(others))


def _power_w(text: str, part: str) -> int:
    try:
        power_w = round(float(text.replace(",", ".")) * 1000)
    except (ValueError, OverflowError):
        power_w = 0
    if not 0 < power_w <= 10_000_000:
        raise RowRefused(
            f"the power in kW of its plug {shortened(part, 40)!r} is wrong"
        )
    return power_w


def _has_cable(text: str, part: str) -> bool:
    if text.casefold() not in ("cable", "socket"):
        raise RowRefused(
            f"its plug {shortened(part, 40)!r} is neither a cable nor a socket"
        )
    return text.casefold() == "cable"


def _price(cells: Mapping[str, str]) -> Price:
    energy, time = cells["price_kwh"], cells["price_hour"]
    if not energy and not time:
        return Price()
    currency = cells["currency"].upper()
    text = " + ".join(
        f"{amount} {currency} per {unit}"
        for amount, unit in ((energy, "kWh"), (time, "hour"))
        if amount
    )
    try:
        tariff = Tariff(
            currency=currency,
            energy_milli_per_kwh=parse_milli(energy or "0", currency),
            time_milli_per_hour=parse_milli(time or "0", currency),
        )
    except DomainError as error:
        reason = error.message.rstrip(".")
        raise RowRefused(f"its price is {shortened(text, 60)!r}: {reason}") from error
    return Price(text, tariff)
