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
from app.search.folding import fold
from app.search.tile_geometry import to_degrees

LONGEST_QUERY = 120
_MOST_BEGINNINGS = 12
_NEAR_QUALIFIER_M = 60_000.0
_COORDINATES = re.compile(
    r"\s*(?:geo:)?\s*([NS]?)\s*([+-]?\d{1,2}(?:\.\d+)?)\s*°?\s*([NS]?)\s*[,;\s]\s*"
    r"([EW]?)\s*([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW]?)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A named point.

    :param admin: name of the state, where the atlas knows it (United States)
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
    source = source or atlas.connection()
    parts = [part for part in map(fold, text.split(",")) if part]
    if not parts:
        return ()
    for reading in _readings(parts):
        found = _meant(source, reading)
        if found:
            found.sort(
                key=lambda place: (-_score(place, reading.name, near), place.label)
            )
            return tuple(_without_twins(found)[: max(0, limit)])
    return ()


def parse_coordinates(text: str) -> Point | None:
    """Return the point of typed coordinates, or None where the text is none.

    >>> parse_coordinates("55.67, 12.57")
    Point(lat=55.67, lon=12.57)
    >>> parse_coordinates("33.9S 18.4E"), parse_coordinates("Paris, 7")
    (Point(lat=-33.9, lon=18.4), None)
    """
    match = _COORDINATES.fullmatch(text)
    if match is None:
        return None
    lat, lon = float(match[2]), float(match[5])
    if "S" in (match[1] + match[3]).upper():
        lat = -lat
    if "W" in (match[4] + match[6]).upper():
        lon = -lon
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the text.

    :param is_guess: whether the qualifiers were only guessed to be such, so that
        each of them must fit or the reading is wrong
    """

    name: str
    qualifiers: tuple[str, ...]
    is_exact: bool = True
    is_guess: bool = False


def _readings(parts: list[str]) -> list[_Reading]:
    """Return the ways to read the text, likeliest first.

    As it is; its last word or two as a qualifier ("paris tx"); then as an address,
    whose town stands after the street and beside a postal code.
    """
    words = parts[0].split()
    readings = [_Reading(parts[0], tuple(parts[1:]))]
    if len(parts) == 1:
        readings += [
            _Reading(" ".join(words[:-size]), (" ".join(words[-size:]),), is_guess=True)
            for size in (1, 2)
            if len(words) > size
        ]
    for index, part in enumerate(parts[1:], 1):
        rest = tuple(parts[index + 1 :])
        readings.append(_Reading(_without_codes(part), rest, is_exact=False))
    plain = _without_codes(parts[0]).split()
    for size in range(min(3, len(plain)), 0, -1):
        for some in (plain[-size:], plain[:size]):
            readings.append(_Reading(" ".join(some), tuple(parts[1:]), is_exact=False))
    return [reading for reading in readings if reading.name]


def _without_codes(part: str) -> str:
    """Return the words of an address line that can be a town's name."""
    words = [word for word in part.split() if not re.search(r"\d", word)]
    while len(words) > 1 and len(words[-1]) == 1:
        words.pop()  # "København K" and its like name a postal district.
    return " ".join(words)


def _meant(source: sqlite3.Connection, reading: _Reading) -> list[Place]:
    found = _named(source, reading.name)
    is_exact = reading.is_exact
    for qualifier in reading.qualifiers:
        kept = _agreeing(source, found, qualifier)
        if not kept and reading.is_guess:
            return []
        # A qualifier that fits no place (a postal code, a misspelling) must not hide
        # them all, but what was typed is then not fully understood.
        is_exact = is_exact and bool(kept)
        found = kept or found
    return [replace(place, is_exact=is_exact) for place in found]


def _score(place: Place, name: str, near: Point | None) -> float:
    """Return how likely a person means this place.

    Its size counts, less its distance; a name that only begins so counts much less.
    """
    score = math.log10(place.population + 200)
    if place.is_beginning:
        score -= 2
    if fold(place.name) == name:
        score += 1.5
    if near is None:
        return score
    away_m = distance_m(near, Point(place.lat, place.lon))
    return score - 1.1 * math.log10(1 + away_m / 30_000)


def _without_twins(places: list[Place]) -> list[Place]:
    """Drop a place that another of the same name next to it already stands for."""
    kept: list[Place] = []
    for place in places:
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
    "LEFT JOIN state ON place.country = 'US' AND state.code = place.admin "
)


def _named(source: sqlite3.Connection, words: str) -> list[Place]:
    """Return the places of exactly this name, then those whose name begins so."""
    exact = [
        _place(row) for row in source.execute(_COLUMNS + "WHERE key = ?", (words,))
    ]
    if len(words) < 3:
        return exact
    longer = source.execute(
        _COLUMNS + "WHERE key > ? AND key < ? ORDER BY place.population DESC LIMIT ?",
        # "{" follows "z" in ASCII, so this bounds every longer name.
        (words, words + "{", _MOST_BEGINNINGS),
    )
    known = set(exact)
    begun = [place for place in map(_place, longer) if place not in known]
    return exact + [replace(place, is_beginning=True) for place in begun]


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
    cities = [
        city
        for city in _named(source, _without_codes(qualifier))
        if not city.is_beginning
    ]
    return [place for place in places if _is_near_any(place, cities)]


def _in_region(
    source: sqlite3.Connection, places: list[Place], qualifier: str
) -> list[Place]:
    code = qualifier.upper()
    states = {
        name
        for key, name in source.execute("SELECT code, name FROM state")
        if key == code or fold(name) == qualifier
    }
    countries = {
        key
        for key, key3, name in source.execute("SELECT code, code3, name FROM country")
        if code in {key, key3} or fold(name) == qualifier
    }
    countries |= {"GB"} if qualifier in {"uk", "england", "scotland"} else set()
    countries |= {"US"} if qualifier == "usa" else set()
    return [
        place
        for place in places
        if place.country_code in countries or (place.admin and place.admin in states)
    ]


def _is_near_any(place: Place, cities: list[Place]) -> bool:
    here = Point(place.lat, place.lon)
    return any(
        city.country_code == place.country_code
        and distance_m(here, Point(city.lat, city.lon)) < _NEAR_QUALIFIER_M
        for city in cities
    )
