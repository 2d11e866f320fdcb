"""One search under way: reads the index in bounded steps until there is enough.

Nothing here is worded or drawn; that is for whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from app.kernel.geo import Point, cell_of
from app.search.domain import Car, Order, Query, Run, SearchRefused
from app.search.service.costs import Costs
from app.search.service.reading import Candidate
from app.search.service.serving import serving
from app.search.service.spots import Spot, Spots
from app.search.service.views import GridCount
from app.search.service.when import TimeCheck

CHUNK = 150
LARGEST_CHUNK = 1200
# No search looks at more chargers than this, wherever it is; the nearest ones count.
MAX_LOOKED = 20_000
# As many are compared where something else than the distance decides.
MAX_COMPARED = 2_000


class Served(NamedTuple):
    """A charger that satisfies everything; when it is free, where that was asked."""

    at: Candidate
    run: Run | None


def nearest(query: Query, car: Car, now: datetime, limit: int) -> list[Served]:
    """Return up to ``limit`` chargers that satisfy everything, in the wanted order.

    1. Chargers of the circle with the plug and the power, nearest first, in batches
       from one covering index.
    2. In growing chunks: those that satisfy the filters and are open and free, until
       there are enough.

    :raises SearchRefused: if the time has passed or is too far ahead
    """
    return Finder(query, car, now).take(limit)


class Finder:
    """The chargers of one circle, what is known about them, and what is left."""

    def __init__(
        self, query: Query, car: Car, now: datetime, *, at_most: int = MAX_LOOKED
    ) -> None:
        self.time = TimeCheck(query.span, now)
        self.costs = Costs(query, car, self.time, now)
        self._query = query
        self._now = now
        self._spots = Spots(query)
        self._at_most = at_most
        self._looked: list[Spot] = []
        self._over: set[int] = set()

    def take(self, enough: int) -> list[Served]:
        """Return up to ``enough`` chargers that satisfy everything, best first."""
        first = CHUNK if enough * 2 <= CHUNK else enough + enough // 2
        found: list[Served] = []
        for chunk in self._candidates(first):
            found += self._free(chunk)
            if len(found) >= enough:
                break
        self._over |= {each.at.evse_id for each in found[enough:]}
        return found[:enough]

    def has_more(self) -> bool:
        """Return whether the circle holds further ones that nobody has checked."""
        return bool(self._over) or self._spots.has_next()

    def counts(self) -> tuple[GridCount, ...]:
        """Return where those are that nobody has checked, and how many."""
        if not self.has_more():
            return ()
        return self._spots.counts(
            Counter(
                cell_of(Point(each.lat, each.lon))
                for each in self._looked
                if each.evse_id not in self._over
            )
        )

    def _candidates(self, first: int) -> Iterator[list[Candidate]]:
        """Yield chargers that serve, in the wanted order; their time may be unknown."""
        if self._query.order is Order.NEAR:
            for spots in self._chunks(first, self._at_most):
                yield self._serving(spots)
            return
        most = min(self._at_most, MAX_COMPARED)
        found = [
            each
            for spots in self._chunks(LARGEST_CHUNK, most)
            for each in self._serving(spots)
        ]
        self._sort(found)
        self._over = {each.evse_id for each in found}
        for start in range(0, len(found), first):
            chunk = found[start : start + first]
            self._over -= {each.evse_id for each in chunk}
            yield chunk

    def _chunks(self, size: int, most: int) -> Iterator[list[Spot]]:
        while len(self._looked) < most:
            spots = self._spots.take(min(size, most - len(self._looked)))
            if not spots:
                return
            if not self._looked:
                self._refuse_past(spots)
            self._looked += spots
            yield spots
            size = min(size * 2, LARGEST_CHUNK)
        if not self._looked:
            self._refuse_past([])

    def _refuse_past(self, spots: Sequence[Spot]) -> None:
        """Refuse a time that has passed at every charger of the circle."""
        span, lon = self._query.span, self._query.center.lon
        if span is None:
            return
        try:
            span.refuse_past(self._now, lon=lon, zones={each.zone for each in spots})
        except SearchRefused:
            # Farther away in the circle the clocks may show another time.
            span.refuse_past(self._now, lon=lon, zones=self._spots.zones())

    def _serving(self, spots: Sequence[Spot]) -> list[Candidate]:
        found = serving(spots, self._query, self.time.wanted_at, self._now)
        limit = self._query.max_price
        if limit is None:
            return found
        self.costs.load(found)
        return [
            each
            for each in found
            if self.costs.charge(each)[1].per_kwh_milli <= limit.milli_in(each.currency)
        ]

    def _free(self, candidates: Sequence[Candidate]) -> list[Served]:
        free = self.time.free(candidates)
        return [
            Served(each, free[each.evse_id])
            for each in candidates
            if each.evse_id in free
        ]

    def _sort(self, candidates: list[Candidate]) -> None:
        """Put the cheapest kWh first; the nearest charger's currency leads."""
        if not candidates:
            return
        self.costs.load(candidates)
        home = candidates[0].currency

        def dearness(at: Candidate) -> tuple[bool, str, int, float, int]:
            per_kwh = self.costs.charge(at)[1].per_kwh_milli
            foreign = at.currency != home
            return foreign, at.currency, per_kwh, at.distance_m, at.evse_id

        candidates.sort(key=dearness)
