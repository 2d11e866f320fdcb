"""What is learned about drivers: how many come, and what time is worth to them.

Frozen states that are updated with what was seen. Counts are a Gamma-Poisson model,
values per hour a normal-inverse-gamma model of their logarithm. Values are kept in one
unit, 1/1000 euro cents an hour at a plug of 7.2 kW; ``scale`` leads from there to a
charger.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.pricing.domain.demand import BLOCK_OF_HOUR, BLOCKS, LEAST_SPREAD, Demand
from app.pricing.domain.values import clamped, mills
from app.schedules.domain import HOURS_A_WEEK

# Pseudo-weeks of the expected counts, and pseudo-requests of a place's volume.
KAPPA_WEEKS = 4.0
VOLUME_WEIGHT = LEAST_SPREAD
# Pseudo-bids behind what is assumed about values.
KAPPA_BIDS = 10.0
SPREAD_SHAPE = 6.0
HALF_LIFE_WEEKS = 8.0
# A bid further out than this many spreads counts as if it lay there.
OUTLIER_SIGMAS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is assumed before anything is seen, or what the region has taught.

    :param requests: expected drivers for each hour of the week
    :param log_medians: logarithm of the median value per hour, one a block
    """

    requests: tuple[float, ...]
    log_medians: tuple[float, ...]
    sigma: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one block has taught about values, as sums, so that order does not matter.

    :param weight: bids seen; their logarithms sum to ``total``, squares to ``squares``
    :param hint_weight: what answers to a price are worth, in bids; ``hint_total``
        likewise
    """

    weight: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    hint_weight: float = 0.0
    hint_total: float = 0.0

    def faded(self, share: float) -> Evidence:
        """Return the evidence when only a share of it still counts."""
        return Evidence(*(share * each for each in self.as_list()))

    def as_list(self) -> list[float]:
        """Return the sums as plain numbers, to be stored."""
        return [getattr(self, name) for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class State:
    """Everything learned about one place.

    :param counts: drivers who wanted each hour of the week
    :param weeks: how many weeks were watched
    :param blocks: evidence about values, one a block
    """

    counts: tuple[float, ...] = (0.0,) * HOURS_A_WEEK
    weeks: float = 0.0
    blocks: tuple[Evidence, ...] = (Evidence(),) * len(BLOCKS)

    def after(self, weeks: float) -> State:
        """Return the state when so many weeks have passed; half counts after eight."""
        share = 0.5 ** (weeks / HALF_LIFE_WEEKS)
        return State(
            tuple(share * each for each in self.counts),
            share * self.weeks,
            tuple(each.faded(share) for each in self.blocks),
        )

    def watched(self, weeks: float, requests: Mapping[int, float]) -> State:
        """Return the state after watching for some weeks.

        :param requests: how many drivers wanted an hour of the week, in all
        """
        counts = list(self.counts)
        for hour, number in requests.items():
            counts[hour] += number
        return replace(self, counts=tuple(counts), weeks=self.weeks + weeks)

    def with_bids(
        self, bids: Iterable[tuple[int, float, float]], prior: Prior
    ) -> State:
        """Return the state after bids that were made sealed, and so say the value.

        :param bids: block, logarithm of the bid per hour, weight (1 for a whole bid)
        """
        blocks = list(self.blocks)
        sigma = self.sigma(prior)
        middles = [self.log_median(each, prior) for each in range(len(BLOCKS))]
        for block, log_bid, weight in bids:
            farthest = OUTLIER_SIGMAS * sigma
            middle = middles[block]
            seen = min(middle + farthest, max(middle - farthest, log_bid))
            old = blocks[block]
            blocks[block] = replace(
                old,
                weight=old.weight + weight,
                total=old.total + weight * seen,
                squares=old.squares + weight * seen * seen,
            )
        return replace(self, blocks=tuple(blocks))

    def with_answer(
        self, block: int, log_price: float, *, is_yes: bool, prior: Prior
    ) -> State:
        """Return the state after somebody took or declined a price on offer.

        The answer tells on which side of the price the value lies. The median is
        updated to the mean and variance of what that leaves (Mills ratio).
        """
        sigma, middle = self.sigma(prior), self.log_median(block, prior)
        weight = self._weight(block)
        uncertain = sigma**2 / weight
        whole = math.sqrt(sigma**2 + uncertain)
        sign = 1.0 if is_yes else -1.0
        away = sign * (log_price - middle) / whole
        pull = 1 / mills(max(-30.0, min(30.0, away)))
        moved = middle + sign * uncertain / whole * pull
        left = 1 - uncertain / whole**2 * pull * (pull - away)
        new_weight = weight / max(left, 1e-6)
        old = self.blocks[block]
        blocks = list(self.blocks)
        blocks[block] = replace(
            old,
            hint_weight=old.hint_weight + new_weight - weight,
            hint_total=old.hint_total + new_weight * moved - weight * middle,
        )
        return replace(self, blocks=tuple(blocks))

    def log_median(self, block: int, prior: Prior) -> float:
        """Return the expected logarithm of the median value of a block."""
        seen = self.blocks[block]
        total = KAPPA_BIDS * prior.log_medians[block] + seen.total + seen.hint_total
        return total / self._weight(block)

    def sigma(self, prior: Prior) -> float:
        """Return the expected spread, over all blocks, within what formulas bear."""
        return self._spread(prior, prior.sigma, range(len(BLOCKS)))

    def sigma_of(self, block: int, prior: Prior) -> float:
        """Return the expected spread of one block, that of them all without bids.

        Drivers differ less by night than in the evening, and the best price depends
        on how much they differ.
        """
        return self._spread(prior, self.sigma(prior), (block,))

    def requests(self, prior: Prior) -> tuple[float, ...]:
        """Return the expected drivers of each hour of the week."""
        volume = self.volume(prior)
        return tuple(
            (KAPPA_WEEKS * volume * expected + seen) / (KAPPA_WEEKS + self.weeks)
            for expected, seen in zip(prior.requests, self.counts, strict=True)
        )

    def volume(self, prior: Prior) -> float:
        """Return how busy the place is, as a multiple of what was assumed."""
        expected = sum(prior.requests) * self.weeks
        return (VOLUME_WEIGHT + sum(self.counts)) / (VOLUME_WEIGHT + expected)

    def as_dict(self) -> dict[str, object]:
        """Return the state as plain values, to be stored."""
        return {
            "counts": list(self.counts),
            "weeks": self.weeks,
            "blocks": [each.as_list() for each in self.blocks],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> State:
        """Return the state that ``as_dict`` described."""
        return cls(
            tuple(values["counts"]),
            values["weeks"],
            tuple(Evidence(*each) for each in values["blocks"]),
        )

    def _spread(self, prior: Prior, expected: float, blocks: Iterable[int]) -> float:
        scale = expected**2 * (SPREAD_SHAPE - 1)
        weights = 0.0
        for block in blocks:
            seen, middle = self.blocks[block], prior.log_medians[block]
            if seen.weight <= 0:
                continue
            mean = seen.total / seen.weight
            around = max(0.0, seen.squares - seen.total * mean)
            shrunk = KAPPA_BIDS * seen.weight / (KAPPA_BIDS + seen.weight)
            scale += (around + shrunk * (mean - middle) ** 2) / 2
            weights += seen.weight
        return clamped(math.sqrt(scale / (SPREAD_SHAPE + weights / 2 - 1)))

    def _weight(self, block: int) -> float:
        seen = self.blocks[block]
        return KAPPA_BIDS + seen.weight + seen.hint_weight


def prior_from(region: State, prior: Prior) -> Prior:
    """Return what a wider region has taught, as the assumption for a place in it.

    Only values: how many come differs from street to street.
    """
    return Prior(
        requests=prior.requests,
        log_medians=tuple(
            region.log_median(block, prior) for block in range(len(BLOCKS))
        ),
        sigma=region.sigma(prior),
    )


def demand_of(state: State, prior: Prior, *, scale: float = 1.0) -> Demand:
    """Return the demand that is expected at one charger.

    :param scale: milli minor units of its currency and power for one unit of the model
    """
    medians = [
        scale * math.exp(state.log_median(block, prior)) for block in range(len(BLOCKS))
    ]
    sigmas = [state.sigma_of(block, prior) for block in range(len(BLOCKS))]
    return Demand(
        requests=state.requests(prior),
        median_milli_per_hour=tuple(medians[block] for block in BLOCK_OF_HOUR),
        sigma=state.sigma(prior),
        sigmas=tuple(sigmas[block] for block in BLOCK_OF_HOUR),
        spread=VOLUME_WEIGHT + sum(state.counts),
    )
