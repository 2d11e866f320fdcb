"""Where the chargers of the search benchmark stand: real places, weighted by country.

Towns come from the built-in atlas, the weights of countries from the public stations
that are known there. A smaller world is a piece of the larger one, at its density.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tzfpy

from app.search import atlas
from app.search.basemap.geometry import WORLD

Numbers = np.ndarray[Any, np.dtype[Any]]

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLUGBID_DATA") or ROOT.parent / "shared" / "data")
STATIONS = DATA / "stations" / "afdc_ny_2025-02.csv"
COUNTRIES = DATA / "stations" / "country_summary_242k.csv"
# The whole world; every smaller one holds the places nearest to the anchors.
FULL = 1_000_000
SMALLEST = 10_000
# Private chargers stand at houses: a metropolis has fewer of them per head.
_CROWD = 0.8
_KM_PER_DEGREE = 111.195
# latitude, longitude, how far it reaches compared with the first: several climates
# of summer time, zones of half an hour, and both sides of the date line.
_ANCHORS = (
    (42.65, -73.75, 1.0),
    (52.37, 9.73, 0.3),
    (-34.93, 138.6, 0.3),
    (47.56, -52.71, 0.3),
    (-36.85, 174.76, 0.3),
    (-17.8, 179.9, 0.3),
    (60.17, 24.94, 0.3),
    (35.69, 139.69, 0.03),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Towns, nearest to the anchors first, and where their chargers end.

    :ivar ends: how many chargers stand in this town and all before it
    :ivar is_core: whether circles of 25 km stay inside even the smallest world
    """

    name: tuple[str, ...]
    country: tuple[str, ...]
    admin: tuple[str, ...]
    lat: Numbers
    lon: Numbers
    people: Numbers
    ends: Numbers
    is_core: Numbers

    def of_chargers(self, count: int) -> Numbers:
        """Return the town of each of the first chargers."""
        return np.searchsorted(self.ends, np.arange(count), side="right")

    def zone(self, number: int) -> str:
        """Return the time zone of a town."""
        return tzfpy.get_tz(float(self.lon[number]), float(self.lat[number]))


def require_data() -> str:
    """Return what is missing, as a sentence; empty where nothing is."""
    missing = [str(path) for path in (STATIONS, COUNTRIES) if not path.is_file()]
    return f"{' and '.join(missing)} missing (set PLUGBID_DATA)" if missing else ""


@cache
def places(folder: Path) -> Places:
    """Return the towns of the world.

    :param folder: where the atlas is unpacked
    """
    with sqlite3.connect(atlas.unpack(folder)) as opened:
        rows = opened.execute(
            "SELECT name, country, admin, population, x, y FROM place ORDER BY id"
        ).fetchall()
    opened.close()
    shares = _country_shares()
    rows = [row for row in rows if row[1] in shares]
    lat, lon = _degrees(np.array([row[4:6] for row in rows], dtype=float))
    people = np.array([row[3] for row in rows], dtype=float)
    away = _away(lat, lon)
    order = np.argsort(away, kind="stable")
    expected = _expected([row[1] for row in rows], people, shares)[order]
    ends = np.floor(np.cumsum(expected) * FULL / expected.sum() + 0.5).astype(int)
    rim_km = away[order[np.searchsorted(ends, SMALLEST)]]
    return Places(
        name=tuple(rows[each][0] for each in order),
        country=tuple(rows[each][1] for each in order),
        admin=tuple(rows[each][2] for each in order),
        lat=lat[order],
        lon=lon[order],
        people=people[order],
        ends=ends,
        # Far enough from the rim that a circle and a town's spread stay inside.
        is_core=_distance_km(lat, lon, *_ANCHORS[0][:2])[order] < rim_km - 45,
    )


def _country_shares() -> dict[str, float]:
    with COUNTRIES.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["country_code"]: float(row["station_count"])
            for row in csv.DictReader(file)
        }


def fast_shares() -> dict[str, float]:
    """Return how many stations of a country charge with direct current."""
    with COUNTRIES.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["country_code"]: float(row["fast_station_share"])
            for row in csv.DictReader(file)
        }


def at_real_stations(lat: Numbers, lon: Numbers) -> Numbers:
    """Return the real station of New York State that is nearest to each point.

    :returns: a row of latitude and longitude for each point
    """
    with STATIONS.open(encoding="utf-8-sig", newline="") as file:
        stations = np.array(
            [
                (float(row["Latitude"]), float(row["Longitude"]))
                for row in csv.DictReader(file)
                if row["Fuel Type Code"] == "ELEC"
            ]
        )
    shrink = np.cos(np.radians(stations[:, 0].mean()))
    nearest = np.empty(len(lat), dtype=int)
    for begin in range(0, len(lat), 1000):
        some = slice(begin, begin + 1000)
        d_lat = lat[some, None] - stations[:, 0]
        d_lon = (lon[some, None] - stations[:, 1]) * shrink
        nearest[some] = np.argmin(d_lat**2 + d_lon**2, axis=1)
    return stations[nearest]


def _degrees(at: Numbers) -> tuple[Numbers, Numbers]:
    lon = at[:, 0] / WORLD * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * at[:, 1] / WORLD))))
    return lat, lon


def _away(lat: Numbers, lon: Numbers) -> Numbers:
    """Return how far places are from the anchors, in reaches of the nearest one."""
    nearest = np.full(len(lat), np.inf)
    for at_lat, at_lon, reach in _ANCHORS:
        np.minimum(nearest, _distance_km(lat, lon, at_lat, at_lon) / reach, out=nearest)
    return nearest


def _distance_km(lat: Numbers, lon: Numbers, to_lat: float, to_lon: float) -> Numbers:
    half_lat = np.radians(lat - to_lat) / 2
    half_lon = np.radians(lon - to_lon) / 2
    chord = (
        np.sin(half_lat) ** 2
        + np.cos(np.radians(lat)) * np.cos(np.radians(to_lat)) * np.sin(half_lon) ** 2
    )
    return 2 * np.degrees(np.arcsin(np.sqrt(chord))) * _KM_PER_DEGREE


def _expected(
    countries: list[str], people: Numbers, shares: dict[str, float]
) -> Numbers:
    """Return the share of each place in the world's chargers."""
    weight = people**_CROWD
    names, of_place = np.unique(countries, return_inverse=True)
    crowd = np.bincount(of_place, weight)
    return (
        weight / crowd[of_place] * np.array([shares[name] for name in names])[of_place]
    )
