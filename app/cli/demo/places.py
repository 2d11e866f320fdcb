"""The chargers of the demo world: forty driveways and yards in Berlin and New York."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.chargers import service as chargers
from app.chargers.domain import Connector, ListCharger
from app.cli.demo.auctions import PLANS as AUCTIONED
from app.cli.demo.pictures import VARIANTS, picture
from app.kernel.money import MILLI
from app.owners import service as owners
from app.owners.service import SaveCharger
from app.pricing.domain import Tariff
from app.schedules.domain import ALWAYS, Opening, OpeningRule


@dataclass(frozen=True, slots=True)
class City:
    """What all chargers of a city share."""

    name: str
    country_code: str
    time_zone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One line of ``spots.csv``: real streets, invented hosts and prices.

    Prices are cents per kWh and per hour; ``scene`` is what the photo shows.
    """

    city: str
    host: str
    name: str
    address: str
    postal_code: str
    lat: float
    lon: float
    plug: str
    kw: float
    per_kwh: int
    per_hour: int
    hours: str
    scene: str


CITIES = {
    city.name: city
    for city in (
        City("Berlin", "DE", "Europe/Berlin", "EUR"),
        City("New York", "US", "America/New_York", "USD"),
    )
}
_SPOTS = Path(__file__).with_name("spots.csv")
_EVERY_DAY = range(1, 8)
HOURS = {
    "always": ALWAYS,
    "nights": tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in _EVERY_DAY),
    "workdays": tuple(OpeningRule(day, 8 * 60, 18 * 60) for day in range(1, 6)),
    "daytime": tuple(OpeningRule(day, 7 * 60, 22 * 60) for day in _EVERY_DAY),
    "evenings": (
        *(OpeningRule(day, 17 * 60, 23 * 60) for day in range(1, 6)),
        *(OpeningRule(day, 9 * 60, 23 * 60) for day in (6, 7)),
    ),
    "weekends": tuple(OpeningRule(day, 0, 24 * 60) for day in (6, 7)),
}
# Standard, format and power type of each plug.
_PLUGS = {
    "type2": ("IEC_62196_T2", "SOCKET", "AC_3_PHASE"),
    "type2 cable": ("IEC_62196_T2", "CABLE", "AC_3_PHASE"),
    "ccs2": ("IEC_62196_T2_COMBO", "CABLE", "DC"),
    "schuko": ("DOMESTIC_F", "SOCKET", "AC_1_PHASE"),
    "red cee": ("IEC_60309_2_three_16", "SOCKET", "AC_3_PHASE"),
    "j1772": ("IEC_62196_T1", "CABLE", "AC_1_PHASE"),
    "nacs": ("SAE_J3400", "CABLE", "AC_1_PHASE"),
    "ccs1": ("IEC_62196_T1_COMBO", "CABLE", "DC"),
    "nema": ("NEMA_14_50", "SOCKET", "AC_1_PHASE"),
}
_NOTES = {
    "house": "The box hangs beside the front door. Please park on the driveway.",
    "street": "Through the gate into the yard; the box is on the right-hand wall.",
    "garage": "Beside the garage door, under the lamp. Please leave the door free.",
}
# Whose hosts answer each wish, and what the search can filter by.
_ASKED_FIRST = {"Garden house in Pankow", "Dahlem driveway", "Riverdale house"}
_STEP_FREE = {
    "Hanna's driveway",
    "Mitte underground",
    "Rummelsburg by the water",
    "Bay Ridge driveway",
    "Chelsea basement",
}
_PAID_PARKING = {"Mitte underground", "Savignyplatz court", "Chelsea basement"}
_RULES = "No music after ten, please, and mind the children and the cat."


def spots() -> tuple[Spot, ...]:
    """Return every charger of the demo world."""
    with _SPOTS.open(encoding="utf-8", newline="") as file:
        return tuple(_spot(row) for row in csv.DictReader(file))


def _spot(row: dict[str, str]) -> Spot:
    values: dict[str, Any] = {**row}
    values |= {name: float(row[name]) for name in ("lat", "lon", "kw")}
    values |= {name: int(row[name]) for name in ("per_kwh", "per_hour")}
    return Spot(**values)


def add_chargers(people: dict[str, int], *, now: datetime) -> dict[str, int]:
    """List every spot with prices, hours and photos; ids by name."""
    return {
        spot.name: _add(spot, number, people[spot.host], now=now)
        for number, spot in enumerate(spots())
    }


def _add(spot: Spot, number: int, owner_id: int, *, now: datetime) -> int:
    charger_id = owners.add_charger(
        owner_id=owner_id, command=_offer(CITIES[spot.city], spot), now=now
    )
    scenes = [(spot.scene, number)]
    if number == 0:
        # The charger that everybody looks at first.
        scenes += [("wallbox", number), (spot.scene, number + 3)]
    for scene, variant in scenes:
        chargers.add_photo(
            owner_id=owner_id,
            charger_id=charger_id,
            content=picture(scene, variant % VARIANTS),
            now=now,
        )
    return charger_id


def _offer(city: City, spot: Spot) -> SaveCharger:
    standard, shape, power_type = _PLUGS[spot.plug]
    plug = Connector(
        standard=standard,
        format=shape,
        power_type=power_type,
        max_power_w=round(spot.kw * 1000),
    )
    return SaveCharger(
        charger=ListCharger(
            name=spot.name,
            address=spot.address,
            city=city.name,
            postal_code=spot.postal_code,
            country_code=city.country_code,
            latitude=spot.lat,
            longitude=spot.lon,
            time_zone=city.time_zone,
            connectors=(plug,),
            parking_type="PARKING_LOT" if spot.scene == "street" else "ON_DRIVEWAY",
            access_notes=_NOTES[spot.scene],
            house_rules=_RULES,
            buffer_min=0 if spot.name in AUCTIONED else 10,
            is_accessible=spot.name in _STEP_FREE or None,
            has_free_parking=spot.name not in _PAID_PARKING,
            booking_mode="REQUEST" if spot.name in _ASKED_FIRST else "INSTANT",
        ),
        tariff=Tariff(
            currency=city.currency,
            energy_milli_per_kwh=spot.per_kwh * MILLI,
            time_milli_per_hour=spot.per_hour * MILLI,
        ),
        opening=Opening(rules=HOURS[spot.hours]),
    )
