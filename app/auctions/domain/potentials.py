"""Difference constraints on a line of nodes, and the lowest potentials that keep them.

Pure graph work, with no word of auctions: nodes 0, 1, 2, ... from left to right,
*rises* that the potential must at least make from a node to a later one, and *spans*
over which it may rise no more than a cap. Lowest potentials are longest paths from
node 0, where a span is an edge back from its end to its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter

# (From node, to node, by): the potential of the second is at least the first's plus by.
Edge = tuple[int, int, int]
Span = tuple[int, int]
_NOWHERE = -(1 << 256)  # Below the length of every path: not reached.


class TooTight(Exception):
    """No potentials keep the caps: a walk through these spans rises too far.

    :param excess: how far the walk rises above what it may; more than 0
    :param spans: the spans on it, once for every time the walk goes back over them
    """

    def __init__(self, excess: int, spans: list[Span]) -> None:
        super().__init__(excess, spans)
        self.excess = excess
        self.spans = spans


class Chain:
    """Nodes in a row, the rises between them, and the spans that are limited.

    :param nodes: their number
    :param rises: from a node to a later one, in order of the later one
    :param spans: (first node, last node), in any order
    """

    def __init__(self, nodes: int, rises: list[Edge], spans: list[Span]) -> None:
        self.nodes = nodes
        self.rises = rises
        self.spans = spans
        # How many rises end at each node or before.
        self.until = self._count_ends()

    @classmethod
    def of(cls, nodes: int, rises: list[Edge], spans: list[Span]) -> Chain:
        """Return a chain of these rises, in any order, in which nothing ever falls."""
        steps = [(node - 1, node, 0) for node in range(1, nodes)]
        return cls(nodes, sorted(steps + rises, key=itemgetter(1)), spans)

    def mirrored(self) -> Chain:
        """Return the chain as seen from the right: its node 0 is the last one here."""
        last = self.nodes - 1
        rises = [(last - end, last - start, by) for start, end, by in self.rises]
        rises.sort(key=itemgetter(1))
        spans = [(last - end, last - start) for start, end in self.spans]
        return Chain(self.nodes, rises, spans)

    def narrowed(self, low: Sequence[int], high: Sequence[int]) -> Chain:
        """Return the chain for potentials within bounds that make some rises anyway."""
        rises = [
            edge
            for edge in self.rises
            if high[edge[0]] + edge[2] > low[edge[1]] or edge[0] + 1 == edge[1]
        ]
        return Chain(self.nodes, rises, self.spans)

    def rises_into(self, after: int, to: int) -> Iterable[Edge]:
        """Return the rises that end behind one node and not behind another."""
        return self.rises[self.until[after] : self.until[to]]

    def _count_ends(self) -> list[int]:
        ending = [0] * self.nodes
        for _, end, _ in self.rises:
            ending[end] += 1
        return list(accumulate(ending))


def lowest(
    chain: Chain,
    caps: Sequence[int],
    floor: Sequence[int] | None = None,
    ceiling: Sequence[int] | None = None,
) -> list[int]:
    """Return the lowest potentials, node 0 at 0, or as high as the floor.

    1. From left to right, span by span: raise the nodes up to the span's end as the
       rises demand.
    2. Where the span then rises more than its cap, raise its start; look at the spans
       before it in the same way; go forward again from the lowest node raised, until
       nothing is. Then all constraints up to here are kept, once and for all.

    Step 2 ends after at most as many rounds as spans are in its reach, or there are no
    potentials at all; mostly it takes one or two, over two or three spans.

    :param caps: the most by which the potential may rise over each span, in their order
    :param floor: known lower bounds to start from, such as those for wider caps
    :param ceiling: known upper bounds, which keep the rises themselves: so a potential
        can pass them first where a span raises its start
    :raises TooTight: if no potentials at or below the ceiling keep the caps
    """
    return _Ascent(chain, caps, floor or [0] * chain.nodes, ceiling).climb()


def longest_from(source: int, chain: Chain, caps: Sequence[int]) -> list[int]:
    """Return the length of a longest path from one node to each.

    :raises TooTight: if there is none, because a circle rises
    """
    floor = [_NOWHERE] * chain.nodes
    floor[source] = 0
    return _Ascent(chain, caps, floor).climb()


def longest_path(chain: Chain, caps: Sequence[int]) -> list[Edge]:
    """Return the edges of a longest path from the first node to the last, last first.

    An edge whose first node lies right of its second goes back over a span.

    :raises TooTight: if there is none, because a circle rises
    """
    floor = [_NOWHERE] * chain.nodes
    floor[0] = 0
    ascent = _Ascent(chain, caps, floor)
    ascent.climb()
    walk, _ = ascent.walk_to(chain.nodes - 1)
    return walk


class _Ascent:
    """Potentials on their way up, and for each node the edge that raised it last."""

    def __init__(
        self,
        chain: Chain,
        caps: Sequence[int],
        floor: Sequence[int],
        ceiling: Sequence[int] | None = None,
    ) -> None:
        self.chain = chain
        self.floor = floor
        self.ceiling = ceiling
        self.values = list(floor)
        self.came: list[Edge | None] = [None] * chain.nodes
        # An edge back over each span, in order of the span's end.
        self.backward: list[Edge] = [
            (end, start, -cap)
            for (start, end), cap in zip(chain.spans, caps, strict=True)
        ]
        self.backward.sort()

    def climb(self) -> list[int]:
        """Raise every node as far as the constraints demand, and return the values."""
        reached = 0
        for place, (end, _, _) in enumerate(self.backward):
            self.go_forward(reached, end)
            self.settle(place)
            reached = end
        self.go_forward(reached, self.chain.nodes - 1)
        return self.values

    def go_forward(self, after: int, to: int) -> None:
        """Keep every rise that ends behind one node and not behind another."""
        values, came = self.values, self.came
        for edge in self.chain.rises_into(after, to):
            start, end, by = edge
            raised = values[start] + by
            if raised > values[end]:
                values[end] = raised
                came[end] = edge

    def settle(self, place: int) -> None:
        """Keep the caps of a span and of those before it."""
        top = self.backward[place][0]
        low, rounds = top, 0
        while True:
            raised, low, seen = self._go_back(place, low)
            if raised is None:
                return
            rounds += 1
            # More turns than spans: the walk goes in a circle, higher every time.
            if rounds > seen:
                raise self._too_tight(raised)
            self.go_forward(low, top)

    def _go_back(self, place: int, low: int) -> tuple[int | None, int, int]:
        """Raise the starts of spans, from one leftward, as long as they may be raised.

        :returns: a node that was raised, if any; the lowest raised so far; and how many
            spans were looked at
        """
        values, raised, seen = self.values, None, 0
        while place >= 0 and (edge := self.backward[place])[0] >= low:
            end, start, by = edge
            if values[end] + by > values[start]:
                values[start] = values[end] + by
                self.came[start] = edge
                if self.ceiling is not None and values[start] > self.ceiling[start]:
                    raise self._too_tight(start)
                raised, low = start, min(low, start)
            place -= 1
            seen += 1
        return raised, low, seen

    def walk_to(self, node: int) -> tuple[list[Edge], bool]:
        """Return the edges that raised a node, last first, back to where it began.

        :returns: the walk and False, or only the circle in it and True
        """
        walk: list[Edge] = []
        met: dict[int, int] = {}
        while node not in met and (edge := self.came[node]) is not None:
            met[node] = len(walk)
            walk.append(edge)
            node = edge[0]
        return (walk[met[node] :], True) if node in met else (walk, False)

    def _too_tight(self, node: int) -> TooTight:
        """Return why the caps cannot be kept where a node was raised too far."""
        walk, is_circle = self.walk_to(node)
        excess = sum(by for _, _, by in walk)
        if not is_circle:
            assert self.ceiling is not None
            excess += self.floor[walk[-1][0]] - self.ceiling[node]
        return TooTight(excess, [(to, at) for at, to, _ in walk if to < at])
