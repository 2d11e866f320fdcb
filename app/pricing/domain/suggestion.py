"""Suggests what to ask for each hour of the week, and says what to expect of it.

Money is whole at the edge; inside, the model's estimates are floats. The margin on
energy and a dearer hour's electricity are counted at the usual share of full power.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.kernel.money import MILLI, divide_half_even, divide_up
from app.pricing.domain.book_now import RESERVE_SHARE, book_now, late_price
from app.pricing.domain.cold_start import usable_power_w
from app.pricing.domain.demand import Demand
from app.pricing.domain.lead_time import buckets
from app.pricing.domain.plan import DEFAULT_GATE_MIN
from app.pricing.domain.profit import Hour, Income, Target, likely_share, monthly, reach
from app.pricing.domain.week import LeadPrices
from app.pricing.domain.wish import MonthlyProfit, OwnerWish
from app.schedules.domain import HOURS_A_WEEK

WEEKS_A_MONTH = 365.2425 / 12 / 7
# Booked cars charge about half of the time they stand there.
USUAL_USE = 0.5
_W_PER_KW = 1000
# What drivers are billed by is rounded up to tenths of a minor unit.
_BILLED_STEP = 100


@dataclass(frozen=True, slots=True)
class HourGain:
    """What opening an hour of the week is expected to add in a month."""

    hour_of_week: int
    gain_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Prices for a week, what they should bring, and everything needed to say why.

    :param book_now_milli_per_hour: asked well ahead; ``by_lead`` at short notice
    :param energy_milli_per_kwh: asked of the driver for each kWh
    :param expected_minor_a_month: profit after electricity; the low and the high are
        the tenth and ninetieth percentile of how many drivers come
    :param at_most_minor: what the best prices within the limits are expected to bring
    :param share: how much of each hour's best markup is taken
    :param cost_milli_per_hour: what selling an hour costs beyond the energy paid for
    """

    wish: OwnerWish
    demand: Demand
    reserve_milli_per_hour: tuple[int, ...]
    book_now_milli_per_hour: tuple[int, ...]
    by_lead: tuple[LeadPrices, ...]
    energy_milli_per_kwh: int
    expected_minor_a_month: int
    expected_low_minor: int
    expected_high_minor: int
    reachable: bool
    at_most_minor: int
    share: float
    cost_milli_per_hour: tuple[float, ...]
    best_extra_hours: tuple[HourGain, ...]

    @property
    def margin_milli_per_hour(self) -> float:
        """What the margin on the energy usually comes to in a booked hour."""
        return _milli_an_hour(self.wish, self.wish.margin_milli_per_kwh)

    def short_notice_milli(self, hour_of_week: int) -> int:
        """Return what booking an hour at once costs when it begins in a moment."""
        return self.by_lead[0].milli_per_hour[hour_of_week]

    @property
    def billed_energy_milli_per_kwh(self) -> int:
        """The energy's price as a tariff states it, in tenths of a minor unit."""
        return divide_up(self.energy_milli_per_kwh, _BILLED_STEP) * _BILLED_STEP


def suggest(
    wish: OwnerWish, demand: Demand, gate_min: int = DEFAULT_GATE_MIN
) -> Suggestion:
    """Return the prices that serve an owner's wish best, as far as is known.

    1. Energy is passed on at one price: the average of the open hours, over the
       efficiency, plus the margin. What an hour's electricity costs beyond that
       average is part of that hour's cost.
    2. For a margin, an hour starts at 0.8 of the price that is best for one driver;
       the margin itself counts towards it. For a monthly profit, every hour takes the
       smallest share of its best markup that is expected to reach it.
    3. Booking at once costs the price whose marginal income is what the auction of
       the hour is expected to bring from those still to come, the fewer the shorter
       the lead; after the gate, the best posted price. Floor and ceiling limit all.

    :param gate_min: bids on a start are decided so many minutes before it
    """
    costs = _costs(wish)
    extra = _milli_an_hour(wish, wish.margin_milli_per_kwh)
    hours = [_hour(wish, demand, costs, extra, at) for at in range(HOURS_A_WEEK)]
    target = _target(wish, hours)
    reserves = tuple(_reserve(wish, each, target, extra) for each in hours)
    totals = tuple(each + extra for each in reserves)
    low, high = (likely_share(demand.spread, is_high=each) for each in (False, True))
    return Suggestion(
        wish=wish,
        demand=demand,
        reserve_milli_per_hour=reserves,
        book_now_milli_per_hour=_book_now(wish, hours, reserves, extra, 1.0),
        by_lead=_by_lead(wish, hours, reserves, extra, gate_min),
        energy_milli_per_kwh=_energy(wish),
        expected_minor_a_month=_expected(hours, totals, 1.0),
        expected_low_minor=_expected(hours, totals, low),
        expected_high_minor=_expected(hours, totals, high),
        reachable=target.is_reachable,
        at_most_minor=_minor(target.at_most),
        share=target.share,
        cost_milli_per_hour=costs,
        best_extra_hours=_best_extra(hours),
    )


def _energy(wish: OwnerWish) -> int:
    """Return the price of a kWh, rounded up so that the owner never pays for it."""
    cost = _average(wish) * 100 / wish.efficiency_percent
    return math.ceil(round(cost, 6)) + wish.margin_milli_per_kwh


def _average(wish: OwnerWish) -> float:
    """Return what a kWh costs the owner on average, over the open hours."""
    prices, often = wish.electricity.milli_per_kwh, wish.open_hours
    if not any(often):
        return sum(prices) / HOURS_A_WEEK
    weighted = sum(price * times for price, times in zip(prices, often, strict=True))
    return weighted / sum(often)


def _costs(wish: OwnerWish) -> tuple[float, ...]:
    """Return what selling each hour costs, beyond the energy that is paid for."""
    average = _average(wish)
    return tuple(
        wish.own_cost_milli_per_hour
        + _milli_an_hour(wish, (price - average) * 100 / wish.efficiency_percent)
        for price in wish.electricity.milli_per_kwh
    )


def _milli_an_hour(wish: OwnerWish, milli_per_kwh: float) -> float:
    """Return what so much on each kWh comes to in a booked hour."""
    return milli_per_kwh * USUAL_USE * usable_power_w(wish.power_w) / _W_PER_KW


def _hour(
    wish: OwnerWish, demand: Demand, costs: tuple[float, ...], extra: float, at: int
) -> Hour:
    """Return an hour as the solver sees it: its price includes the margin on energy."""
    return Hour(
        often=wish.open_hours[at],
        requests=demand.requests[at],
        median=demand.median_milli_per_hour[at],
        sigma=demand.sigma_at(at),
        cost=costs[at],
        lowest=wish.floor_milli_per_hour + extra,
        highest=wish.ceiling_milli_per_hour + extra,
    )


def _target(wish: OwnerWish, hours: list[Hour]) -> Target:
    if isinstance(wish.aim, MonthlyProfit):
        return reach(hours, float(wish.aim.minor * MILLI))
    at_most = monthly(hours, 1.0, [hour.income() for hour in hours])
    return Target(RESERVE_SHARE, at_most, at_most, is_reachable=True)


def _reserve(wish: OwnerWish, hour: Hour, target: Target, extra: float) -> int:
    """Return the lowest price of an hour in whole minor units, within the limits."""
    if isinstance(wish.aim, MonthlyProfit):
        # Rounding down could miss the target that was said to be reachable.
        whole = math.ceil(round(hour.price_at(target.share) / MILLI, 6))
    else:
        price = max(hour.cost, RESERVE_SHARE * hour.best_price)
        whole = round((price - extra) / MILLI)
    return _limited(wish, whole * MILLI)


def _by_lead(
    wish: OwnerWish,
    hours: list[Hour],
    reserves: tuple[int, ...],
    extra: float,
    gate_min: int,
) -> tuple[LeadPrices, ...]:
    """Return the prices for booking at once at each stretch of leads."""
    return tuple(
        LeadPrices(
            below_min,
            _book_now(wish, hours, reserves, extra, share, below_min <= gate_min),
        )
        for below_min, share in buckets(gate_min)
    )


def _book_now(
    wish: OwnerWish,
    hours: list[Hour],
    reserves: tuple[int, ...],
    extra: float,
    share: float,
    is_late: bool = False,
) -> tuple[int, ...]:
    """Return the prices for booking at once, within the limits and not below.

    :param share: of each hour's drivers who are still to come
    """
    formula = late_price if is_late else book_now
    prices = (
        hour.median
        * formula(share * hour.requests, hour.cost / hour.median, hour.sigma)
        for hour in hours
    )
    return tuple(
        max(reserve, _limited(wish, round((price - extra) / MILLI) * MILLI))
        for price, reserve in zip(prices, reserves, strict=True)
    )


def _limited(wish: OwnerWish, milli: int) -> int:
    return min(wish.ceiling_milli_per_hour, max(wish.floor_milli_per_hour, milli))


def _expected(hours: list[Hour], totals: tuple[float, ...], times: float) -> int:
    """Return the month's profit in minor units, if so many times the drivers come."""
    return _minor(
        sum(
            hour.often
            * hour.profit(
                total,
                Income(times * hour.requests, hour.sigma, total / hour.median),
            )
            for hour, total in zip(hours, totals, strict=True)
            if hour.often
        )
    )


def _best_extra(hours: list[Hour]) -> tuple[HourGain, ...]:
    """Return the closed hours that would add most, the best first."""
    gains = []
    for at, hour in enumerate(hours):
        if hour.often:
            continue
        price = hour.price_at(1.0)
        income = Income(hour.requests, hour.sigma, price / hour.median)
        gain = _minor(WEEKS_A_MONTH * hour.profit(price, income))
        if gain > 0:
            gains.append(HourGain(at, gain))
    gains.sort(key=lambda each: (-each.gain_minor, each.hour_of_week))
    return tuple(gains)


def _minor(milli: float) -> int:
    return divide_half_even(round(milli), MILLI)
