"""Finds the chargers that serve a driver: near, fitting, open, free, priced for him."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.accounts.service import Vehicle
from app.chargers.domain import small_key
from app.kernel.geo import BadPoint, Point
from app.search.domain import (
    Car,
    Charge,
    Fit,
    Order,
    Query,
    Run,
    SearchRefused,
    reference_car,
)
from app.search.service import reading
from app.search.service.costs import Costs
from app.search.service.reading import Candidate
from app.search.service.views import GridCount, Hit, Loosened, MapPoint, Results
from app.search.service.when import TimeCheck

CHUNK = 150
MAX_HITS = 50
MAX_POINTS = 300
MAX_LOOSENED = 100


class _Found(NamedTuple):
    """A candidate that satisfies everything, with what it means for the car."""

    at: Candidate
    fit: Fit
    charge: Charge
    run: Run | None


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

    1. Candidates inside the circle with the plug and the power, through the index.
    2. In chunks of 150, best first: those cheap enough, open and free, until there
       are enough for list and map.
    3. Where nothing is left, which single filter hides something.

    :raises SearchRefused: if the time has passed or is too far ahead
    :raises BadPoint: if the circle is too large so near a pole
    """
    search = _Search(query, car_of(vehicle), now)
    found, rest = search.take(MAX_POINTS)
    hits = found[:MAX_HITS]
    words = search.time.words([(each.at, each.run) for each in hits])
    names = reading.names_of(each.at.location_id for each in found)
    photos = reading.first_photos(each.at.location_id for each in hits)
    return Results(
        query=query,
        car=search.car,
        total=len(found),
        has_more=bool(rest),
        hits=tuple(
            _hit(
                each,
                search.costs,
                names[each.at.location_id],
                photos.get(each.at.location_id),
                *w,
            )
            for each, w in zip(hits, words, strict=True)
        ),
        points=tuple(
            _point(each, names[each.at.location_id][0], search.is_free(each))
            for each in found
        ),
        counts=_counts(rest),
        loosened=() if found else _loosened(query, search.car, now),
    )


class _Search:
    """One query under way: candidates, and the checks that need the car and time."""

    def __init__(self, query: Query, car: Car, now: datetime) -> None:
        self.car = car
        self.time = TimeCheck(query.span, now)
        self._query = query
        self._candidates = reading.candidates(query)
        if query.span is not None:
            zones = {each.zone for each in self._candidates}
            query.span.refuse_past(now, lon=query.center.lon, zones=zones)
        self.costs = Costs(car, self.time, now)
        if query.order is Order.PRICE and self._candidates:
            self._sort_by_price(self._candidates[0].currency)

    def take(self, enough: int) -> tuple[list[_Found], list[Candidate]]:
        """Return up to ``enough`` chargers, and the candidates left unchecked."""
        found: list[_Found] = []
        checked = 0
        while checked < len(self._candidates) and len(found) < enough:
            chunk = self._candidates[checked : checked + CHUNK]
            checked += len(chunk)
            self.costs.load(chunk)
            weighed = [pair for each in chunk if (pair := self._weigh(each))]
            free = self.time.free([each for each, _, _ in weighed])
            found += [
                _Found(each, fit, charge, free[each.evse_id])
                for each, fit, charge in weighed
                if each.evse_id in free
            ]
        over = [each.at for each in found[enough:]]
        return found[:enough], over + self._candidates[checked:]

    def is_free(self, found: _Found) -> bool:
        """Return whether the map draws it as free: for the span, or else right now."""
        return found.run is None or self.time.is_free_now(found.at, found.run)

    def _weigh(self, at: Candidate) -> tuple[Candidate, Fit, Charge] | None:
        """Return what a charge there means, or None where it costs too much."""
        fit, charge = self.costs.charge(at)
        limit = self._query.max_price
        if limit is not None and charge.per_kwh_milli > limit.milli_in(at.currency):
            return None
        return at, fit, charge

    def _sort_by_price(self, home_currency: str) -> None:
        """Put the cheapest kWh first; the nearest charger's currency leads."""
        self.costs.load(self._candidates)

        def dearness(at: Candidate) -> tuple[bool, str, int, float, int]:
            _, charge = self.costs.charge(at)
            foreign = at.currency != home_currency
            per_kwh = charge.per_kwh_milli
            return foreign, at.currency, per_kwh, at.distance_m, at.evse_id

        self._candidates.sort(key=dearness)


def _hit(
    found: _Found,
    costs: Costs,
    name: tuple[str, str],
    photo: str | None,
    text: str,
    is_now: bool,
) -> Hit:
    at = found.at
    return Hit(
        charger_id=at.evse_id,
        name=name[0],
        city=name[1],
        point=Point(at.lat, at.lon),
        distance_m=at.distance_m,
        time_zone=at.zone,
        fit=found.fit,
        charge=found.charge,
        energy_milli_per_kwh=at.energy_milli,
        time_milli_per_hour=costs.hourly_milli(at),
        is_auctioned=costs.is_auctioned(at),
        free_text=text,
        is_free_now=is_now,
        photo_key=small_key(photo) if photo else None,
    )


def _point(found: _Found, name: str, is_free: bool) -> MapPoint:
    return MapPoint(
        charger_id=found.at.evse_id,
        name=name,
        point=Point(found.at.lat, found.at.lon),
        total_minor=found.charge.total_minor,
        currency=found.charge.currency,
        is_free=is_free,
    )


def _counts(rest: Sequence[Candidate]) -> tuple[GridCount, ...]:
    """Return how many unchecked candidates lie in each field of a coarse grid."""
    fields: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for each in rest:
        fields[round(each.lat * 20), round(each.lon * 20)].append(each)
    return tuple(
        GridCount(
            Point(
                round(sum(each.lat for each in group) / len(group), 4),
                round(sum(each.lon for each in group) / len(group), 4),
            ),
            len(group),
        )
        for _, group in sorted(fields.items())
    )


def _loosened(query: Query, car: Car, now: datetime) -> tuple[Loosened, ...]:
    """Return each single filter without which something would be found."""
    answers: list[Loosened] = []
    for name, wider in query.loosened():
        try:
            found, rest = _Search(wider, car, now).take(MAX_LOOSENED)
        except (SearchRefused, BadPoint):
            continue  # A wider circle may be too wide; then it is no advice.
        if found:
            answers.append(Loosened(name, wider, len(found), bool(rest)))
    return tuple(answers)
