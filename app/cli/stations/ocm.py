"""Turns a row of an Open Charge Map table into a station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cli.stations.places import country_code, zone_at
from app.cli.stations.plugs import plugs_of_titles
from app.cli.stations.station import (
    RowRefused,
    Station,
    cell_text,
    degrees,
    shortened,
)

SOURCE = "ocm"
COLUMNS = (
    "id",
    "title",
    "address",
    "town",
    "state",
    "postcode",
    "country",
    "lat",
    "lon",
    "operator",
    "status",
    "connector_types",
)
# Statuses under which nobody can charge there now or soon.
_GONE = ("removed", "planned")
_UNKNOWN = frozenset(
    {"", "(unknown operator)", "unknown", "(business owner at location)"}
)


def station_of(row: Mapping[str, Any]) -> Station:
    """Return the station that a row describes.

    :raises RowRefused: if it is gone or planned, or something is missing
    """
    cells = {name: cell_text(row.get(name)) for name in COLUMNS}
    source_id = cells["id"]
    if not (source_id.isascii() and source_id.isalnum() and len(source_id) <= 40):
        raise RowRefused("it has no id of letters and digits")
    if cells["status"].casefold().startswith(_GONE):
        raise RowRefused(f"its status is {shortened(cells['status'], 40)!r}")
    latitude = degrees(cells["lat"], "latitude")
    longitude = degrees(cells["lon"], "longitude")
    country = country_code(cells["country"])
    plugs = plugs_of_titles(cells["connector_types"], country)
    operator = cells["operator"]
    is_known = operator.casefold() not in _UNKNOWN
    return Station(
        source=SOURCE,
        source_id=source_id,
        name=cells["title"],
        operator=operator if is_known else "",
        address=cells["address"] or cells["title"],
        city=cells["town"] or cells["state"],
        postal_code=cells["postcode"],
        country_code=country,
        latitude=latitude,
        longitude=longitude,
        time_zone=zone_at(latitude, longitude),
        connectors=plugs.connectors,
        is_power_assumed=True,
        other_plugs=plugs.others,
        house_rules=f"Operator: {operator}" if is_known else "",
    )
