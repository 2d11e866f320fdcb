"""What a charge costs at each charger of one search, for one car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from app.kernel.money import divide_half_even, divide_up
from app.kernel.slots import SLOT_S
from app.pricing import service as pricing
from app.pricing.domain import Tariff, WeekPrices
from app.search.domain import (
    Car,
    Charge,
    Fit,
    Plug,
    Query,
    best_plug,
    booked_time_s,
    estimate,
)
from app.search.service import reading
from app.search.service.reading import Candidate
from app.search.service.when import Free, TimeCheck

_SLOTS_AN_HOUR = 3600 // SLOT_S


class Costs:
    """Works out charges, each once, however often chargers share price and plug."""

    def __init__(self, query: Query, car: Car, time: TimeCheck, now: datetime) -> None:
        self._query = query
        self._car = car
        self._wanted_wh = car.usual_wh
        self._time = time
        self._now = now
        self._weeks: dict[int, WeekPrices | None] = {}
        self._bases: dict[tuple[object, ...], tuple[Fit, int]] = {}
        self._promised: dict[tuple[int, int, int | None], tuple[int, ...]] = {}
        self._least: dict[tuple[object, ...], Charge] = {}

    def load(self, candidates: Sequence[Candidate]) -> None:
        """Look up their plugs, which are auctioned, and their prices of the week."""
        reading.fill_plugs(
            candidates,
            standards=self._query.standards,
            min_power_w=self._query.min_power_w,
        )
        new = {at.evse_id for at in candidates} - self._weeks.keys()
        if not new:
            return
        # Few are, and a plan is a long row.
        weeks = pricing.prices_of(reading.auctioned(new))
        for evse_id in new:
            self._weeks[evse_id] = weeks.get(evse_id)

    def is_auctioned(self, at: Candidate) -> bool:
        """Return whether one can bid for time there."""
        return self._weeks[at.evse_id] is not None

    def fit(self, at: Candidate) -> Fit:
        """Return the plug the car would use there."""
        return self._basis(at)[0]

    def length_s(self, at: Candidate) -> int:
        """Return how many seconds one would book there."""
        return self._basis(at)[1]

    def fills(self, at: Candidate) -> bool:
        """Return whether one booking there is long enough for all that is wanted."""
        possible = self.fit(at).power_w * self.length_s(at)
        return possible >= self._wanted_wh * 3600

    def holds_all(self, charge: Charge) -> bool:
        """Return whether a charge brings all that is wanted."""
        return charge.energy_wh >= self._wanted_wh

    def charge(self, at: Candidate, free: Free) -> Charge:
        """Return what a charge means there that begins in this slot.

        Where time is auctioned it is what booking at once costs, as long as nobody
        has bid for it.
        """
        week = self._weeks[at.evse_id]
        if week is None:
            return self._charge(at, None, free.length_s)
        return self._charge(at, self._book_now(week, at, free), free.length_s)

    def least(self, at: Candidate) -> Charge:
        """Return the charge at the lowest price it may have, whenever it begins."""
        if self._query.time is None:
            return self._least_of_any_length(at)
        week = self._weeks[at.evse_id]
        wanted = self._time.wanted_at(at.zone)
        if week is None or (wanted and wanted.is_exact):
            return self.charge(at, Free(wanted.first_slot if wanted else 0))
        return self._at_cheapest(at, _cheapest_slot(week), None)

    def hourly_milli(self, at: Candidate, free: Free) -> int:
        """Return what an hour of that charge's time costs, in 1/1000 minor units."""
        week = self._weeks[at.evse_id]
        if week is None:
            return at.time_milli
        slots = self._book_now(week, at, free)
        return divide_half_even(sum(slots) * _SLOTS_AN_HOUR, len(slots))

    def _basis(self, at: Candidate) -> tuple[Fit, int]:
        """Return plug and length, which many chargers of a list share."""
        key = (at.zone, at.min_length_min, at.max_length_min, *at.plugs)
        known = self._bases.get(key)
        if known is None:
            fit = best_plug((Plug(*plug) for plug in at.plugs), self._car)
            wanted = self._time.wanted_at(at.zone)
            booked_s = booked_time_s(
                usual_wh=self._wanted_wh,
                power_w=fit.power_w,
                booked_s=wanted.duration_s if wanted else None,
                min_length_s=at.min_length_min * 60,
                max_length_s=at.max_length_min * 60,
            )
            known = self._bases[key] = (fit, booked_s)
        return known

    def _least_of_any_length(self, at: Candidate) -> Charge:
        """Return the whole charge, at what the cheapest part of it may cost.

        A free stretch may be too short for all of it. Where not even the longest
        booking holds all, the total is that of the shortest one.
        """
        week = self._weeks[at.evse_id]
        slot_milli = None if week is None else _cheapest_slot(week)
        terms = (at.min_length_min, at.max_length_min, at.buffer_min)
        prices = (at.currency, at.energy_milli, at.time_milli, slot_milli)
        key = (*terms, *prices, *at.plugs)
        if key not in self._least:
            shortest_s = divide_up(at.min_length_min * 60, SLOT_S) * SLOT_S
            full_s = self.length_s(at)
            parts = [
                self._at_cheapest(at, slot_milli, length_s)
                for length_s in (*range(shortest_s, full_s, SLOT_S), full_s)
            ]
            whole = parts[-1]
            least = whole if self.holds_all(whole) else parts[0]
            self._least[key] = replace(
                whole,
                total_minor=least.total_minor,
                per_kwh_milli=min(each.per_kwh_milli for each in parts),
            )
        return self._least[key]

    def _at_cheapest(
        self, at: Candidate, slot_milli: int | None, length_s: int | None
    ) -> Charge:
        if slot_milli is None:
            return self._charge(at, None, length_s)
        slots = self._slots(at, Free(0, length_s=length_s))
        return self._charge(at, (slot_milli,) * len(slots), length_s)

    def _charge(
        self, at: Candidate, slots_milli: tuple[int, ...] | None, length_s: int | None
    ) -> Charge:
        fit, booked_s = self._basis(at)
        if length_s is not None:
            booked_s = length_s
        prices = at.currency, at.energy_milli, at.time_milli
        return _charge(*prices, slots_milli, self._wanted_wh, fit.power_w, booked_s)

    def _book_now(self, week: WeekPrices, at: Candidate, free: Free) -> tuple[int, ...]:
        """Return what its quarter hours cost if booked at once."""
        key = (at.evse_id, free.first_slot, free.length_s)
        found = self._promised.get(key)
        if found is None:
            found = week.book_now_of(self._slots(at, free), self._now)
            self._promised[key] = found
        return found

    def _slots(self, at: Candidate, free: Free) -> range:
        """Return the sold quarter hours: the booked time, with its turnaround."""
        length_s = self.length_s(at) if free.length_s is None else free.length_s
        sold_s = length_s + at.buffer_min * 60
        return range(free.first_slot, free.first_slot + divide_up(sold_s, SLOT_S))


# Many chargers share price, power and length, and most searches the car.
@lru_cache(maxsize=16_384)
def _charge(
    currency: str,
    energy_milli: int,
    time_milli: int,
    slots_milli: tuple[int, ...] | None,
    wanted_wh: int,
    power_w: int,
    booked_s: int,
) -> Charge:
    tariff = Tariff(
        currency=currency,
        energy_milli_per_kwh=energy_milli,
        time_milli_per_hour=time_milli,
    )
    if slots_milli is not None:
        tariff = tariff.promised(slots_milli)
    return estimate(tariff, usual_wh=wanted_wh, power_w=power_w, booked_s=booked_s)


def _cheapest_slot(week: WeekPrices) -> int:
    tables = [week.book_now_milli_per_hour]
    tables += [each.milli_per_hour for each in week.by_lead]
    return divide_half_even(min(min(table) for table in tables), _SLOTS_AN_HOUR)
