"""What drivers would pay for an hour: a log-normal value, and its virtual value.

Everything here is in multiples of the median, so one table serves all prices that
share a spread. Money enters and leaves where prices are suggested.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# Above this spread the virtual value stops being increasing, and so invertible.
MAX_SIGMA = 1.4
# Below it, all drivers would pay the same, and one price would take everything.
MIN_SIGMA = 0.05
_SQRT_2 = math.sqrt(2.0)
_SQRT_2_PI = math.sqrt(2.0 * math.pi)
# From here on the tail of the normal distribution is taken from its expansion.
_FAR = 12.0
# Down from here the ratio is more than a float can hold.
_NEAR = -37.0
_LOWEST_Z = -8.0
_TABLE_LOWEST_Z = -5.0
_TABLE_HIGHEST_Z = 6.0
_STEPS_PER_SIGMA = 16
_FINE = 1e-13


def clamped(sigma: float) -> float:
    """Return the spread, no smaller or larger than the formulas can bear."""
    return min(MAX_SIGMA, max(MIN_SIGMA, sigma))


def survival(x: float, sigma: float) -> float:
    """Return the share of drivers who would pay x medians or more."""
    if x <= 0:
        return 1.0
    return 0.5 * math.erfc(math.log(x) / sigma / _SQRT_2)


def density(x: float, sigma: float) -> float:
    """Return the density of the values at x medians; nothing at or below zero."""
    if x <= 0:
        return 0.0
    z = math.log(x) / sigma
    return math.exp(-z * z / 2) / (_SQRT_2_PI * x * sigma)


def mills(z: float) -> float:
    """Return the normal tail above z divided by the density there (Mills ratio)."""
    if z > _FAR:
        return (1 - 1 / z**2 + 3 / z**4) / z
    if z < _NEAR:
        return math.inf
    return 0.5 * math.erfc(z / _SQRT_2) * _SQRT_2_PI * math.exp(z * z / 2)


def virtual_value(x: float, sigma: float) -> float:
    """Return phi(x): what selling to one more driver adds to income, at price x.

    :param x: above zero, in medians
    """
    return _phi(math.log(x) / sigma, sigma)


@lru_cache(maxsize=4096)
def price_for(cost: float, sigma: float) -> float:
    """Return the price whose virtual value is the cost: what to ask of one driver.

    ``price_for(0, sigma)`` is the reserve of Myerson, whatever the number of drivers.

    :param cost: what selling costs, in medians; may be negative where it is a gain
    """
    low = _LOWEST_Z
    high = max(6.0, (math.log(cost) if cost > 0 else 0.0) / sigma + 6.0)
    z = min(high, max(0.0, math.log(cost) / sigma if cost > 0 else 0.0))
    # Newton's steps, and a halving wherever one would leave the bracket, which gets
    # narrower each time.
    while True:
        excess = _phi(z, sigma) - cost
        low, high = (low, z) if excess >= 0 else (z, high)
        slope = sigma * math.exp(sigma * z) * (2 - mills(z) * (sigma + z))
        step = excess / slope if slope > 0 else math.inf
        following = z - step if low < z - step < high else (low + high) / 2
        if abs(following - z) < _FINE:
            return math.exp(sigma * following)
        z = following


def myerson(sigma: float) -> float:
    """Return the best lowest price where selling costs nothing, in medians."""
    return price_for(0.0, sigma)


@dataclass(frozen=True, slots=True)
class Table:
    """Prices, the share of drivers who would pay them, and their virtual values.

    :param half_steps: half the distance from each price to the next one
    """

    sigma: float
    prices: tuple[float, ...]
    survivals: tuple[float, ...]
    virtual_values: tuple[float, ...]
    half_steps: tuple[float, ...]

    def index_above(self, x: float) -> int:
        """Return the index of the first price above x; the length if there is none."""
        if x < self.prices[0]:
            return 0
        z = math.log(x) / self.sigma
        index = int((z - _TABLE_LOWEST_Z) * _STEPS_PER_SIGMA)
        index = min(max(index, 0), len(self.prices))
        while index < len(self.prices) and self.prices[index] <= x:
            index += 1
        return index


@lru_cache(maxsize=64)
def table(sigma: float) -> Table:
    """Return the table of a spread, made once."""
    steps = round((_TABLE_HIGHEST_Z - _TABLE_LOWEST_Z) * _STEPS_PER_SIGMA)
    zs = [_TABLE_LOWEST_Z + step / _STEPS_PER_SIGMA for step in range(steps + 1)]
    prices = tuple(math.exp(sigma * z) for z in zs)
    return Table(
        sigma=sigma,
        prices=prices,
        survivals=tuple(0.5 * math.erfc(z / _SQRT_2) for z in zs),
        virtual_values=tuple(_phi(z, sigma) for z in zs),
        half_steps=tuple((high - low) / 2 for low, high in pairwise(prices)),
    )


def _phi(z: float, sigma: float) -> float:
    return math.exp(sigma * z) * (1 - sigma * mills(z))
