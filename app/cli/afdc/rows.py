"""Turns one row of the file into a station that can be listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.chargers.domain import Connector, ListCharger, ListingRefused, check_listing
from app.cli.afdc.hours import opening_of
from app.cli.afdc.prices import tariff_of
from app.cli.afdc.zones import zone_of_state
from app.pricing.domain import Tariff
from app.schedules.domain import OpeningRule

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
_SENTENCES = (
    ("Intersection Directions", "How to find it"),
    ("Access Days Time", "Hours as the station states them"),
    ("EV Pricing", "Price as the station states it"),
    ("EV Network", "Network"),
)


class RowRefused(Exception):
    """The row cannot become a charger; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station as we would offer it, with remarks on what was assumed."""

    source_id: str
    command: ListCharger
    rules: tuple[OpeningRule, ...]
    tariff: Tariff
    has_price: bool
    has_hours: bool
    remarks: tuple[str, ...]


def station_of(row: Mapping[str, str | None]) -> Station:
    """Return the station that an electric row describes.

    :raises RowRefused: if something is missing that nobody may guess
    """
    cells = {name: _clean(value) for name, value in row.items() if name}
    if not (cells["ID"].isascii() and cells["ID"].isdigit() and len(cells["ID"]) < 20):
        raise RowRefused("it has no numeric ID")
    opened = opening_of(cells["Access Days Time"])
    priced = tariff_of(cells["EV Pricing"])
    connectors, unknown = _connectors(cells)
    remarks = (opened.remark, priced.remark, unknown)
    return Station(
        source_id=cells["ID"],
        command=_command(cells, connectors),
        rules=tuple(sorted(opened.rules)),
        tariff=priced.tariff,
        has_price=bool(cells["EV Pricing"]),
        has_hours=bool(cells["Access Days Time"]),
        remarks=tuple(remark for remark in remarks if remark),
    )


def _clean(value: str | list[str] | None) -> str:
    # A row with too many cells arrives as a list, one with too few as None.
    return " ".join(value.split()) if isinstance(value, str) else ""


def _command(
    cells: Mapping[str, str], connectors: tuple[Connector, ...]
) -> ListCharger:
    zone = zone_of_state(cells["State"]) if cells["Country"] == "US" else None
    if zone is None:
        place = f"{cells['State']!r} in {cells['Country']!r}"
        raise RowRefused(f"no time zone is known for the state {place}")
    facility = cells.get("Facility Type", "")
    command = ListCharger(
        name=_shortened(cells["Station Name"], 80),
        address=_shortened(cells["Street Address"], 120),
        city=cells["City"],
        postal_code=cells["ZIP"],
        country_code=cells["Country"],
        latitude=_degrees(cells, "Latitude"),
        longitude=_degrees(cells, "Longitude"),
        time_zone=zone,
        connectors=connectors,
        parking_type=_PARKING.get(facility, "PARKING_LOT"),
        house_rules=_shortened(_notes(cells), 2000),
    )
    try:
        check_listing(command)
    except ListingRefused as refusal:
        reason = refusal.message.rstrip(".")
        raise RowRefused(f"{reason} ({refusal.field})") from refusal
    return command


def _degrees(cells: Mapping[str, str], column: str) -> float:
    try:
        return float(cells[column])
    except ValueError:
        raise RowRefused(f"its {column.lower()} is {cells[column]!r}") from None


def _connectors(cells: Mapping[str, str]) -> tuple[tuple[Connector, ...], str]:
    names = cells["EV Connector Types"].split()
    known = [name for name in dict.fromkeys(names) if name in _STANDARDS]
    if not known:
        raise RowRefused(f"it has no plug that we know: {' '.join(names)!r}")
    unknown = sorted(set(names) - set(known))
    remark = f"unknown plugs left out: {' '.join(unknown)}" if unknown else ""
    return tuple(_connector(name, cells) for name in known), remark


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


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
