"""A site with k identical connectors: who wins there, and each winner's minimum.

A slot may be sold k times. The best selection is a flow of k units along the slots, of
the largest value; intervals make its constraint matrix totally unimodular, so whole
units are optimal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from app.auctions.domain.allocation import Selection
from app.auctions.domain.bids import Book
from app.auctions.domain.potentials import Chain, longest_from, longest_path


class SharedSite:
    """The best selection for the capacity of a book, grown unit by unit.

    1. Look at what may still change: a bid not taken is a way forward worth its
       premium, a bid taken is a way back that gives its premium up, and idle time is
       passed for nothing, back only where some is.
    2. The longest path from the first slot to the last is one more unit; it may undo
       earlier choices, so every stage is optimal (successive longest paths). Repeat k
       times, or until the path is worth nothing.

    Values are tilted as for one connector: between equal ones the larger sum of
    seniority points wins.

    :ivar scale: by which tilted values are divided to give true ones, in milli
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._count = len(book.bids)
        self.scale = 1 << (self._count * self._count).bit_length()
        self._premiums = book.premiums()
        self._eligible = [place for place, w in enumerate(self._premiums) if w >= 0]
        points = {0, book.slots}
        points.update(book.bids[place].start for place in self._eligible)
        points.update(book.bids[place].end for place in self._eligible)
        self._points = sorted(points)
        node = {point: node for node, point in enumerate(self._points)}
        self._span = {
            place: (node[book.bids[place].start], node[book.bids[place].end])
            for place in self._eligible
        }
        # Units that pass each stretch between two points without a bid.
        self._idle = [0] * (len(points) - 1)
        self._taken: set[int] = set()
        for unit in range(book.capacity):
            if not self._add_unit():
                rest = book.capacity - unit - 1
                self._idle = [units + rest for units in self._idle]
                break
        self._total = sum(map(self._tilted, self._taken))
        self._chain, self._caps = self._residual()

    def selection(self) -> Selection:
        """Return the winners."""
        bids = self._book.bids
        return Selection(
            slots=self._book.slots,
            capacity=self._book.capacity,
            starts=[bid.start for bid in bids],
            ends=[bid.end for bid in bids],
            premiums=self._premiums,
            eligible=self._eligible,
            winners=sorted(self._taken, key=lambda place: (bids[place].start, place)),
        )

    def personal_minima(self) -> list[int]:
        """Return for each winner the smallest premium with which it would still win.

        Without winner i its unit takes the longest other way from i's start to its end;
        the length of that way is what i displaces.
        """
        value = self._total // self.scale
        minima = []
        for place in self.selection().winners:
            start, end = self._span[place]
            way = longest_from(start, self._chain, self._caps)[end]
            without = (self._total - self._tilted(place) + way) // self.scale
            minima.append(without - value + self._premiums[place])
        return minima

    def totals(self, start: int, end: int) -> tuple[int, int]:
        """Return the tilted value of all, and what of it is kept without [start, end).

        Selling one unit of that time is made up for by a way back from its end to its
        start, the longest there is.
        """
        first = bisect_right(self._points, start) - 1
        last = bisect_left(self._points, end)
        way_back = longest_from(last, self._chain, self._caps)[first]
        return self._total, self._total + way_back

    def _tilted(self, place: int) -> int:
        return self._premiums[place] * self.scale + self._count - place

    def _residual(self) -> tuple[Chain, list[int]]:
        """Return what may still change, and what going back over each span gives up."""
        open_bids = [place for place in self._eligible if place not in self._taken]
        idle = [node for node, units in enumerate(self._idle) if units]
        chain = Chain.of(
            len(self._points),
            [(*self._span[place], self._tilted(place)) for place in open_bids],
            [self._span[place] for place in self._taken]
            + [(node, node + 1) for node in idle],
        )
        return chain, [*map(self._tilted, self._taken), *(0 for _ in idle)]

    def _add_unit(self) -> bool:
        """Send one more unit along, and return whether it is worth anything."""
        path = longest_path(*self._residual())
        for at, to, by in path:
            # Points of seniority make every bid's value its own, and none of them 0.
            place = self._count - abs(by) % self.scale
            if by > 0:
                self._taken.add(place)
            elif by < 0:
                self._taken.remove(place)
            elif at < to:
                self._idle[at] += 1
            else:
                self._idle[to] -= 1
        return sum(by for _, _, by in path) > 0
