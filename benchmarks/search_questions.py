"""The searches of the benchmark: a plug with a power, free for two hours, nearby."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from app.kernel.geo import Point
from app.search.domain import Query, Span
from benchmarks.search_now import NOW
from benchmarks.search_places import Numbers
from benchmarks.search_world import World

LENGTH = timedelta(hours=2)
DENSE_CELLS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One search: two hours of the wall clock of each charger's place."""

    lat: float
    lon: float
    radius_m: int
    starts: datetime
    standard: str
    min_power_w: int

    @property
    def ends(self) -> datetime:
        """Return when the two hours are over, wall-clock time."""
        return self.starts + LENGTH

    def query(self) -> Query:
        """Return the product's word for it."""
        return Query(
            center=Point(self.lat, self.lon),
            radius_m=self.radius_m,
            time=Span(starts=self.starts, ends=self.ends),
            standards=frozenset({self.standard}),
            min_power_w=self.min_power_w,
        )

    def values(self) -> dict[str, str]:
        """Return the address of its page, as the form would send it."""
        return {
            "lat": f"{self.lat:.5f}",
            "lon": f"{self.lon:.5f}",
            "radius_km": str(self.radius_m // 1000),
            "from": f"{self.starts:%Y-%m-%dT%H:%M}",
            "to": f"{self.ends:%Y-%m-%dT%H:%M}",
            "plug": self.standard,
            "min_kw": str(self.min_power_w // 1000),
        }


def make_questions(
    world: World, count: int, *, where: str, radius_m: int, seed: int
) -> list[Question]:
    """Return searches near random chargers.

    :param where: ``mixed`` for any charger, ``dense`` for one in the fullest cells,
        ``core`` for the middle that is the same in worlds of all sizes
    """
    random = np.random.default_rng([seed, radius_m, ord(where[0])])
    chosen = random.choice(_places(world, where), size=count)
    # The answer must not be the place itself, so the driver stands nearby.
    aside = random.normal(0, 0.005, size=(count, 2))
    first = np.searchsorted(world.plug_charger, chosen)
    drawn = random.random((count, 3))
    return [
        _question(world, *values, radius_m)
        for values in zip(chosen, aside, first, drawn, strict=True)
    ]


def _places(world: World, where: str) -> Numbers:
    if where == "core":
        # By place, not by number: the chargers are shuffled in every world.
        found = np.flatnonzero(world.is_core)
        return found[np.lexsort((world.lon[found], world.lat[found]))]
    if where == "mixed":
        return np.arange(world.count)
    cells = (np.floor(world.lat * 20) * 8192 + np.floor(world.lon * 20)).astype(int)
    names, crowd = np.unique(cells, return_counts=True)
    fullest = names[np.argsort(crowd)[-DENSE_CELLS:]]
    return np.flatnonzero(np.isin(cells, fullest))


def _question(
    world: World, charger: int, aside: Any, first: int, drawn: Any, radius_m: int
) -> Question:
    plug = world.plugs[world.plug_of[first]]
    day = NOW.replace(tzinfo=None, hour=0, minute=0) + timedelta(
        days=2 + int(drawn[0] * 18)
    )
    return Question(
        lat=round(float(np.clip(world.lat[charger] + aside[0], -90, 90)), 5),
        lon=round(float((world.lon[charger] + aside[1] + 180) % 360 - 180), 5),
        radius_m=radius_m,
        starts=day + timedelta(minutes=15 * int(drawn[1] * 96)),
        standard=plug.standard,
        # Whole kilowatts, as the form has them; half of the drivers ask for some.
        min_power_w=plug.power_w // 1000 * 1000 if drawn[2] < 0.5 else 0,
    )
