"""Finds the chargers that serve a driver: near, fitting, open, free, priced for him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.accounts.service import Vehicle
from app.chargers import service as chargers
from app.kernel.geo import Point
from app.search.domain import (
    MAX_RADIUS_M,
    Car,
    Order,
    Query,
    SearchRefused,
    Wish,
    reference_car,
)
from app.search.service import reading
from app.search.service.finder import Finder, Served
from app.search.service.hits import Words
from app.search.service.views import Hit, Loosened, MapPoint, PublicPin, Results

MAX_HITS = 50
# More names and prices than this nobody reads; the others are counted.
MAX_POINTS = 200
MAX_PUBLIC = 200
# Advice what to loosen needs no exact number, and each filter is another search.
MAX_LOOSENED = 100
MAX_ADVISED = 1_000


def car_of(vehicle: Vehicle | None, wish: Wish | None = None) -> Car:
    """This function will return the car to calculate for: his, or a usual one.

    :param wish: what it wants this time; None for a usual charge
    """
    if vehicle is None:
        return replace(reference_car(), wish=wish)
    return Car(
        name=vehicle.name,
        standards=frozenset(vehicle.standards),
        max_ac_w=vehicle.max_ac_w,
        max_dc_w=vehicle.max_dc_w,
        battery_wh=vehicle.battery_wh,
        wish=wish,
    )


def near(
    *,
    query: Query,
    vehicle: Vehicle | None,
    now: datetime,
    wish: Wish | None = None,
    cards: int = MAX_HITS,
    with_public: bool = False,
    advice: bool = True,
) -> Results:
    """This function will find chargers for the driver's car, best first.

    What is found is priced and put into words. Where nothing is left: which single
    filter hides something, and what is nearest outside of the circle.

    :param wish: what the car wants; None for a usual charge
    :param cards: how many to describe for the list
    :param with_public: whether to tell about public stations as well
    :param advice: whether to find out what helps where nothing is left
    :raises SearchRefused: if the time has passed or is too far ahead
    """
    car = car_of(vehicle, wish)
    finder = Finder(query, car, now)
    found = finder.take(MAX_POINTS)
    hits, points = _described(finder, found, cards, query, now)
    # Outside lies the nearest one only where nobody in the circle is left.
    is_empty = not found and not finder.has_more()
    return Results(
        query=query,
        car=car,
        total=len(found),
        has_more=finder.has_more(),
        looked=finder.looked,
        hits=hits,
        points=points,
        counts=finder.counts(),
        loosened=_loosened(query, car, now) if advice and not found else (),
        beyond=_beyond(query, car, now) if advice and is_empty else None,
        public=_public(query) if with_public else (),
    )


def _described(
    finder: Finder, found: Sequence[Served], cards: int, query: Query, now: datetime
) -> tuple[tuple[Hit, ...], tuple[MapPoint, ...]]:
    """Return what was found as the list and the map show it."""
    finder.costs.load([each.at for each in found])
    names = reading.names_of(each.at.location_id for each in found)
    words = Words(query, finder, now)
    return words.hits(found[:cards], names), words.points(found, names)


def _loosened(query: Query, car: Car, now: datetime) -> tuple[Loosened, ...]:
    """Return each single filter without which something would be found."""
    answers: list[Loosened] = []
    for name, wider in query.loosened():
        # Whatever comes first, there are as many.
        finder = Finder(replace(wider, order=Order.NEAR), car, now, at_most=MAX_ADVISED)
        try:
            found = finder.take(MAX_LOOSENED)
        except SearchRefused:
            continue  # Another circle may lie where the time has passed.
        if found:
            answers.append(Loosened(name, wider, len(found), finder.has_more()))
    return tuple(answers)


def _beyond(query: Query, car: Car, now: datetime) -> Hit | None:
    """Return the nearest charger outside of the circle that satisfies everything."""
    if query.radius_m >= MAX_RADIUS_M:
        return None
    wide = replace(query, radius_m=MAX_RADIUS_M, order=Order.NEAR)
    finder = Finder(wide, car, now, at_most=MAX_ADVISED, outside_m=query.radius_m)
    try:
        found = finder.take(1)
    except SearchRefused:
        return None  # Out there the time has passed.
    if not found:
        return None
    finder.costs.load([found[0].at])
    names = reading.names_of([found[0].at.location_id])
    return Words(wide, finder, now).hits(found, names)[0]


def _public(query: Query) -> tuple[PublicPin, ...]:
    return tuple(
        PublicPin(each.id, each.name, Point(each.latitude, each.longitude))
        for each in chargers.public_near(query.center, query.radius_m, MAX_PUBLIC)
    )
