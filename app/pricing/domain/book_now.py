"""What an hour is expected to bring, and so for how much it may be had at once.

All prices are in multiples of the median value; ``requests`` are the drivers still to
come who would want the hour. Source of the formulas: docs/pricing.md.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from app.pricing.domain.values import price_for, survival, table

# What is taken of the theoretical best price; a little less sells clearly more often.
RESERVE_SHARE = 0.8
BOOK_NOW_SHARE = 0.85
LATE_SHARE = 0.8


def reserve(cost: float, sigma: float) -> float:
    """Return the lowest bid to accept; it does not depend on how many bid."""
    return max(cost, RESERVE_SHARE * price_for(cost, sigma))


def auction_value(requests: float, cost: float, sigma: float) -> float:
    """Return what the hour is expected to bring in the best auction.

    ``cost + integral from cost of (1 - exp(-requests * survival(phi^-1(y)))) dy``, by
    the trapezoid rule on the table of the spread.
    """
    known = table(sigma)
    first = _first_above(cost, known.virtual_values)
    values = (cost, *known.virtual_values[first:])
    shares = (survival(price_for(cost, sigma), sigma), *known.survivals[first:])
    missed = [math.exp(-requests * each) for each in shares]
    twice = sum(
        (above - below) * (2 - miss_above - miss_below)
        for above, below, miss_above, miss_below in zip(
            values[1:], values, missed[1:], missed, strict=False
        )
    )
    return cost + twice / 2


def book_now(requests: float, cost: float, sigma: float) -> float:
    """Return the price for booking at once while the auction is still to come.

    It is the price whose marginal income is what the auction is expected to bring.
    """
    value = auction_value(requests, cost, sigma)
    return max(reserve(cost, sigma), BOOK_NOW_SHARE * price_for(value, sigma))


def late_value(requests: float, cost: float, sigma: float) -> float:
    """Return V(n): what the hour still brings at posted prices, without an auction.

    ``V(0) = cost`` and ``V'(n) = max over x of survival(x) * (x - V)``.
    """
    counts, values = _late_table(sigma)
    # The slope depends on V alone, so a cost is a start further along the same curve.
    begun = _between(max(values[0], cost), values, counts)
    return _between(begun + requests, counts, values)


def late_price(requests: float, cost: float, sigma: float) -> float:
    """Return what to ask after the gate, when whoever comes books at once."""
    return LATE_SHARE * price_for(late_value(requests, cost, sigma), sigma)


def _between(
    at: float, ascending: tuple[float, ...], results: tuple[float, ...]
) -> float:
    """Return the result at a point of a table, along straight lines."""
    index = min(bisect_right(ascending, at), len(ascending) - 1)
    below, above = ascending[index - 1], ascending[index]
    part = min(1.0, (at - below) / (above - below))
    return results[index - 1] + part * (results[index] - results[index - 1])


@lru_cache(maxsize=64)
def _late_table(sigma: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return requests and the value they bring, both ascending; nothing for none.

    The best price of a value V is phi^-1(V), so the slope is known at every value, and
    the requests are the integral of its inverse. Below zero lies what comes before,
    where selling is a gain by itself.
    """
    known = table(sigma)
    first = _first_above(0.0, known.virtual_values)
    start = price_for(0.0, sigma)
    values = (*known.virtual_values[:first], 0.0, *known.virtual_values[first:])
    inverses = [
        1 / (share * (price - value))
        for share, price, value in zip(
            known.survivals, known.prices, known.virtual_values, strict=True
        )
    ]
    inverses.insert(first, 1 / (survival(start, sigma) * start))
    steps = [
        (values[at] - values[at - 1]) * (inverses[at] + inverses[at - 1]) / 2
        for at in range(1, len(values))
    ]
    after = accumulate(steps[first:], initial=0.0)
    before = accumulate(-each for each in reversed(steps[:first]))
    return (*reversed(tuple(before)), *after), values


def _first_above(value: float, ascending: tuple[float, ...]) -> int:
    return bisect_right(ascending, value)
