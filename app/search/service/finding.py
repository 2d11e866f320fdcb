"""Finds the chargers that serve a driver: near, fitting, open, free, priced for him."""

from __future__ import annotations

from datetime import datetime

from app.accounts.service import Vehicle
from app.chargers.domain import small_key
from app.kernel.geo import Point
from app.search.domain import Car, Query, SearchRefused, reference_car
from app.search.service import reading
from app.search.service.costs import Costs
from app.search.service.finder import Finder, Served
from app.search.service.reading import Candidate
from app.search.service.views import Hit, Loosened, MapPoint, Results

MAX_HITS = 50
MAX_POINTS = 300
# Advice what to loosen needs no exact number, and each filter is another search.
MAX_LOOSENED = 100
MAX_ADVISED = 2_000


def car_of(vehicle: Vehicle | None) -> Car:
    """This function will return the car to calculate for: his, or a usual one."""
    if vehicle is None:
        return reference_car()
    return Car(
        name=vehicle.name,
        standards=frozenset(vehicle.standards),
        max_ac_w=vehicle.max_ac_w,
        max_dc_w=vehicle.max_dc_w,
        battery_wh=vehicle.battery_wh,
    )


def near(*, query: Query, vehicle: Vehicle | None, now: datetime) -> Results:
    """This function will find chargers for the driver's car, best first.

    What is found, for list and map, comes from the finder; here it is priced and put
    into words. Where nothing is left: which single filter hides something.

    :raises SearchRefused: if the time has passed or is too far ahead
    """
    car = car_of(vehicle)
    finder = Finder(query, car, now)
    found = finder.take(MAX_POINTS)
    hits = found[:MAX_HITS]
    finder.costs.load([each.at for each in found])
    words = finder.time.words(hits)
    names = reading.names_of(each.at.location_id for each in found)
    photos = reading.first_photos(each.at.location_id for each in hits)
    counts = finder.counts()
    return Results(
        query=query,
        car=car,
        total=len(found),
        has_more=finder.has_more(),
        hits=tuple(
            _hit(
                each.at,
                finder.costs,
                names[each.at.location_id],
                photos.get(each.at.location_id),
                *w,
            )
            for each, w in zip(hits, words, strict=True)
        ),
        points=tuple(
            _point(each, names[each.at.location_id][0], finder) for each in found
        ),
        counts=counts,
        loosened=() if found else _loosened(query, car, now),
    )


def _hit(
    at: Candidate,
    costs: Costs,
    name: tuple[str, str],
    photo: str | None,
    text: str,
    is_now: bool,
) -> Hit:
    fit, charge = costs.charge(at)
    return Hit(
        charger_id=at.evse_id,
        name=name[0],
        city=name[1],
        point=Point(at.lat, at.lon),
        distance_m=at.distance_m,
        time_zone=at.zone,
        fit=fit,
        charge=charge,
        energy_milli_per_kwh=at.energy_milli,
        time_milli_per_hour=costs.hourly_milli(at),
        is_auctioned=costs.is_auctioned(at),
        free_text=text,
        is_free_now=is_now,
        photo_key=small_key(photo) if photo else None,
    )


def _point(found: Served, name: str, finder: Finder) -> MapPoint:
    at, run = found
    charge = finder.costs.charge(at)[1]
    return MapPoint(
        charger_id=at.evse_id,
        name=name,
        point=Point(at.lat, at.lon),
        total_minor=charge.total_minor,
        currency=charge.currency,
        # Free for the span, or else right now.
        is_free=run is None or finder.time.is_free_now(at, run),
    )


def _loosened(query: Query, car: Car, now: datetime) -> tuple[Loosened, ...]:
    """Return each single filter without which something would be found."""
    answers: list[Loosened] = []
    for name, wider in query.loosened():
        finder = Finder(wider, car, now, at_most=MAX_ADVISED)
        try:
            found = finder.take(MAX_LOOSENED)
        except SearchRefused:
            continue  # Another circle may lie where the time has passed.
        if found:
            answers.append(Loosened(name, wider, len(found), finder.has_more()))
    return tuple(answers)
