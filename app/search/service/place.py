"""Where to search: a named place, a point of the map, or where most chargers are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from app.kernel.geo import Point, distance_m
from app.search.domain import SearchRefused
from app.search.places.coordinates import parse_coordinates
from app.search.places.geocode import Place, find_places
from app.search.service import addresses
from app.search.service.reading import busiest_point

# Somewhere to look at on an installation without any charger yet.
NOWHERE = Point(52.52, 13.405)
_KEEP_S = 300
_KEPT = "plugbid_search_start"
# A place of so many people is meant by its name alone.
_TOWN = 5_000
# So many times smaller, a namesake is offered only to those who are close to it.
_FAR_SMALLER = 20
_CLOSE_M = 100_000.0
_MOVE = "Move the map to your corner and search there."
_NO_STREETS = f"The built-in map knows no streets: this is {{name}}. {_MOVE}"
_MUTE = f"The address service did not answer; this is the town: {{name}}. {_MOVE}"
_UNKNOWN = (
    f"The address service does not know this address; this is the town: {{name}}. "
    f"{_MOVE}"
)
_NO_PLACE = "We know no place of this name. Try its town, or move the map."
_MUTE_NO_PLACE = "The address service did not answer. Try the town, or move the map."


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """The middle of a search and how to call it.

    :ivar name: empty where it has no name
    :ivar others: further places that are called exactly so
    :ivar is_exact: whether the place is all that was asked for, or only its town
    :ivar note: what to say about it, such as that it is only the town
    """

    point: Point
    name: str = ""
    others: tuple[Place, ...] = ()
    is_exact: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a text may mean, likeliest first, and what has to be said about it."""

    places: tuple[Place, ...]
    note: str = ""


def find_center(
    *, text: str, point: Point | None, now: datetime, limit: int = 4
) -> Center:
    """This function will return where to search; a named place goes before a point.

    :raises SearchRefused: if no place of this name is known
    """
    if not text:
        return Center(point=point or start_point(now))
    near = point or start_point(now)
    named = look_up(text, near=near, now=now, limit=limit)
    if not named.places:
        raise SearchRefused(named.note, field="q")
    first, *others = named.places
    return Center(
        point=Point(first.lat, first.lon),
        name=first.label,
        others=tuple(each for each in others if _may_be_meant(each, first, near)),
        is_exact=first.is_exact,
        note=named.note,
    )


def _may_be_meant(other: Place, first: Place, near: Point) -> bool:
    """Return whether this is a namesake worth offering: not far smaller, or close."""
    is_comparable = other.population * _FAR_SMALLER >= first.population
    away_m = distance_m(near, Point(other.lat, other.lon))
    return other.name == first.name and (is_comparable or away_m < _CLOSE_M)


def look_up(text: str, *, near: Point | None, now: datetime, limit: int = 4) -> Named:
    """This function will return the places a text means, streets included if it can.

    A town is known here; only what the built-in atlas does not fully know is asked of
    the address service, and where that is silent the atlas's answer stands.
    """
    towns = find_places(text, near=near, limit=limit)
    if _is_settled(text, towns):
        return Named(places=towns)
    if not addresses.is_online():
        if towns and towns[0].is_exact:
            return Named(places=towns)
        return Named(places=towns, note=_note(towns, _NO_STREETS, _NO_PLACE))
    found = addresses.online_places(text, near=near, now=now)
    if found:
        return Named(places=found[:limit])
    if found is None:
        return Named(places=towns, note=_note(towns, _MUTE, _MUTE_NO_PLACE))
    return Named(places=towns, note=_note(towns, _UNKNOWN, _NO_PLACE))


def _is_settled(text: str, towns: tuple[Place, ...]) -> bool:
    """Return whether nobody needs to be asked: coordinates, or a town's own name."""
    # A hamlet may be called like a street, so only towns are taken at their word.
    first = towns[0] if towns else None
    is_town = first is not None and first.population >= _TOWN and _is_whole(first)
    return is_town or parse_coordinates(text) is not None


def _is_whole(place: Place) -> bool:
    return place.is_exact and not place.is_beginning


def _note(towns: tuple[Place, ...], words: str, words_without_town: str) -> str:
    if not towns:
        return words_without_town
    return "" if _is_whole(towns[0]) else words.format(name=towns[0].label)


def start_point(now: datetime) -> Point:
    """This function will return where most chargers are, asked every five minutes."""
    kept = current_app.extensions.get(_KEPT)
    window = int(now.timestamp()) // _KEEP_S
    if kept is not None and kept[0] == window:
        point: Point = kept[1]
        return point
    found = busiest_point()
    if found is not None:
        current_app.extensions[_KEPT] = (window, found)
    return found or NOWHERE
