"""What the colors of prices mean: one scale for all days that are shown together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median_low

from app.auctions.service import SlotPrice
from app.kernel.money import MILLI, divide_half_even, format_minor

# One price far from all others must not make the rest look alike.
CLIP_AT = 3
# Where prices hardly differ, all of them lie this far up the scale, in quarters.
CALM_QUARTERS = 1

_SCALE = re.compile("-?[0-9]{1,15}(_[0-9]{1,15}){3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The prices between which a color goes from cheap to dear.

    Amounts are 1/1000 minor units for a quarter hour.

    :param dearest: the highest price of all, which may lie beyond the scale
    """

    low: int
    high: int
    cheapest: int
    dearest: int

    def share(self, price_milli: int) -> float:
        """Return where a price lies on the scale, from 0 for cheap to 1 for dear."""
        if self.high == self.low:
            return CALM_QUARTERS / 4
        share = (price_milli - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0)

    def text(self) -> str:
        """Return the scale for an address, so that a part of the page can keep it."""
        return f"{self.low}_{self.high}_{self.cheapest}_{self.dearest}"

    def words(self, currency: str) -> str:
        """Return what the colors say, for the legend."""
        if self.dearest == self.cheapest:
            return "Every hour on these days costs the same."
        top = hourly(min(self.high, self.dearest), currency)
        more = " or more" if self.dearest > self.high else ""
        calm = "" if self.dearest >= self.high else ": they differ little"
        return (
            f"Colors compare all days shown, from {hourly(self.cheapest, currency)} "
            f"to {top}{more} an hour{calm}."
        )


def scale_of(slots: Iterable[SlotPrice]) -> Scale:
    """Return the scale of the open quarter hours, whatever day they are on.

    It ends at the highest price, but at three times the middle one at most, and is
    at least as wide as the middle price is high: what differs little looks alike.
    """
    prices = [each.price_milli for each in slots if each.state == "OPEN"]
    if not prices:
        return Scale(low=0, high=0, cheapest=0, dearest=0)
    cheapest, dearest, middle = min(prices), max(prices), median_low(prices)
    high = min(dearest, CLIP_AT * middle) or dearest
    missing = max(0, middle - (high - cheapest))
    low = cheapest - missing * CALM_QUARTERS // 4
    return Scale(
        low=low,
        high=high + missing + low - cheapest,
        cheapest=cheapest,
        dearest=dearest,
    )


def read_scale(text: str) -> Scale | None:
    """Return the scale of an address; None if it is none."""
    if not _SCALE.fullmatch(text):
        return None
    low, high, cheapest, dearest = map(int, text.split("_"))
    if not (low <= cheapest <= dearest and low <= high):
        return None
    return Scale(low=low, high=high, cheapest=cheapest, dearest=dearest)


def hourly(slot_milli: int, currency: str) -> str:
    """Return what four quarter hours at this price cost."""
    return format_minor(divide_half_even(4 * slot_milli, MILLI), currency)


def an_hour(slot_milli: int, currency: str) -> str:
    """Return the price of an hour in words."""
    return f"{hourly(slot_milli, currency)} an hour" if slot_milli else "free"
