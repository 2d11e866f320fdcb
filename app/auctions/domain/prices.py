"""The price of every slot: the lowest at which the owner has nothing to regret.

Prices q (premiums above the reserve) are right if no loser offers more than the prices
of its slots, no winner less, and unsold slots are free. The bids form an interval
matrix, which is totally unimodular; so by linear programming duality the payments that
such prices make are exactly the *core*: those against which no group of bidders and the
owner could do better among themselves. Written as income up to each instant, the prices
are difference constraints, so they are longest paths and whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from operator import sub

from app.auctions.domain.allocation import Selection
from app.auctions.domain.potentials import Chain, Span, TooTight, lowest
from app.kernel.money import divide_up


@dataclass(frozen=True, slots=True)
class Layout:
    """Where prices may change, and the constraints that the bids put on them.

    :param points: slots where a bid begins or ends, the first and the last one
    :param nodes: the node of each point; where not everything is sold time is free, so
        that both sides of it are one node
    """

    capacity: int
    points: list[int]
    nodes: list[int]
    chain: Chain


@dataclass(frozen=True, slots=True)
class Contest:
    """What is known of a book before its prices are.

    :param winners: places in the book, in order of start
    :param premiums: of each winner: its maximum minus the reserve, in milli
    :param minima: of each winner: its personal minimum minus the reserve, in milli
    :param least_top_up: a lower bound of the top-up, if one is known
    """

    winners: list[int]
    premiums: list[int]
    minima: list[int]
    layout: Layout
    least_top_up: int = 0


def layout(found: Selection) -> Layout:
    """Return the layout of a book: of equal losers only the best makes a constraint."""
    points = sorted(
        {0, found.slots}.union(map(found.starts.__getitem__, found.eligible)).union(
            map(found.ends.__getitem__, found.eligible)
        )
    )
    load = _load(found)
    steps = [0] * (found.slots + 1)
    for point in points[1:]:
        steps[point] = load[point - 1] == found.capacity
    node = list(accumulate(steps))
    best: dict[Span, int] = {}
    for place in found.losers:
        premium = found.premiums[place]
        pair = node[found.starts[place]], node[found.ends[place]]
        if premium > best.get(pair, 0):
            best[pair] = premium
    chain = Chain.of(
        node[-1] + 1,
        [(start, end, premium) for (start, end), premium in best.items()],
        [(node[found.starts[w]], node[found.ends[w]]) for w in found.winners],
    )
    return Layout(found.capacity, points, [node[point] for point in points], chain)


def _load(found: Selection) -> list[int]:
    """Return how many winners have each slot."""
    change = [0] * (found.slots + 1)
    for winner in found.winners:
        change[found.starts[winner]] += 1
        change[found.ends[winner]] -= 1
    return list(accumulate(change))


def core_prices(contest: Contest) -> tuple[list[int], int]:
    """Return what each slot costs above its reserve, and the top-up, both in milli.

    1. The smallest income R of a connector is the longest path through the chain.
    2. The *top-up* is the smallest number such that caps of minimum + top-up (and of
       course the winner's own premium) still allow the income R.
    3. Within these caps the potentials are halfway between the lowest and the highest;
       rounded down they keep all constraints (the set is L-natural convex).
    4. Between two ends of bids nothing is known, so prices are spread evenly there.
    """
    where, most, minima = contest.layout, contest.premiums, contest.minima
    if not most:
        return [0] * where.points[-1], 0
    chain = where.chain
    low = lowest(chain, most)
    income = low[-1]
    to_come = lowest(chain.mirrored(), most)
    high = [income - rest for rest in reversed(to_come)]
    chain = chain.narrowed(low, high)
    average = divide_up(where.capacity * income - sum(minima), len(minima))
    least = max(average, contest.least_top_up)
    top_up, low = _equal_top_up(chain, most, minima, least, low, high)
    caps = _caps(most, minima, top_up)
    to_come = lowest(chain.mirrored(), caps, floor=to_come)
    potentials = [
        (lower + income - rest) // 2
        for lower, rest in zip(low, reversed(to_come), strict=True)
    ]
    return _spread(where.points, [potentials[node] for node in where.nodes]), top_up


def _equal_top_up(
    chain: Chain,
    most: list[int],
    minima: list[int],
    top_up: int,
    low: list[int],
    high: list[int],
) -> tuple[int, list[int]]:
    """Return the smallest top-up that the constraints allow, and the lowest potentials.

    Newton's method from below: a walk that rises too far with one top-up shows by how
    much it must at least grow, for each of the walk's spans gives way by as much. The
    excess of all walks together is convex in the top-up, so the steps never go too far.

    :param top_up: one that is not too large, to start from
    """
    while True:
        caps = _caps(most, minima, top_up)
        try:
            return top_up, lowest(chain, caps, floor=low, ceiling=high)
        except TooTight as walk:
            elastic = {
                span
                for span, cap, top in zip(chain.spans, caps, most, strict=True)
                if cap < top
            }
            count = sum(span in elastic for span in walk.spans)
            top_up += divide_up(walk.excess, count)


def _caps(most: list[int], minima: list[int], top_up: int) -> list[int]:
    return [min(top, least + top_up) for top, least in zip(most, minima, strict=True)]


def _spread(points: list[int], potentials: list[int]) -> list[int]:
    """Return the price of each slot: every rise evenly over the slots it has."""
    prices = [0] * points[-1]
    left = below = 0
    for right, above in zip(points, potentials, strict=True):
        rise, length = above - below, right - left
        if rise and length == 1:
            prices[left] = rise
        elif rise:
            until = [rise * count // length for count in range(length + 1)]
            prices[left:right] = map(sub, until[1:], until)
        left, below = right, above
    return prices
