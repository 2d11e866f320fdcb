"""Very large books, with the arrays of NumPy: for audits and simulations.

No request of the web clears a book of this size, so NumPy is imported where it is
needed and not before. The answers are those of the plain code, bit for bit; what cannot
be done on whole arrays, the sweeps and the longest paths, is the plain code.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from app.auctions.domain.allocation import scale_for, sweep
from app.auctions.domain.bids import Book
from app.auctions.domain.prices import Contest, Layout
from app.auctions.domain.wide_chain import Rises, WideChain, order_of

if TYPE_CHECKING:
    from app.auctions.domain.wide_chain import Flags, Numbers

# From here on arrays are faster than lists.
MANY_BIDS = 5_000
# If all maxima and reserves add up to no more, no sum can overflow in 64 bits.
_SAFE_MILLI = 2**61
# A day, in slots: few stays are longer.
_LONGEST = 96


class Bids(NamedTuple):
    """The bids that take part, in order of submission, as arrays."""

    places: Numbers
    starts: Numbers
    ends: Numbers
    premiums: Numbers

    def only(self, which: Flags) -> Bids:
        """Return some of them."""
        return Bids(*(column[which] for column in self))


def suits(book: Book) -> bool:
    """Return whether a book is so large, and its money so small, as arrays need."""
    if book.capacity > 1 or len(book.bids) < MANY_BIDS:
        return False
    total: int = sum(map(attrgetter("maximum"), book.bids)) + sum(book.reserve)
    return total < _SAFE_MILLI


def contest(book: Book) -> Contest:
    """Return the winners, their minima and the constraints on prices."""
    bids, slots = _bids_of(book), book.slots
    able = bids.only(_unbeaten(bids.starts, bids.ends, bids.premiums))
    before = _best_until(able.starts, able.ends, able.premiums, slots)
    after = _best_until(slots - able.ends, slots - able.starts, able.premiums, slots)
    after = after[::-1]
    winning = _winning(bids, len(book.bids), before, after)
    minima = _personal_minima(bids, winning, before, after)
    return Contest(
        winners=bids.places[winning].tolist(),
        premiums=bids.premiums[winning].tolist(),
        minima=minima.tolist(),
        layout=_layout(bids, winning, slots),
        least_top_up=_least_top_up(bids, winning, minima, slots),
    )


def _bids_of(book: Book) -> Bids:
    import numpy as np

    def column(name: str) -> Numbers:
        """Return one field of all bids."""
        values = map(attrgetter(name), book.bids)
        return np.fromiter(values, dtype=np.int64, count=len(book.bids))

    starts, ends = column("start"), column("end")
    until = np.append(0, np.cumsum(np.array(book.reserve, dtype=np.int64)))
    premiums = column("maximum") - until[ends] + until[starts]
    places = np.arange(len(book.bids))
    return Bids(places, starts, ends, premiums).only(premiums >= 0)


def _best_until(starts: Numbers, ends: Numbers, worth: Numbers, slots: int) -> Numbers:
    """Return the true best value of the intervals that end at each slot or before."""
    import numpy as np

    order = order_of(ends)
    in_order = starts[order].tolist(), ends[order].tolist(), worth[order].tolist()
    best, _ = sweep(*in_order, slots)
    return np.array(best)


def _winning(bids: Bids, count: int, before: Numbers, after: Numbers) -> Numbers:
    """Return the winners, in order of start.

    They are among the bids that lie on a best selection by value; only between those
    does seniority decide.
    """
    import numpy as np

    through = before[bids.starts] + bids.premiums + after[bids.ends]
    best = np.flatnonzero(through == before[-1])
    order = best[order_of(bids.ends[best])]
    slots = len(before) - 1
    scale = scale_for(count, slots)
    points = (count - bids.places[order]).tolist()
    tilted = [
        premium * scale + seniority
        for premium, seniority in zip(
            bids.premiums[order].tolist(), points, strict=True
        )
    ]
    starts, ends = bids.starts[order].tolist(), bids.ends[order].tolist()
    _, chosen = sweep(starts, ends, tilted, slots)
    return order[np.array(chosen, dtype=np.int64)]


def _unbeaten(starts: Numbers, ends: Numbers, worth: Numbers) -> Flags:
    """Return which intervals have no shorter one inside that is worth more.

    One that has can neither win, for the shorter one could take its place, nor demand a
    price as a loser that the shorter one does not. Long ones are few and not looked at.
    """
    import numpy as np

    lengths = ends - starts
    order = order_of(lengths)
    until = np.searchsorted(lengths[order], np.arange(_LONGEST + 2))
    is_unbeaten = np.ones(len(starts), dtype=bool)
    # The largest worth inside the next 0, 1, 2, ... positions, from each of them on.
    inside = np.full(int(ends.max(initial=0)) + 2, -1)
    for length in range(1, _LONGEST + 1):
        inside[:-1] = np.maximum(inside[:-1], inside[1:])
        these = order[until[length] : until[length + 1]]
        is_unbeaten[these] = worth[these] >= inside[starts[these]]
        np.maximum.at(inside, starts[these], worth[these])
    return is_unbeaten


def _personal_minima(
    bids: Bids, winning: Numbers, before: Numbers, after: Numbers
) -> Numbers:
    """Return for each winner the smallest premium with which it would still win.

    The largest value through a loser that crosses a winner's start comes from a sparse
    table turned around: a loser marks the two stretches of 2^level winners that cover
    those it crosses, and every level is handed down to the one below. O(n + k log k).
    """
    import numpy as np

    starts = bids.starts[winning]
    is_start = np.zeros(len(before) + 1, dtype=np.int64)
    is_start[starts + 1] = 1
    starts_before = np.cumsum(is_start)
    first, last = starts_before[bids.starts], starts_before[bids.ends]
    is_crossing = first < last
    is_crossing[winning] = False
    first, last = first[is_crossing], last[is_crossing]
    through = (before[bids.starts] + bids.premiums + after[bids.ends])[is_crossing]
    levels = np.frexp((last - first).astype(float))[1].astype(np.int64) - 1
    table = np.zeros((int(levels.max(initial=0)) + 1, len(winning)), dtype=np.int64)
    np.maximum.at(table, (levels, first), through)
    np.maximum.at(table, (levels, last - (1 << levels)), through)
    for level in range(len(table) - 1, 0, -1):
        upper, lower, half = table[level], table[level - 1], 1 << (level - 1)
        np.maximum(lower, upper, out=lower)
        np.maximum(lower[half:], upper[:-half], out=lower[half:])
    without = np.maximum(table[0], before[starts] + after[starts + 1])
    minima: Numbers = without - before[-1] + bids.premiums[winning]
    return minima


def _least_top_up(bids: Bids, winning: Numbers, minima: Numbers, slots: int) -> int:
    """Return a lower bound of the top-up, from which the search for it may start.

    The winners that a loser overlaps pay at least what it offers, and each of them no
    more than its minimum and the top-up.
    """
    import numpy as np

    marks = np.zeros((2, slots + 2), dtype=np.int64)
    marks[0, bids.ends[winning]] = 1
    marks[1, bids.starts[winning] + 1] = 1
    ended, started = np.cumsum(marks, axis=1)
    first, last = ended[bids.starts], started[bids.ends]
    until = np.append(0, np.cumsum(minima))
    is_loser = np.ones(len(bids.places), dtype=bool)
    is_loser[winning] = False
    # An eligible loser overlaps a winner, or it would have won.
    missing = (bids.premiums - until[last] + until[first])[is_loser]
    return int((-(-missing // (last - first)[is_loser])).max(initial=0))


def _layout(bids: Bids, winning: Numbers, slots: int) -> Layout:
    """Return where prices may change, and the constraints on them."""
    import numpy as np

    is_point = np.zeros(slots + 1, dtype=bool)
    is_point[[0, slots]] = True
    is_point[bids.starts] = True
    is_point[bids.ends] = True
    change = np.zeros(slots + 1, dtype=np.int64)
    np.add.at(change, bids.starts[winning], 1)
    np.add.at(change, bids.ends[winning], -1)
    is_sold_before = np.append(False, np.cumsum(change)[:-1] == 1)
    nodes = np.cumsum(is_point & is_sold_before)
    is_rise = bids.premiums > 0
    is_rise[winning] = False
    rises = Rises(
        nodes[bids.starts[is_rise]], nodes[bids.ends[is_rise]], bids.premiums[is_rise]
    )
    rises = rises.only(_unbeaten(*rises))
    spans = zip(
        nodes[bids.starts[winning]].tolist(),
        nodes[bids.ends[winning]].tolist(),
        strict=True,
    )
    points = np.flatnonzero(is_point)
    return Layout(
        capacity=1,
        points=points.tolist(),
        nodes=nodes[points].tolist(),
        chain=WideChain.joined(int(nodes[-1]) + 1, rises, list(spans)),
    )
