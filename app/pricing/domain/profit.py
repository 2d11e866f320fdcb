"""What hours are expected to bring at a price, and which price reaches a target.

In multiples of the median value of an hour, or in 1/1000 minor units, as the caller
has it: the formulas do not mind, as long as one call keeps to one unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from app.pricing.domain.values import price_for, survival, table

# The tenth and the ninetieth percentile of a standard normal distribution.
_Z_LOW, _Z_HIGH = -1.2815515655446004, 1.2815515655446004
# The share of the markup is found this finely.
_SHARE_HALVINGS = 24
# Beyond the fifth spread there is no second bid to speak of: the last steps of the
# table are left out.
_UNUSED_STEPS = 16


def occupancy(price: float, requests: float, sigma: float) -> float:
    """Return the probability that an hour is sold at a lowest price, in medians."""
    return 1 - math.exp(-requests * survival(price, sigma))


class Income:
    """What one hour brings at every lowest price, for a number of requests.

    ``income(x) = x (1 - exp(-a(x))) + integral from x of (1 - exp(-a) (1 + a)) dy``
    with ``a(y) = requests * survival(y)``: the lowest price if anybody pays it, and
    what a second bid adds to it. The integral goes by the trapezoid rule.

    :param above: no price below it will be asked for, which saves work
    """

    __slots__ = ("_first", "_seconds", "_table", "_tails", "requests", "sigma")

    def __init__(self, requests: float, sigma: float, above: float = 0.0) -> None:
        self.requests, self.sigma, self._table = requests, sigma, table(sigma)
        self._first = self._table.index_above(above)
        self._seconds = [
            1 - math.exp(-(expected := requests * each)) * (1 + expected)
            for each in self._table.survivals[self._first : -_UNUSED_STEPS]
        ]
        half_steps = self._table.half_steps[self._first :]
        steps = [
            half * (more + less)
            for half, more, less in zip(
                half_steps, self._seconds[1:], self._seconds, strict=False
            )
        ]
        self._tails = list(accumulate(reversed(steps), initial=0.0))[::-1]

    def at(self, price: float, cost: float = 0.0) -> float:
        """Return the expected profit of the hour at a lowest price.

        :param cost: what an hour sold costs; negative where it brings something else
        """
        expected = self.requests * survival(price, self.sigma)
        missed = math.exp(-expected)
        sold = (price - cost) * (1 - missed)
        index = self._table.index_above(price)
        known = index - self._first
        if known >= len(self._seconds):
            return sold
        second = 1 - missed * (1 + expected)
        part = (self._table.prices[index] - price) * (second + self._seconds[known]) / 2
        return sold + part + self._tails[known]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week as the target solver sees it, in one unit of money.

    :param often: how often a month it is open
    :param lowest: the price may not be below it
    :param highest: nor above it
    """

    often: float
    requests: float
    median: float
    sigma: float
    cost: float
    lowest: float
    highest: float

    best_price: float = field(init=False)

    def __post_init__(self) -> None:
        """Find the price that brings most, whoever comes, once for all shares."""
        best = self.median * price_for(self.cost / self.median, self.sigma)
        object.__setattr__(self, "best_price", best)

    def price_at(self, share: float) -> float:
        """Return the price at a share of the best markup on the cost, in the limits."""
        start = max(0.0, self.cost)
        wanted = start + share * max(0.0, self.best_price - start)
        return min(self.highest, max(self.lowest, wanted))

    def income(self, times: float = 1.0) -> Income:
        """Return the curve of the hour's income, in medians.

        :param times: how many times the expected drivers come
        """
        lowest = self.price_at(0.0) / self.median
        return Income(times * self.requests, self.sigma, lowest)

    def profit(self, price: float, income: Income) -> float:
        """Return what one such hour is expected to leave over at a lowest price."""
        return self.median * income.at(price / self.median, self.cost / self.median)


@dataclass(frozen=True, slots=True)
class Target:
    """What the solver found.

    :param share: of the best markup of each hour, between 0 and 1
    :param expected: profit a month at that share
    :param at_most: profit a month at the full markup
    """

    share: float
    expected: float
    at_most: float
    is_reachable: bool


def monthly(hours: Sequence[Hour], share: float, curves: Sequence[Income]) -> float:
    """Return the expected profit of a month at a share of the best markup."""
    return sum(
        hour.often * hour.profit(hour.price_at(share), curve)
        for hour, curve in zip(hours, curves, strict=True)
        if hour.often
    )


def reach(hours: Sequence[Hour], target: float) -> Target:
    """Return the smallest markup that is expected to bring the target in a month.

    Every hour gets the same share of its own best markup. Where the hours have one
    value and one cost, that is one markup for all; and since each hour's profit grows
    up to its best price, halving finds the smallest share.
    """
    curves = [hour.income() for hour in hours]
    at_most = monthly(hours, 1.0, curves)
    if at_most < target:
        return Target(1.0, at_most, at_most, is_reachable=False)
    least = monthly(hours, 0.0, curves)
    if least >= target:
        return Target(0.0, least, at_most, is_reachable=True)
    low, high = 0.0, 1.0
    for _ in range(_SHARE_HALVINGS):
        middle = (low + high) / 2
        if monthly(hours, middle, curves) >= target:
            high = middle
        else:
            low = middle
    return Target(high, monthly(hours, high, curves), at_most, is_reachable=True)


def likely_share(shape: float, *, is_high: bool) -> float:
    """Return a gamma variable's tenth or ninetieth percentile, over its mean.

    By the cube-root approximation of Wilson and Hilferty, good to a few percent.

    >>> [round(likely_share(4.0, is_high=each), 2) for each in (False, True)]
    [0.44, 1.67]
    """
    z = _Z_HIGH if is_high else _Z_LOW
    root = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
    return max(0.0, root) ** 3
