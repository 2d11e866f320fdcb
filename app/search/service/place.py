"""Where to search: a named place, a point of the map, or where most chargers are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from app.kernel.geo import Point
from app.search.domain import SearchRefused
from app.search.geocode import Place, find_places
from app.search.service.reading import busiest_point

# Somewhere to look at on an installation without any charger yet.
NOWHERE = Point(52.52, 13.405)
_KEEP_S = 300
_KEPT = "plugbid_search_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """The middle of a search and how to call it.

    :ivar name: empty where it has no name
    :ivar others: further places that are called exactly so
    :ivar is_exact: whether the place is all that was asked for, or only its town
    """

    point: Point
    name: str = ""
    others: tuple[Place, ...] = ()
    is_exact: bool = True


def find_center(
    *, text: str, point: Point | None, now: datetime, limit: int = 4
) -> Center:
    """This function will return where to search; a named place goes before a point.

    :raises SearchRefused: if no place of this name is known
    """
    if text:
        places = find_places(text, near=point or start_point(now), limit=limit)
        if not places:
            raise SearchRefused(
                "We know no place of this name. Try its town, or move the map.",
                field="q",
            )
        first, *others = places
        return Center(
            point=Point(first.lat, first.lon),
            name=first.label,
            others=tuple(each for each in others if each.name == first.name),
            is_exact=first.is_exact,
        )
    return Center(point=point or start_point(now))


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
