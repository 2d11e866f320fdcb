"""Random order books: small ones for Hypothesis, and such as an evening brings."""

from __future__ import annotations

import math
from random import Random

from hypothesis import strategies as st

from app.auctions.domain.bids import Bid, Book


@st.composite
def books(
    draw: st.DrawFn,
    max_bids: int = 8,
    max_slots: int = 8,
    max_premium: int = 60,
    capacity: int = 1,
) -> Book:
    """Draw a small book in which ties, alerts and equal intervals are common."""
    slots = draw(st.integers(1, max_slots))
    reserve = draw(st.lists(st.integers(0, 3), min_size=slots, max_size=slots))
    span = st.tuples(
        st.integers(0, slots - 1), st.integers(1, slots), st.integers(0, max_premium)
    )
    spans = draw(st.lists(span, max_size=max_bids))
    bids = tuple(
        Bid(f"b{place}", start, min(slots, start + length), maximum)
        for place, (start, length, maximum) in enumerate(spans)
    )
    return Book(tuple(reserve), bids, capacity)


def evening_book(count: int, slots: int, seed: int, reserve: int = 0) -> Book:
    """Return a book of stays as long as charging at shared chargers takes.

    Half of them are shorter than four hours, the mean is six; at most they last a day.
    """
    random = Random(seed)
    bids = []
    for place in range(count):
        length = min(slots, 96, 2 + int(random.expovariate(1 / 22)))
        start = random.randrange(slots - length + 1)
        worth = length * 27_500 * math.exp(random.gauss(0, 0.6))
        bids.append(Bid(f"b{place}", start, start + length, int(worth)))
    return Book((reserve,) * slots, tuple(bids))
