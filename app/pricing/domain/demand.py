"""How many drivers would want each hour of a week, and what it is worth to them.

Only the description; how it is learned stands beside, in ``learning``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.errors import DomainError
from app.pricing.domain.values import MAX_SIGMA, MIN_SIGMA
from app.schedules.domain import HOURS_A_WEEK

# Shape of the number of drivers while nothing is known: within a factor of two.
LEAST_SPREAD = 4.0
# The tables of the formulas reach as far as so many drivers would bid.
MOST_REQUESTS = 1000.0

BLOCKS = ("night", "day", "evening", "weekend")
_NIGHT_ENDS, _EVENING_BEGINS, _NIGHT_BEGINS = 6, 16, 22


class BadDemand(DomainError):
    """This cannot be the demand for a charger; ``field`` says which part."""


def block_of(hour_of_week: int) -> int:
    """Return the block of hours that share one value: an index into ``BLOCKS``.

    >>> [BLOCKS[block_of(hour)] for hour in (3, 12, 18, 5 * 24 + 18, 6 * 24 + 23)]
    ['night', 'day', 'evening', 'weekend', 'night']
    """
    day, hour = divmod(hour_of_week, 24)
    if hour < _NIGHT_ENDS or hour >= _NIGHT_BEGINS:
        return 0
    if day >= 5:
        return 3
    return 2 if hour >= _EVENING_BEGINS else 1


BLOCK_OF_HOUR = tuple(block_of(hour) for hour in range(HOURS_A_WEEK))


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The drivers who would want each hour of a week at one charger.

    :param requests: how many want it each time it comes
    :param median_milli_per_hour: half of them would pay this or more for the hour, on
        top of the energy
    :param sigma: spread of the logarithm of what they would pay
    :param spread: shape of the gamma distribution of the number of drivers; the
        smaller, the less is known
    :param sigmas: the spread of each hour where it is known apart; empty where one
        spread is all that is known
    :raises BadDemand: if a number is not finite, or there are not 168 of each
    """

    requests: tuple[float, ...]
    median_milli_per_hour: tuple[float, ...]
    sigma: float
    spread: float = LEAST_SPREAD
    sigmas: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that no formula can bear."""
        for name in ("requests", "median_milli_per_hour"):
            _check_numbers(name, getattr(self, name))
        if max(self.requests) > MOST_REQUESTS:
            raise BadDemand(
                f"More than {MOST_REQUESTS:.0f} drivers an hour cannot be right.",
                field="requests",
            )
        if not all(each > 0 for each in self.median_milli_per_hour):
            raise BadDemand(
                "Half of the drivers must pay more than nothing.",
                field="median_milli_per_hour",
            )
        if self.sigmas:
            _check_numbers("sigmas", self.sigmas)
        if not all(
            MIN_SIGMA <= each <= MAX_SIGMA for each in (self.sigma, *self.sigmas)
        ):
            raise BadDemand(
                f"The spread of values lies between {MIN_SIGMA} and {MAX_SIGMA}.",
                field="sigma",
            )
        if not 0.1 <= self.spread <= 1e9:
            raise BadDemand("The shape must be between 0.1 and 10⁹.", field="spread")

    def sigma_at(self, hour_of_week: int) -> float:
        """Return the spread of one hour of the week."""
        return self.sigmas[hour_of_week] if self.sigmas else self.sigma


def _check_numbers(name: str, numbers: Sequence[float]) -> None:
    if len(numbers) != HOURS_A_WEEK:
        raise BadDemand(f"There must be {HOURS_A_WEEK} values.", field=name)
    if not all(math.isfinite(each) and 0 <= each <= 1e12 for each in numbers):
        raise BadDemand("Please give finite numbers that are not negative.", field=name)
