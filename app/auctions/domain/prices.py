"""Slot prices: the lowest at which no loser would pay more and no winner less.

On one charger such prices are exactly the core (the bids form an interval matrix, so
linear programming duality gives prices per slot), and as a potential over time, the
income up to each slot, they are difference constraints: integers, solved by longest
paths.
"""

from __future__ import annotations

from app.auctions.domain.allocation import Allocation
from app.auctions.domain.bids import Book


def core_prices(
    book: Book, found: Allocation, minima: list[int]
) -> tuple[list[int], int]:
    """Return the premium of each slot, and the top-up, both in milli.

    The top-up is the smallest amount such that prices exist at which every winner pays
    at most its personal minimum plus that amount (and its maximum), while the income is
    the smallest that leaves no loser an offer the owner should have preferred.
    """
    sold = [False] * book.slots
    for place in found.winners:
        bid = book.bids[place]
        sold[bid.start : bid.end] = [True] * (bid.end - bid.start)
    eligible = [b for b, w in zip(book.bids, found.premiums, strict=True) if w >= 0]
    points = sorted(
        {0, book.slots, *(b.start for b in eligible), *(b.end for b in eligible)}
    )
    node: dict[int, int] = {}
    count = -1
    for point in points:
        count += point == 0 or sold[point - 1]
        node[point] = count
    nodes = count + 1
    into: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    out: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    taken = set(found.winners)
    for place, (bid, w) in enumerate(zip(book.bids, found.premiums, strict=True)):
        if w > 0 and place not in taken:
            into[node[bid.end]].append((node[bid.start], w))
            out[node[bid.start]].append((node[bid.end], w))
    spans = [(node[book.bids[p].start], node[book.bids[p].end]) for p in found.winners]
    most = [found.premiums[p] for p in found.winners]
    lowest = _rise(nodes, into, spans, most, None)
    assert lowest is not None
    income = lowest[-1]
    mirror = [(nodes - 1 - e, nodes - 1 - s) for s, e in reversed(spans)]
    outward = [[(nodes - 1 - e, w) for e, w in each] for each in reversed(out)]
    rest = _rise(nodes, outward, mirror, most[::-1], None)
    assert rest is not None
    bound = [income - d for d in reversed(rest)]
    low = max(0, -(-(income - sum(minima)) // len(most))) if most else 0
    high = max((w - v for w, v in zip(most, minima, strict=True)), default=0)
    low = min(low, high)
    while low < high:
        middle = (low + high) // 2
        caps = [min(w, v + middle) for w, v in zip(most, minima, strict=True)]
        if _rise(nodes, into, spans, caps, bound) is None:
            low = middle + 1
        else:
            high = middle
    caps = [min(w, v + low) for w, v in zip(most, minima, strict=True)]
    lowest = _rise(nodes, into, spans, caps, None)
    rest = _rise(nodes, outward, mirror, caps[::-1], None)
    assert lowest is not None
    assert rest is not None
    potential = [
        (a + income - b) // 2 for a, b in zip(lowest, reversed(rest), strict=True)
    ]
    prices = [0] * book.slots
    for a, b in zip(points, points[1:], strict=False):
        rise = potential[node[b]] - potential[node[a]]
        for offset in range(b - a):
            prices[a + offset] = rise * (offset + 1) // (b - a) - rise * offset // (
                b - a
            )
    return prices, low


def _rise(
    nodes: int,
    into: list[list[tuple[int, int]]],
    spans: list[tuple[int, int]],
    caps: list[int],
    bound: list[int] | None,
) -> list[int] | None:
    """Return the lowest potentials, or None where they pass the bound."""
    value = [0] * nodes
    while True:
        for node in range(1, nodes):
            best = max(value[node], value[node - 1])
            for start, w in into[node]:
                best = max(best, value[start] + w)
            value[node] = best
            if bound is not None and best > bound[node]:
                return None
        is_changed = False
        for (start, end), cap in zip(reversed(spans), reversed(caps), strict=True):
            if value[end] - cap > value[start]:
                value[start] = value[end] - cap
                is_changed = True
        if not is_changed:
            return value
