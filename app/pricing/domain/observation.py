"""What drivers did near a charger, and how it changes what is believed about them.

A search, a bid and a booking each say that a time was wanted; a bid says what it is
worth, an answer to a price on offer only whether it is worth more or less than that.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.kernel.money import CURRENCIES
from app.pricing.domain.cold_start import scale_of
from app.pricing.domain.demand import BLOCK_OF_HOUR
from app.pricing.domain.learning import Prior, State
from app.schedules.domain import HOURS_A_WEEK

# WANTED: searched for. BID: a sealed maximum. TAKEN, DECLINED: answers to a price.
Kind = Literal["WANTED", "BID", "TAKEN", "DECLINED"]


class BadObservation(DomainError):
    """This cannot have been seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that one person did.

    :param person: any word that is the same for the same person
    :param place: where the charger is shown to the public
    :param hours: the local hours of the week that were wanted
    :param shares: how much of each of these hours, above 0 and at most 1; empty where
        all were wanted whole
    :param milli_per_hour: for a bid the maximum, for an answer the price, on top of
        the energy; None for a search
    :raises BadObservation: if it has no hours, or a price that nobody can mean
    """

    at: datetime
    person: str
    place: Point
    hours: tuple[int, ...]
    kind: Kind
    currency: str
    power_w: int
    milli_per_hour: int | None = None
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would spoil what is learned."""
        if not self.hours or not all(0 <= each < HOURS_A_WEEK for each in self.hours):
            raise BadObservation("Hours of the week lie between 0 and 167.")
        if self.shares and len(self.shares) != len(self.hours):
            raise BadObservation("Each hour needs its share.")
        if not all(0 < each <= 1 for each in self.shares):
            raise BadObservation("Of an hour, more than none and at most all is used.")
        if self.currency not in CURRENCIES or self.power_w <= 0:
            raise BadObservation("This is no currency, or no power.")
        if (self.milli_per_hour is None) != (self.kind == "WANTED"):
            raise BadObservation(
                "A price belongs to a bid or an answer, and only there."
            )

    @property
    def covered(self) -> dict[int, float]:
        """How much of each hour of the week was wanted, at most all of it."""
        found: dict[int, float] = {}
        shares = self.shares or (1.0,) * len(self.hours)
        for hour, share in zip(self.hours, shares, strict=True):
            found[hour] = min(1.0, found.get(hour, 0.0) + share)
        return found

    @property
    def on_date(self) -> date:
        """The UTC date, on which the same person counts once."""
        return self.at.astimezone(UTC).date()

    @property
    def log_value(self) -> float | None:
        """The logarithm of the price in the model's unit; None where there is none."""
        if not self.milli_per_hour or self.milli_per_hour < 0:
            return None
        return math.log(self.milli_per_hour / scale_of(self.currency, self.power_w))


def learned(
    state: State,
    prior: Prior,
    seen: Sequence[Observation],
    weeks: float,
    chargers: float = 1.0,
) -> State:
    """Return the state after some weeks in which these things were seen.

    Each person counts once a day for an hour, and the last bid of a day for the same
    hours stands for all of them.

    :param chargers: how many the drivers could choose from
    """
    state = state.after(weeks).watched(weeks * chargers, _requests(seen))
    state = state.with_bids(_bids(seen), prior)
    for block, log_price, is_yes in _answers(seen):
        state = state.with_answer(block, log_price, is_yes=is_yes, prior=prior)
    return state


def _requests(seen: Iterable[Observation]) -> dict[int, float]:
    """Return how many wanted each hour, each by the share that he would use."""
    wanted: dict[tuple[str, date, int], float] = {}
    for each in seen:
        for hour, share in each.covered.items():
            key = each.person, each.on_date, hour
            wanted[key] = max(share, wanted.get(key, 0.0))
    counts: dict[int, list[float]] = defaultdict(list)
    for (_, _, hour), share in wanted.items():
        counts[hour].append(share)
    # Summed exactly, so that no order of what was seen changes what is learned.
    return {hour: math.fsum(shares) for hour, shares in counts.items()}


def _last(seen: Iterable[Observation], kinds: tuple[Kind, ...]) -> list[Observation]:
    """Return the last of each person's day for the same hours, in order."""
    last = {
        (each.person, each.on_date, each.hours): each
        for each in sorted(seen, key=lambda each: each.at)
        if each.kind in kinds
    }
    return list(last.values())


def _bids(seen: Iterable[Observation]) -> Iterator[tuple[int, float, float]]:
    """Yield each bid for the blocks it covers, weighted by its hours in them."""
    for each in _last(seen, ("BID",)):
        if (log_bid := each.log_value) is None:
            continue
        blocks = _blocks(each)
        for block, hours in sorted(blocks.items()):
            yield block, log_bid, hours / sum(blocks.values())


def _answers(seen: Iterable[Observation]) -> Iterator[tuple[int, float, bool]]:
    for each in _last(seen, ("TAKEN", "DECLINED")):
        if (log_price := each.log_value) is None:
            continue
        blocks = _blocks(each)
        block = max(sorted(blocks), key=lambda at: blocks[at])
        yield block, log_price, each.kind == "TAKEN"


def _blocks(seen: Observation) -> dict[int, float]:
    """Return how many hours of each block were wanted."""
    blocks: dict[int, float] = defaultdict(float)
    for hour, share in seen.covered.items():
        blocks[BLOCK_OF_HOUR[hour]] += share
    return blocks
