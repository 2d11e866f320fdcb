"""Prices for the market simulation: what the product learns and asks, week by week.

Learner, formulas and their constants are the product's, untouched. Every week's prices
follow from the weeks before it, from what a platform sees: who asks for which hours,
and the maxima of those who bid.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate

from app.kernel.geo import Point
from app.kernel.slots import EPOCH, start_of
from app.pricing.domain.book_now import book_now, late_price
from app.pricing.domain.cold_start import COLD_START
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.learning import State, demand_of
from app.pricing.domain.observation import Observation, learned
from app.pricing.domain.suggestion import Suggestion, suggest
from app.pricing.domain.wish import MarginPerKwh, OwnerWish
from benchmarks.market_rules import GATE, Sale, first_come
from benchmarks.market_world import POWER_KW, SLOT_MIN, SLOTS_A_DAY, Request

SLOTS_A_WEEK = 7 * SLOTS_A_DAY
HOURS_A_WEEK = 168
SLOTS_AN_HOUR = 4
LONGEST_LEAD = 4 * SLOTS_A_DAY
# Requests still to come are rounded to so many per doubling: prices move by < 1 %.
STEPS_A_DOUBLING = 8
PLACE = Point(59.91, 10.75)
# Electricity is passed on at cost, so an hour sold costs the owner nothing more.
WISH = OwnerWish(
    currency="EUR",
    power_w=round(POWER_KW * 1000),
    electricity=Electricity.flat(0),
    aim=MarginPerKwh(0),
    ceiling_milli_per_hour=10_000_000,
    open_hours=(52 / 12,) * HOURS_A_WEEK,
)


def learn(state: State, requests: Iterable[Request]) -> State:
    """Return the state after one more week of wishes."""
    return learned(state, COLD_START, [_seen(each) for each in requests], 1.0)


def _seen(request: Request) -> Observation:
    """Return what the platform sees of a wish: only those who bid state a value."""
    length = request.end - request.start
    slots = range(request.start, request.end)
    quarters = Counter(slot // SLOTS_AN_HOUR % HOURS_A_WEEK for slot in slots)
    bids = request.start - request.asked > GATE and not request.needs_certainty
    return Observation(
        at=_instant(request.asked),
        person=str(request.number),
        place=PLACE,
        hours=tuple(quarters),
        shares=tuple(min(1.0, count / SLOTS_AN_HOUR) for count in quarters.values()),
        kind="BID" if bids else "WANTED",
        currency=WISH.currency,
        power_w=WISH.power_w,
        milli_per_hour=request.value * SLOTS_AN_HOUR // length if bids else None,
    )


def _instant(slot: int) -> datetime:
    return start_of(slot) if slot >= 0 else EPOCH.astimezone(UTC)


def lead_curve(requests: Sequence[Request]) -> tuple[float, ...]:
    """Return for each lead in slots the share of slots asked for no earlier."""
    leads = Counter(
        min(slot - request.asked, LONGEST_LEAD - 1)
        for request in requests
        for slot in range(request.start, request.end)
    )
    total = sum(leads.values())
    until = accumulate(leads[lead] for lead in range(LONGEST_LEAD))
    return tuple(count / total for count in until)


def learned_weeks(
    before: Sequence[Request], requests: Sequence[Request]
) -> tuple[Suggestion, ...]:
    """Return the suggestion for each week of the requests, as the owner accepts it.

    A week is taken in once it is over and nobody can ask for the priced one any more.

    :param before: wishes of earlier weeks, used for nothing else
    """
    state = State()
    for week in by_week(before):
        state = learn(state, week)
    weeks, found = by_week(requests), []
    for number in range(len(weeks)):
        if number >= 2:
            state = learn(state, weeks[number - 2])
        found.append(suggest(WISH, demand_of(state, COLD_START)))
    return tuple(found)


class Asking:
    """The prices of all weeks: reserve, book-now curve and price after the gate.

    :param within: the share of requests that come no earlier than a lead; None asks
        what a plan's own tables say, for the lead time that the product assumes
    """

    def __init__(
        self, weeks: Sequence[Suggestion], within: tuple[float, ...] | None
    ) -> None:
        self._weeks = weeks
        self._within = within
        self._multiples: dict[tuple[int, float, bool], float] = {}
        self._known: dict[tuple[int, int, int], int] = {}

    def reserve(self, slot: int) -> int:
        """Return the reserve of one slot."""
        week, hour = self._place(slot)
        return self._weeks[week].reserve_milli_per_hour[hour] // SLOTS_AN_HOUR

    def book_now(self, now: int, start: int, end: int) -> int:
        """Return what the model asks now for the slots, pending bids aside."""
        return sum(self._asked(slot, slot - now) for slot in range(start, end))

    def _asked(self, slot: int, lead: int) -> int:
        place = (*self._place(slot), min(lead, LONGEST_LEAD - 1))
        if place not in self._known:
            self._known[place] = self._price(*place) // SLOTS_AN_HOUR
        return self._known[place]

    def _place(self, slot: int) -> tuple[int, int]:
        week = min(slot // SLOTS_A_WEEK, len(self._weeks) - 1)
        return week, slot // SLOTS_AN_HOUR % HOURS_A_WEEK

    def _price(self, week: int, hour: int, lead: int) -> int:
        plan = self._weeks[week]
        if self._within is None:
            return _of_plan(plan, lead)[hour]
        demand = plan.demand
        coming = demand.requests[hour] * self._within[lead]
        multiple = self._multiple(coming, demand.sigma_at(hour), lead < GATE)
        price = round(demand.median_milli_per_hour[hour] * multiple)
        return max(plan.reserve_milli_per_hour[hour], price)

    def _multiple(self, coming: float, sigma: float, is_late: bool) -> float:
        step = round(STEPS_A_DOUBLING * math.log2(max(coming, 0.01)))
        key = step, sigma, is_late
        if key not in self._multiples:
            many = 2 ** (step / STEPS_A_DOUBLING)
            self._multiples[key] = (
                late_price(many, 0.0, sigma) if is_late else book_now(many, 0.0, sigma)
            )
        return self._multiples[key]


def _of_plan(plan: Suggestion, lead: int) -> tuple[int, ...]:
    """Return a week's book-now prices of quarter hours at this lead."""
    for each in plan.by_lead:
        if lead * SLOT_MIN < each.below_min:
            return each.milli_per_hour
    return plan.book_now_milli_per_hour


def without_leads(weeks: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Return the same weeks with one book-now price however early or late."""
    return tuple(replace(each, by_lead=()) for each in weeks)


def by_week(requests: Sequence[Request]) -> list[list[Request]]:
    """Return the requests of each week from the first slot on."""
    weeks: list[list[Request]] = [
        [] for _ in range(max(each.start for each in requests) // SLOTS_A_WEEK + 1)
    ]
    for request in requests:
        weeks[request.start // SLOTS_A_WEEK].append(request)
    return weeks


def best_fixed_price(requests: Sequence[Request]) -> int:
    """Return the one price per slot that earns its owner most on these days."""
    return _best(lambda price: _income(first_come(requests, price)))


def best_kwh_margin(requests: Sequence[Request]) -> int:
    """Return the margin per kWh that earns most if the time itself costs nothing."""
    return _best(lambda margin: _income(first_come(requests, 0, margin)))


def _best(income: Callable[[int], int]) -> int:
    """Return the milli-minor that bring most, by ever finer steps around the best."""
    best, step = 0, 4_000
    grid = range(step, 30 * step, step)
    while True:
        best = max(grid, key=income)
        if step <= 250:
            return best
        step //= 2
        grid = range(max(step, best - 4 * step), best + 5 * step, step)


def median_price(requests: Sequence[Request]) -> int:
    """Return the price per slot that half of the wishes would pay."""
    values = sorted(each.value // (each.end - each.start) for each in requests)
    return values[len(values) // 2]


def _income(sales: Sequence[Sale]) -> int:
    return sum(sale.paid for sale in sales)
