"""Finds places by name without network: towns and districts, never streets.

The names come from the built-in atlas. An address is answered with its town, and the
place says so (`is_exact`), so that a page can ask for a pin on the map.
"""

from __future__ import annotations

import math
import re
import sqlite3
from dataclasses import dataclass, replace

from app.kernel.geo import Point, distance_m
from app.search import atlas
from app.search.basemap.geometry import to_degrees
from app.search.places.coordinates import parse_coordinates
from app.search.places.folding import fold
from app.search.places.readings import (
    REAL_SIZE,
    Reading,
    ends,
    readings,
    spellings,
    without_codes,
)
from app.search.places.regions import regions_of

LONGEST_QUERY = 120
_MOST_BEGINNINGS = 12
_MOST_PARTS = 6
# So many names begin with three letters ("san") that the largest says nothing.
_SHORTEST_BEGINNING = 4
_NEAR_QUALIFIER_M = 60_000.0
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A named point.

    :param admin: name of the state, where the atlas knows it (US, Canada, Australia)
    :param is_exact: whether everything that was typed is part of this place's name;
        False where a street or another word had to be left out
    :param is_beginning: whether the name only begins with what was typed
    """

    name: str
    admin: str
    country_code: str
    country: str
    lat: float
    lon: float
    population: int
    is_exact: bool = True
    is_beginning: bool = False

    @property
    def label(self) -> str:
        """The name with state and country, such as ``Paris, Texas, United States``."""
        parts = (self.name, self.admin, self.country)
        return ", ".join(part for part in parts if part)


def find_places(
    text: str,
    *,
    near: Point | None = None,
    limit: int = 5,
    source: sqlite3.Connection | None = None,
) -> tuple[Place, ...]:
    """Return the places that the text may mean, likeliest first.

    Understood are names in any usual spelling ("Munchen"), beginnings of names,
    qualifiers ("Paris, TX", "Kreuzberg, Berlin"), whole addresses (answered with the
    town) and coordinates ("55.67, 12.57").

    :param near: where the person is; nearer places come first
    :param source: the atlas; the running application's by default
    """
    text = text[:LONGEST_QUERY]
    point = parse_coordinates(text)
    if point is not None:
        return (_typed_point(point),)
    if not any(letter.isalpha() for letter in text):
        return ()
    source = source or atlas.connection()
    parts = [part for part in map(fold, text.split(",")) if part][:_MOST_PARTS]
    for reading in readings(parts) if parts else ():
        found = _meant(source, reading)
        if found:
            return _likeliest(found, reading.name, near, limit)
    for index, part in enumerate(parts, 1):
        found, name = _largest_end(source, part, tuple(parts[index:]))
        if found:
            return _likeliest(found, name, near, limit)
    return ()


def _likeliest(
    found: list[Place], name: str, near: Point | None, limit: int
) -> tuple[Place, ...]:
    names = spellings(name)
    found.sort(key=lambda place: (-_score(place, names, near), place.label))
    return tuple(_without_twins(found, max(0, limit)))


def _largest_end(
    source: sqlite3.Connection, part: str, rest: tuple[str, ...]
) -> tuple[list[Place], str]:
    """Return the places that its first or last words name, the larger ones of both."""
    best: tuple[int, list[Place], str] = (0, [], "")
    for side in ends(part, rest):
        for reading in side:
            found = _meant(source, reading)
            if found:
                size = max(place.population for place in found)
                best = max(best, (size, found, reading.name), key=lambda each: each[0])
                break
    return best[1], best[2]


def _typed_point(point: Point) -> Place:
    return Place(
        name=f"{point.lat:.5f}, {point.lon:.5f}",
        admin="",
        country_code="",
        country="",
        lat=point.lat,
        lon=point.lon,
        population=0,
    )


def _meant(source: sqlite3.Connection, reading: Reading) -> list[Place]:
    look = _named if reading.may_go_on else _whole_named
    smallest = reading.smallest
    if not reading.is_exact and reading.name in regions_of(source).countries:
        smallest = max(smallest, REAL_SIZE)  # "uk" is a village too.
    found = [
        place
        for place in look(source, reading.name)
        if place.population >= smallest and place.country_code not in reading.not_in
    ]
    is_exact = reading.is_exact
    for qualifier in reading.qualifiers:
        kept = _agreeing(source, found, qualifier)
        if not kept and reading.is_guess:
            return []
        # A qualifier that fits no place (a postal code, a misspelling) must not hide
        # them all, but what was typed is then not fully understood.
        is_exact = is_exact and bool(kept)
        found = kept or found
    if is_exact:
        return found
    return [replace(place, is_exact=False) for place in found]


def _score(place: Place, names: tuple[str, ...], near: Point | None) -> float:
    """Return how likely a person means this place.

    Its size counts, less its distance. Its own name, also with an addition ("Halle
    (Saale)", "Frankfurt am Main"), goes before a name that it is called as well; a
    name that only begins so counts much less.
    """
    score = math.log10(place.population + 200)
    if place.is_beginning:
        score -= 2
    own = [fold(part) for part in _IN_BRACKETS.sub("", place.name).split("/")]
    if any(part in names for part in own):
        score += 1.5
    elif own[0].startswith(tuple(f"{name} " for name in names)):
        score += 1.2
    if near is None:
        return score
    away_m = distance_m(near, Point(place.lat, place.lon))
    return score - 1.1 * math.log10(1 + away_m / 30_000)


def _without_twins(places: list[Place], limit: int) -> list[Place]:
    """Drop a place that another of the same name next to it already stands for."""
    kept: list[Place] = []
    for place in places:
        if len(kept) == limit:
            break
        here = Point(place.lat, place.lon)
        if not any(
            other.label == place.label
            and distance_m(here, Point(other.lat, other.lon)) < 20_000
            for other in kept
        ):
            kept.append(place)
    return kept


_COLUMNS = (
    "SELECT DISTINCT place.name, coalesce(state.name, ''), place.country, "
    "coalesce(country.name, ''), place.x, place.y, place.population "
    "FROM place_name JOIN place ON place.id = place_name.place_id "
    "LEFT JOIN country ON country.code = place.country "
    "LEFT JOIN state ON state.country = place.country AND state.code = place.admin "
)


def _named(source: sqlite3.Connection, words: str) -> list[Place]:
    """Return the places of exactly this name, then those whose name begins so."""
    exact = _called(source, spellings(words))
    if len(words) < _SHORTEST_BEGINNING:
        return exact
    longer = source.execute(
        _COLUMNS + "WHERE key > ? AND key < ? ORDER BY place.population DESC LIMIT ?",
        # No letter follows the last code point, so this bounds every longer name.
        (words, words + "\U0010ffff", _MOST_BEGINNINGS),
    )
    known = set(exact)
    begun = [place for place in map(_place, longer) if place not in known]
    return exact + [replace(place, is_beginning=True) for place in begun]


def _whole_named(source: sqlite3.Connection, words: str) -> list[Place]:
    """Return the places of exactly this name."""
    return _called(source, spellings(words))


def _called(source: sqlite3.Connection, names: tuple[str, ...]) -> list[Place]:
    """Return the places of exactly one of these names."""
    marks = ", ".join("?" * len(names))
    rows = source.execute(f"{_COLUMNS}WHERE key IN ({marks})", names)  # noqa: S608
    return [_place(row) for row in rows]


def _place(row: tuple[str, str, str, str, int, int, int]) -> Place:
    lat, lon = to_degrees(row[4], row[5])
    return Place(
        name=row[0],
        admin=row[1],
        country_code=row[2],
        country=row[3],
        lat=round(lat, 5),
        lon=round(lon, 5),
        population=row[6],
    )


def _agreeing(
    source: sqlite3.Connection, places: list[Place], qualifier: str
) -> list[Place]:
    """Return the places in this state or country, or else near a city of this name."""
    kept = _in_region(source, places, qualifier)
    if kept or not places:
        return kept
    cities = _called(source, spellings(without_codes(qualifier)))
    return [
        place
        for place in places
        if not place.is_beginning and _is_near_any(place, cities)
    ]


def _in_region(
    source: sqlite3.Connection, places: list[Place], qualifier: str
) -> list[Place]:
    regions = regions_of(source)
    countries = regions.countries.get(qualifier, frozenset())
    states = regions.states.get(qualifier, frozenset())
    return [
        place
        for place in places
        if place.country_code in countries
        or (place.country_code, place.admin) in states
    ]


def _is_near_any(place: Place, cities: list[Place]) -> bool:
    here = Point(place.lat, place.lon)
    return any(
        city.country_code == place.country_code
        and distance_m(here, Point(city.lat, city.lon)) < _NEAR_QUALIFIER_M
        for city in cities
    )
