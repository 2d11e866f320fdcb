"""Very large books, with the arrays of NumPy: for audits and simulations.

No request of the web clears a book of this size, so NumPy is imported where it is
needed and not before. The answers are those of the plain code, bit for bit; what cannot
be done on whole arrays, the sweeps and the longest paths, is the plain code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from app.auctions.domain.allocation import scale_for, sweep
from app.auctions.domain.bids import Book
from app.auctions.domain.potentials import Chain, Edge, Span
from app.auctions.domain.prices import Contest, Layout

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

    Numbers = NDArray[int64]
    Flags = NDArray[bool_]

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


def suits(book: Book) -> bool:
    """Return whether a book is so large, and its money so small, as arrays need."""
    if book.capacity > 1 or len(book.bids) < MANY_BIDS:
        return False
    total: int = sum(map(attrgetter("maximum"), book.bids)) + sum(book.reserve)
    return total < _SAFE_MILLI


def contest(book: Book) -> Contest:
    """Return the winners, their minima and the constraints on prices."""
    import numpy as np

    bids = _bids_of(book)
    able = np.flatnonzero(_unbeaten(bids.starts, bids.ends, bids.premiums))
    rivals = Bids(*(column[able] for column in bids))
    before, winning = _won(rivals, len(book.bids), book.slots)
    winning = able[winning]
    minima = _personal_minima(bids, winning, before, _best_after(rivals, book.slots))
    return Contest(
        winners=bids.places[winning].tolist(),
        premiums=bids.premiums[winning].tolist(),
        minima=minima.tolist(),
        layout=_layout(bids, winning, book.slots),
    )


def _bids_of(book: Book) -> Bids:
    import numpy as np

    def column(name: str) -> Numbers:
        values = map(attrgetter(name), book.bids)
        return np.fromiter(values, dtype=np.int64, count=len(book.bids))

    starts, ends = column("start"), column("end")
    until = np.append(0, np.cumsum(np.array(book.reserve, dtype=np.int64)))
    premiums = column("maximum") - until[ends] + until[starts]
    places = np.flatnonzero(premiums >= 0)
    return Bids(places, starts[places], ends[places], premiums[places])


def _unbeaten(starts: Numbers, ends: Numbers, worth: Numbers) -> Flags:
    """Return which intervals have no shorter one inside that is worth more.

    One that has can neither win, for the shorter one could take its place, nor demand a
    price as a loser that the shorter one does not. Long ones are few and not looked at.
    """
    import numpy as np

    lengths = ends - starts
    order = _order(lengths)
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


def _won(bids: Bids, count: int, slots: int) -> tuple[Numbers, Numbers]:
    """Return the best value of the bids up to each slot, and the winning bids."""
    import numpy as np

    order = _order(bids.ends)
    scale = scale_for(count, slots)
    points = (count - bids.places[order]).tolist()
    tilted = [
        premium * scale + seniority
        for premium, seniority in zip(
            bids.premiums[order].tolist(), points, strict=True
        )
    ]
    starts, ends = bids.starts[order].tolist(), bids.ends[order].tolist()
    best, chosen = sweep(starts, ends, tilted, slots)
    before = np.array([value // scale for value in best])
    return before, order[np.array(chosen, dtype=np.int64)]


def _best_after(bids: Bids, slots: int) -> Numbers:
    """Return the best value of the bids from each slot on, no matter whose."""
    import numpy as np

    order = _order(slots - bids.starts)
    starts = (slots - bids.ends)[order].tolist()
    ends = (slots - bids.starts)[order].tolist()
    best, _ = sweep(starts, ends, bids.premiums[order].tolist(), slots)
    return np.array(best)[::-1]


def _order(keys: Numbers) -> Numbers:
    """Return the places in order of the keys; equal keys keep their order."""
    import numpy as np

    count = len(keys)
    # Sorting numbers is several times faster than sorting places by numbers.
    return np.sort(keys * count + np.arange(count)) % max(count, 1)


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


class Rises(NamedTuple):
    """Rises as arrays."""

    starts: Numbers
    ends: Numbers
    bys: Numbers

    def only(self, which: Numbers | Flags) -> Rises:
        """Return some of them, or all in another order."""
        return Rises(self.starts[which], self.ends[which], self.bys[which])


class WideChain(Chain):
    """A chain that keeps its rises as columns."""

    def __init__(self, nodes: int, columns: Rises, spans: list[Span]) -> None:
        self._columns = columns
        self._lists = [column.tolist() for column in columns]
        super().__init__(nodes, [], spans)

    @classmethod
    def joined(cls, nodes: int, rises: Rises, spans: list[Span]) -> WideChain:
        """Return a chain of these rises, in any order, in which nothing falls."""
        import numpy as np

        steps = np.arange(1, nodes)
        return cls._sorted(
            nodes,
            Rises(
                np.append(rises.starts, steps - 1),
                np.append(rises.ends, steps),
                np.append(rises.bys, np.zeros_like(steps)),
            ),
            spans,
        )

    @classmethod
    def _sorted(cls, nodes: int, rises: Rises, spans: list[Span]) -> WideChain:
        return cls(nodes, rises.only(_order(rises.ends)), spans)

    def mirrored(self) -> WideChain:
        """Return the chain as seen from the right: its node 0 is the last one here."""
        last = self.nodes - 1
        starts, ends, bys = self._columns
        spans = [(last - end, last - start) for start, end in self.spans]
        return self._sorted(self.nodes, Rises(last - ends, last - starts, bys), spans)

    def narrowed(self, low: Sequence[int], high: Sequence[int]) -> WideChain:
        """Return the chain for potentials within bounds that make some rises anyway."""
        import numpy as np

        starts, ends, bys = self._columns
        is_needed = np.array(high)[starts] + bys > np.array(low)[ends]
        is_needed |= starts + 1 == ends
        return WideChain(self.nodes, self._columns.only(is_needed), self.spans)

    def rises_into(self, after: int, to: int) -> Iterable[Edge]:
        """Return the rises that end behind one node and not behind another."""
        part = slice(self.until[after], self.until[to])
        starts, ends, bys = self._lists
        return zip(starts[part], ends[part], bys[part], strict=True)

    def _count_ends(self) -> list[int]:
        import numpy as np

        ending = np.bincount(self._columns.ends, minlength=self.nodes)
        until: list[int] = np.cumsum(ending).tolist()
        return until
