"""What the market simulation measures: sums a day, ratios, and how sure they are.

Both mechanisms meet the same wishes, so their ratio is bootstrapped in pairs, over
blocks of a week because a stay may reach into the next day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.market_rules import Sale

MEASURES = ("welfare", "owner profit", "drivers' surplus", "drivers served")
BLOCK_DAYS = 7
RESAMPLES = 4_000
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def by_day(sales: Sequence[Sale], days: int) -> Table:
    """Return one row a day with the four measures, money in milli-minor.

    Energy is passed on at cost, so what is paid for the time is the owner's profit,
    and welfare = profit + surplus exactly.
    """
    table = np.zeros((days, len(MEASURES)))
    for sale in sales:
        value, paid = sale.request.value, sale.paid
        table[sale.request.day] += (value, paid, value - paid, 1)
    return table


def ratios(ours: Table, base: Table, seed: int) -> tuple[Estimate, ...]:
    """Return ours / base for each measure, bootstrapped over paired weeks."""
    top, bottom = _blocks(ours), _blocks(base)
    drawn = _drawn(len(top), seed)
    many = top[drawn].sum(axis=1) / bottom[drawn].sum(axis=1)
    return _estimates(top.sum(axis=0) / bottom.sum(axis=0), many)


def gains(utilities: Table, truthful: int, seed: int) -> tuple[Estimate, ...]:
    """Return for each report (a column) how much more it earns than the truth.

    ``utilities`` has one row a day; 0.01 means 1 % more.
    """
    blocks = _blocks(utilities)
    many = blocks[_drawn(len(blocks), seed)].sum(axis=1)
    once = blocks.sum(axis=0)
    return _estimates(
        once / once[truthful] - 1.0, many / many[:, truthful : truthful + 1] - 1.0
    )


def _blocks(table: Table) -> Table:
    whole = max(1, len(table) // BLOCK_DAYS)
    return np.stack([part.sum(axis=0) for part in np.array_split(table, whole)])


def _drawn(blocks: int, seed: int) -> NDArray[np.int64]:
    random = np.random.default_rng(seed)
    return random.integers(blocks, size=(RESAMPLES, blocks))


def _estimates(once: Table, many: Table) -> tuple[Estimate, ...]:
    low, high = np.percentile(many, (2.5, 97.5), axis=0)
    return tuple(
        Estimate(float(a), float(b), float(c))
        for a, b, c in zip(once, low, high, strict=True)
    )
