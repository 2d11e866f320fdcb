"""One search under way: reads the index in bounded steps until there is enough.

Nothing here is worded or drawn; that is for whoever asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from app.kernel.geo import Point, cell_of
from app.kernel.money import MILLI
from app.search.domain import (
    Car,
    Charge,
    Order,
    Query,
    SearchRefused,
    Span,
    UntilFull,
    Window,
)
from app.search.service.costs import Costs
from app.search.service.reading import Candidate
from app.search.service.serving import serving
from app.search.service.spots import Spot, Spots
from app.search.service.views import GridCount
from app.search.service.when import Free, TimeCheck

CHUNK = 150
LARGEST_CHUNK = 1200
# No search looks at more chargers than this, wherever it is; the nearest ones count.
MAX_LOOKED = 20_000
# About as many that pass the filters are compared where not the distance decides.
MAX_COMPARED = 2_000
Rank = tuple[bool, bool, str, int, float, int]


class Served(NamedTuple):
    """A charger that satisfies everything, and when it can be had."""

    at: Candidate
    free: Free


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
        self,
        query: Query,
        car: Car,
        now: datetime,
        *,
        at_most: int = MAX_LOOKED,
        outside_m: float = -1.0,
    ) -> None:
        """Prepare a search.

        :param at_most: how many chargers to look at, the nearest ones
        :param outside_m: leave out what lies no farther away than this
        """
        self.time = TimeCheck(query.time, now)
        self.costs = Costs(query, car, self.time, now)
        self._query = query
        self._now = now
        self._spots = Spots(query, outside_m)
        self._at_most = at_most
        self._looked: list[Spot] = []
        self._over: set[int] = set()

    def take(self, enough: int) -> list[Served]:
        """Return up to ``enough`` chargers that satisfy everything, best first."""
        first = CHUNK if enough * 2 <= CHUNK else enough + enough // 2
        if self._query.order is Order.NEAR:
            found = self._nearest(enough, first)
        else:
            found = self._best(enough, first)
        self._over |= {each.at.evse_id for each in found[enough:]}
        return found[:enough]

    @property
    def looked(self) -> int:
        """How many chargers were looked at, the nearest ones of the circle."""
        return len(self._looked)

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

    def _nearest(self, enough: int, first: int) -> list[Served]:
        found: list[Served] = []
        for spots in self._chunks(first, LARGEST_CHUNK):
            found += self._served(self._serving(spots))
            if len(found) >= enough:
                break
        return found

    def _best(self, enough: int, first: int) -> list[Served]:
        """Return at least so many, if there are, in another order than the distance.

        Each charger has a bound that its time cannot better: so early, so cheap. They
        are asked for their time in this order, until what is found is better than
        all that is left. Only where not one of a group is free the next one counts.
        """
        for candidates in self._groups():
            if found := self._best_of(candidates, enough, first):
                return found
        return []

    def _groups(self) -> Iterator[list[Candidate]]:
        """Yield those that pass the filters, so many at once as are compared.

        What fails does not count: one that fits may lie behind thousands of others.
        """
        group: list[Candidate] = []
        half = max(1, MAX_COMPARED // 2)
        for spots in self._chunks(half, half):
            group += self._serving(spots)
            # A batch may be a few short, which is no reason for another one.
            if len(group) * 10 >= MAX_COMPARED * 9:
                yield group
                group = []
        if group:
            yield group

    def _best_of(
        self, candidates: Sequence[Candidate], enough: int, first: int
    ) -> list[Served]:
        self.costs.load(candidates)
        rank = self._ranking(candidates)
        bounds = sorted((rank(each, None), each) for each in candidates)
        ranked: list[tuple[Rank, Served]] = []
        for start in range(0, len(bounds), first):
            left = bounds[start:]
            if len(ranked) >= enough and ranked[enough - 1][0] <= left[0][0]:
                self._over |= {each.evse_id for _, each in left}
                break
            served = self._served([each for _, each in left[:first]])
            ranked += [(rank(each.at, each.free), each) for each in served]
            ranked.sort()
        return [each for _, each in ranked]

    def _ranking(
        self, candidates: Sequence[Candidate]
    ) -> Callable[[Candidate, Free | None], Rank]:
        """Return what orders the list; without a time, the least it may be.

        A low total for a part of the charge stands behind every whole one. Prices of
        one currency stand together; that of the nearest charger leads.
        """
        order = self._query.order
        home = candidates[0].currency if candidates else ""

        def rank(at: Candidate, free: Free | None) -> Rank:
            if order is Order.SOON:
                begins = self.time.earliest(at) if free is None else free.first_slot
                return False, False, "", begins, at.distance_m, at.evse_id
            charge = self._charge(at, free)
            is_total = order is Order.TOTAL
            is_part = is_total and not self.costs.holds_all(charge)
            price = charge.total_minor if is_total else charge.per_kwh_milli
            foreign = at.currency != home
            return is_part, foreign, at.currency, price, at.distance_m, at.evse_id

        return rank

    def _chunks(self, size: int, largest: int) -> Iterator[list[Spot]]:
        while len(self._looked) < self._at_most:
            spots = self._spots.take(min(size, self._at_most - len(self._looked)))
            if not spots:
                break
            if not self._looked:
                self._refuse_past(spots)
            self._looked += spots
            yield spots
            size = min(size * 2, largest)
        if not self._looked:
            self._refuse_past([])

    def _refuse_past(self, spots: Sequence[Spot]) -> None:
        """Refuse a time that has passed at every charger of the circle."""
        time, lon = self._query.time, self._query.center.lon
        if not isinstance(time, Span | Window):
            return
        try:
            time.refuse_past(self._now, lon=lon, zones={each.zone for each in spots})
        except SearchRefused:
            # Farther away in the circle the clocks may show another time.
            time.refuse_past(self._now, lon=lon, zones=self._spots.zones())

    def _serving(self, spots: Sequence[Spot]) -> list[Candidate]:
        """Return those that pass the filters; their time may be unknown yet."""
        found = serving(spots, self._query, self.time.wanted_at, self._now)
        if not self._has_limit and not isinstance(self._query.time, UntilFull):
            return found
        self.costs.load(found)
        if isinstance(self._query.time, UntilFull):
            found = [each for each in found if self.costs.fills(each)]
        if not self._has_limit:
            return found
        return [each for each in found if self._is_affordable(each, None)]

    def _served(self, candidates: Sequence[Candidate]) -> list[Served]:
        """Return those that can be had, at a price that the driver would pay."""
        if self._query.time is None:
            # How long the charge takes says which stretch holds it.
            self.costs.load(candidates)
        free = self.time.free(candidates, self.costs.length_s)
        served = [
            Served(each, free[each.evse_id])
            for each in candidates
            if each.evse_id in free
        ]
        if not self._has_limit:
            return served
        return [at for at in served if self._is_affordable(*at)]

    @property
    def _has_limit(self) -> bool:
        return self._query.max_price is not None or self._query.max_total is not None

    def _charge(self, at: Candidate, free: Free | None) -> Charge:
        """Return the charge at a time; without one, at the least it may cost."""
        return self.costs.least(at) if free is None else self.costs.charge(at, free)

    def _is_affordable(self, at: Candidate, free: Free | None) -> bool:
        """Return whether a charge there costs no more than the driver would pay.

        :param free: when it can be had; None while it may be cheap enough
        """
        charge = self._charge(at, free)
        per_kwh, total = self._query.max_price, self._query.max_total
        if per_kwh and charge.per_kwh_milli > per_kwh.milli_in(at.currency):
            return False
        if free is None and self._query.time is None:
            return True  # The time left may be short, and a part of the charge cheap.
        return not total or charge.total_minor * MILLI <= total.milli_in(at.currency)
