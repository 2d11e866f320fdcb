"""Use cases of learning: take in what drivers did, and say what demand to expect."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.geo import Point, cell_of
from app.pricing.domain.cold_start import COLD_START, scale_of
from app.pricing.domain.demand import Demand
from app.pricing.domain.learning import Prior, State, demand_of, prior_from
from app.pricing.domain.observation import Observation, learned
from app.pricing.models import DemandModelRow

_WEEK = timedelta(weeks=1)
# A place is watched from the day before something was first seen there.
_FIRST = timedelta(days=1)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Known:
    state: State
    until: datetime

    def weeks(self, now: datetime) -> float:
        return max(0.0, (now - self.until) / _WEEK)


def learn(
    observations: Iterable[Observation],
    now: datetime,
    chargers_shown: Mapping[int, float] | None = None,
) -> int:
    """Take in what drivers did, each thing once however often it is reported.

    What happened before a place was last taught is left out, so the callers may repeat
    a run that broke off; they report everything up to ``now`` at once.

    :param chargers_shown: how many free chargers a cell's drivers could choose from,
        one where nothing is said; each gets its part of them
    :returns: how many observations were new
    """
    seen = [each for each in observations if each.at <= now]
    places: dict[int, list[Observation]] = defaultdict(list)
    for each in seen:
        places[cell_of(each.place)].append(each)
        places[region_of(each.place)].append(each)
    if not places:
        return 0
    with writing() as work:
        known = _load(work.session, places, locked=True)
        new = 0
        # Regions have negative numbers, so they come first and teach their cells.
        for place in sorted(places):
            shown = (chargers_shown or {}).get(place, 1.0)
            fresh, state = _taught(place, places[place], known, now, shown)
            known[place] = _Known(state, now)
            new += fresh if place >= 0 else 0
            work.session.merge(
                DemandModelRow(cell=place, state=state.as_dict(), learned_until=now)
            )
    return new


def demand_for(charger: Charger, currency: str, now: datetime) -> Demand:
    """Return the drivers to expect at a charger, from its cell and its region."""
    point = Point(charger.public_latitude, charger.public_longitude)
    cell, region = cell_of(point), region_of(point)
    known = _load(db.session(), (cell, region))
    prior = _prior(region, known, now)
    state = _at(known.get(cell), now)
    scale = scale_of(currency, charger.max_power_w or 1)
    return demand_of(state, prior, scale=scale)


def region_of(point: Point) -> int:
    """Return the number of the half degree around a point; negative, unlike a cell."""
    row, column = math.floor((point.lat + 90) * 2), math.floor((point.lon + 180) * 2)
    return -1 - (row * 1024 + column % 720)


def _taught(
    place: int,
    seen: list[Observation],
    known: Mapping[int, _Known],
    now: datetime,
    shown: float,
) -> tuple[int, State]:
    """Return how many observations are new at a place, and its state after them."""
    old = known.get(place)
    if old is None:
        first = min(each.at for each in seen)
        old = _Known(State(), first - _FIRST)
    fresh = [each for each in seen if each.at > old.until]
    prior = COLD_START
    if place >= 0:
        prior = _prior(region_of(seen[0].place), known, now)
    return len(fresh), learned(old.state, prior, fresh, old.weeks(now), shown)


def _prior(region: int, known: Mapping[int, _Known], now: datetime) -> Prior:
    return prior_from(_at(known.get(region), now), COLD_START)


def _at(known: _Known | None, now: datetime) -> State:
    """Return a state as of now: quiet weeks count as weeks without anybody."""
    if known is None:
        return State()
    weeks = known.weeks(now)
    return known.state.after(weeks).watched(weeks, {})


def _load(
    session: Session, places: Iterable[int], *, locked: bool = False
) -> dict[int, _Known]:
    wanted, found = sorted(set(places)), {}
    for first in range(0, len(wanted), _CHUNK):
        query = select(DemandModelRow).where(
            DemandModelRow.cell.in_(wanted[first : first + _CHUNK])
        )
        if locked:
            query = query.order_by(DemandModelRow.cell).with_for_update()
        for row in session.scalars(query):
            found[row.cell] = _Known(State.from_dict(row.state), row.learned_until)
    return found
