"""Places of the atlas: who is shown at which zoom, and by which names they are found.

Part of build_basemap.py; build time only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.search.basemap.geometry import WORLD, morton, to_world
from app.search.basemap.labels import PLACE_ZOOM, TILE_PX
from app.search.basemap.style import (
    FEWEST_PEOPLE,
    LAST_LABEL_ZOOM,
    label_px,
    label_width_px,
)
from app.search.places.folding import fold

# Below this many people only the name itself is searchable, not its other names.
ALTERNATES_FROM = 5_000
# How many other names a place of at least so many people may have.
MOST_ALTERNATES = ((500_000, 90), (100_000, 60), (15_000, 40), (0, 12))
# Names in a script of its own are kept where people write it.
SCRIPTS = {
    "CYRILLIC": "BG BY KG KZ ME MK MN RS RU TJ UA UZ",
    "GREEK": "CY GR",
    "ARABIC": "AE BH DZ EG IQ IR JO KW LB LY MA OM PK QA SA SY TN YE",
    "HEBREW": "IL",
    "GEORGIAN": "GE",
    "ARMENIAN": "AM",
    "THAI": "TH",
    "DEVANAGARI": "IN NP",
    "HANGUL": "KR",
    "HIRAGANA": "JP",
    "KATAKANA": "JP",
    "CJK": "CN HK JP KR MO SG TW",
}
# Parts of a country that are written after a place, by their GeoNames codes.
PROVINCES = {
    "CA": "01 AB Alberta|02 BC British Columbia|03 MB Manitoba|04 NB New Brunswick|"
    "05 NL Newfoundland and Labrador|07 NS Nova Scotia|08 ON Ontario|"
    "09 PE Prince Edward Island|10 QC Quebec|11 SK Saskatchewan|12 YT Yukon|"
    "13 NT Northwest Territories|14 NU Nunavut",
    "AU": "01 ACT Australian Capital Territory|02 NSW New South Wales|"
    "03 NT Northern Territory|04 QLD Queensland|05 SA South Australia|"
    "06 TAS Tasmania|07 VIC Victoria|08 WA Western Australia",
}
_BUCKET_PX = 128
_APART_PX = 14.0


@dataclass(frozen=True)
class BuiltPlace:
    """One row of the place table and the other names it is found by."""

    row: tuple[int, str, str, str, int, int, int, int]
    cell: int
    alternates: tuple[str, ...]


class Labels:
    """Boxes of names already shown, per zoom, in pixels of the whole world."""

    def __init__(self) -> None:
        """Begin with an empty map."""
        self._buckets: dict[tuple[int, int, int], list[tuple[float, ...]]] = {}

    def fits(self, zoom: int, x: float, y: float, width: float, height: float) -> bool:
        """Return whether a box stands free of all others at this zoom."""
        box = _box(zoom, x, y, width, height)
        for bucket in _touched(zoom, box):
            for other in self._buckets.get(bucket, ()):
                if (
                    box[0] < other[2]
                    and other[0] < box[2]
                    and box[1] < other[3]
                    and other[1] < box[3]
                ):
                    return False
        return True

    def add(self, zoom: int, x: float, y: float, width: float, height: float) -> None:
        """Take the box's room at this zoom."""
        box = _box(zoom, x, y, width, height)
        for bucket in _touched(zoom, box):
            self._buckets.setdefault(bucket, []).append(box)

    def place_country(
        self, name: str, x: float, y: float, width_units: float
    ) -> int | None:
        """Return the first zoom (3 to 6) at which the country's name fits."""
        width = len(name) * 10.2
        for zoom in range(3, 7):
            shown = width_units * TILE_PX * (1 << zoom) / WORLD
            if shown > width * 0.8 and self.fits(zoom, x, y, width, 14):
                for later in range(zoom, 7):
                    self.add(later, x, y, width, 14)
                return zoom
        return None


def _box(
    zoom: int, x: float, y: float, width: float, height: float
) -> tuple[float, float, float, float]:
    scale = TILE_PX * (1 << zoom) / WORLD
    px, py = x * scale, y * scale
    half_width, half_height = (width + _APART_PX) / 2, (height + _APART_PX) / 2
    return px - half_width, py - half_height, px + half_width, py + half_height


def _touched(zoom: int, box: tuple[float, ...]) -> Iterator[tuple[int, int, int]]:
    for column in range(int(box[0] // _BUCKET_PX), int(box[2] // _BUCKET_PX) + 1):
        for row in range(int(box[1] // _BUCKET_PX), int(box[3] // _BUCKET_PX) + 1):
            yield zoom, column, row


def read_places(names: Any, labels: Labels) -> list[BuiltPlace]:
    """Return every place, ordered so that neighbors lie together in the file."""
    capitals = {(c["iso"], c["capital"]) for c in names.get_countries().values()}
    cities = sorted(
        names.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"])
    )
    shown_from = _zooms(cities, capitals, labels)
    side = WORLD >> PLACE_ZOOM
    built = []
    for city, zoom in zip(cities, shown_from, strict=True):
        x, y = (round(v) for v in to_world(city["latitude"], city["longitude"]))
        country = city["countrycode"]
        admin = city["admin1code"] if country in {"US", *PROVINCES} else ""
        cell = morton(x // side, y // side)
        row = (city["name"], country, admin, city["population"], x, y, zoom)
        built.append((cell, city, row))
    built.sort(key=lambda item: (item[0], -item[1]["population"], item[1]["geonameid"]))
    return [
        BuiltPlace((number, *row), cell, _alternates(city))
        for number, (cell, city, row) in enumerate(built, 1)
    ]


def _zooms(
    cities: list[dict[str, Any]], capitals: set[tuple[str, str]], labels: Labels
) -> list[int]:
    """Return the first zoom of each place; once shown, a name stays."""
    shown = [LAST_LABEL_ZOOM + 1] * len(cities)
    spots = [to_world(city["latitude"], city["longitude"]) for city in cities]
    for zoom in range(3, LAST_LABEL_ZOOM + 1):
        order = sorted(range(len(cities)), key=lambda number: shown[number] > zoom)
        for number in order:
            city = cities[number]
            people = city["population"]
            is_capital = (city["countrycode"], city["name"]) in capitals
            least = FEWEST_PEOPLE.get(zoom, 0)
            if (
                shown[number] > zoom
                and people < least
                and not (is_capital and zoom > 4)
            ):
                continue
            size = label_px(people, zoom)
            width = label_width_px(city["name"], size)
            box = (zoom, *spots[number], width, size)
            if shown[number] <= zoom or labels.fits(*box):
                labels.add(*box)
                shown[number] = min(shown[number], zoom)
    return shown


def read_states(names: Any) -> list[tuple[str, str, str, str]]:
    """Return (country, code, short form, name) of each state people write."""
    states = [
        ("US", s["code"], s["code"], s["name"]) for s in names.get_us_states().values()
    ]
    for country, listed in PROVINCES.items():
        for each in listed.split("|"):
            code, short, name = each.split(" ", 2)
            states.append((country, code, short, name))
    return states


def _alternates(city: dict[str, Any]) -> tuple[str, ...]:
    if city["population"] < ALTERNATES_FROM:
        return ()
    main = fold(city["name"])
    # "Donostia / San Sebastián" is called by either.
    keys: dict[str, None] = {
        fold(part): None for part in city["name"].split("/") if "/" in city["name"]
    }
    own: dict[str, None] = {}
    for other in city["alternatenames"]:
        key = fold(other)
        if not 2 <= len(key) <= 40 or key == main or key.isdigit():
            continue
        if _is_own_script(key, city["countrycode"]):
            own[key] = None
        # Machine transliterations begin in lower case; people do not type them.
        elif other[:1].isupper() and key.isascii():
            keys[key] = None
    most = next(n for least, n in MOST_ALTERNATES if city["population"] >= least)
    return (*list(keys)[:most], *list(own)[:most])


def _is_own_script(key: str, country: str) -> bool:
    letters = [letter for letter in key if letter.isalpha()]
    return not key.isascii() and all(
        country in SCRIPTS.get(unicodedata.name(letter, "?").split()[0], "").split()
        for letter in letters
    )


def place_names(places: list[BuiltPlace]) -> Iterator[tuple[str, int]]:
    """Yield every searchable key with the number of its place."""
    for place in places:
        key = fold(place.row[1])
        if key:
            yield key, place.row[0]
        for other in place.alternates:
            yield other, place.row[0]


def first_of_cells(places: list[BuiltPlace]) -> Iterator[tuple[int, int]]:
    """Yield each cell with the number of its first place, and an end after all."""
    last = -1
    for place in places:
        if place.cell != last:
            yield place.cell, place.row[0]
        last = place.cell
    yield 1 << 2 * PLACE_ZOOM, len(places) + 1
