"""What a charge costs at each charger of one search, for one car."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.kernel.money import divide_half_even, divide_up
from app.kernel.slots import SLOT_S, ceil_to_grid, slot_at
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
from app.search.service.when import TimeCheck

_SLOTS_AN_HOUR = 3600 // SLOT_S


class Costs:
    """Works out charges, each once, however often chargers share price and plug."""

    def __init__(self, query: Query, car: Car, time: TimeCheck, now: datetime) -> None:
        self._query = query
        self._car = car
        self._time = time
        self._now = now
        self._next_slot = slot_at(ceil_to_grid(now))
        self._weeks: dict[int, WeekPrices | None] = {}
        self._known: dict[tuple[object, ...], tuple[Fit, Charge]] = {}

    def load(self, candidates: Sequence[Candidate]) -> None:
        """Look up their plugs, which are auctioned, and their prices of the week."""
        reading.fill_plugs(
            candidates,
            standards=self._query.standards,
            min_power_w=self._query.min_power_w,
        )
        new = {at.evse_id for at in candidates} - self._weeks.keys()
        plans = pricing.plans_of(new)
        for evse_id in new:
            plan = plans.get(evse_id)
            self._weeks[evse_id] = plan.prices if plan else None

    def is_auctioned(self, at: Candidate) -> bool:
        """Return whether one can bid for time there."""
        return self._weeks[at.evse_id] is not None

    def charge(self, at: Candidate) -> tuple[Fit, Charge]:
        """Return the plug the car would use and what a charge means there.

        Where time is auctioned it is what booking at once costs, as long as nobody
        has bid for it.
        """
        # Many chargers of a list share price, plug and zone.
        week = self._weeks[at.evse_id]
        key: tuple[object, ...] = (*at[5:8], *at[10:14], *at.plugs, week and at.evse_id)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._work_out(at, week)
        return known

    def hourly_milli(self, at: Candidate) -> int:
        """Return what an hour of that charge's time costs, in 1/1000 minor units."""
        week = self._weeks[at.evse_id]
        if week is None:
            return at.time_milli
        sold = self._slots(at, self.charge(at)[1].seconds)
        slots = week.book_now_of(sold, self._now)
        return divide_half_even(sum(slots) * _SLOTS_AN_HOUR, len(slots))

    def _work_out(self, at: Candidate, week: WeekPrices | None) -> tuple[Fit, Charge]:
        fit = best_plug((Plug(*plug) for plug in at.plugs), self._car)
        wanted = self._time.wanted_at(at.zone)
        booked_s = booked_time_s(
            usual_wh=self._car.usual_wh,
            power_w=fit.power_w,
            booked_s=wanted.duration_s if wanted else None,
            min_length_s=at.min_length_min * 60,
            max_length_s=at.max_length_min * 60,
        )
        tariff = Tariff(
            currency=at.currency,
            energy_milli_per_kwh=at.energy_milli,
            time_milli_per_hour=at.time_milli,
        )
        if week is not None:
            sold = self._slots(at, booked_s)
            tariff = tariff.promised(week.book_now_of(sold, self._now))
        return fit, estimate(
            tariff,
            usual_wh=self._car.usual_wh,
            power_w=fit.power_w,
            booked_s=booked_s,
        )

    def _slots(self, at: Candidate, booked_s: int) -> range:
        """Return the sold quarter hours: the wanted time, with its turnaround."""
        wanted = self._time.wanted_at(at.zone)
        first = wanted.first_slot if wanted else self._next_slot
        sold_s = booked_s + at.buffer_min * 60
        return range(first, first + divide_up(sold_s, SLOT_S))
