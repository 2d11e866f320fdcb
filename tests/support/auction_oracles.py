"""Slow and plain answers to what the auction's engine computes, to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
from scipy.optimize import linprog

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import Clearing

Packing = tuple[int, ...]


def premiums(book: Book) -> list[int]:
    """Return each bid's maximum minus the reserve of its slots."""
    return [bid.maximum - sum(book.reserve[bid.start : bid.end]) for bid in book.bids]


def packings(book: Book) -> Iterator[Packing]:
    """Yield every set of bids that the site can serve together, the empty one too."""
    worth = premiums(book)

    def extend(chosen: Packing, place: int, load: tuple[int, ...]) -> Iterator[Packing]:
        if place == len(book.bids):
            yield chosen
            return
        yield from extend(chosen, place + 1, load)
        bid = book.bids[place]
        wanted = range(bid.start, bid.end)
        if worth[place] >= 0 and all(load[slot] < book.capacity for slot in wanted):
            more = tuple(units + (slot in wanted) for slot, units in enumerate(load))
            yield from extend((*chosen, place), place + 1, more)

    yield from extend((), 0, (0,) * book.slots)


def best_value(book: Book, without: int | None = None) -> int:
    """Return the largest total premium, by trying every packing."""
    worth = premiums(book)
    return max(
        sum(worth[place] for place in packing)
        for packing in packings(book)
        if without not in packing
    )


def best_value_by_highs(book: Book, without: int | None = None) -> int:
    """Return the largest total premium, by linear programming."""
    worth = premiums(book)
    places = [p for p, premium in enumerate(worth) if premium > 0 and p != without]
    if not places:
        return 0
    loads = np.zeros((book.slots, len(places)))
    for column, place in enumerate(places):
        loads[book.bids[place].start : book.bids[place].end, column] = 1
    solved = linprog(
        [-worth[place] for place in places],
        A_ub=loads,
        b_ub=[book.capacity] * book.slots,
        bounds=(0, 1),
    )
    return round(-solved.fun)


def core_rows(book: Book, winners: Sequence[int]) -> list[tuple[tuple[int, ...], int]]:
    """Return the core: these winners together pay at least that premium, per packing.

    A packing blocks what is decided if its bidders and the owner could do better by
    themselves; so the winners it leaves out must pay what its losers offer.
    """
    worth, winning = premiums(book), set(winners)
    return [
        (
            tuple(sorted(winning - set(packing))),
            sum(worth[place] for place in packing if place not in winning),
        )
        for packing in packings(book)
    ]


def core_income(book: Book, winners: Sequence[int]) -> int:
    """Return the smallest premium income in the core, by linear programming."""
    if not winners:
        return 0
    worth, column = premiums(book), {place: i for i, place in enumerate(winners)}
    rows = core_rows(book, winners)
    matrix = np.zeros((len(rows), len(winners)))
    for row, (group, _) in enumerate(rows):
        matrix[row, [column[place] for place in group]] = -1
    solved = linprog(
        [1] * len(winners),
        A_ub=matrix,
        b_ub=[-least for _, least in rows],
        bounds=[(0, worth[place]) for place in winners],
    )
    return round(solved.fun)


def places_of(book: Book, clearing: Clearing) -> list[int]:
    """Return the winners' places in the book."""
    place = {bid.id: index for index, bid in enumerate(book.bids)}
    return [place[name] for name in clearing.winners]


def price_of(clearing: Clearing, bid: Bid) -> int:
    """Return what the slot prices make of a bid's interval."""
    return sum(clearing.slot_prices[bid.start : bid.end])


def plain_prices(
    book: Book, winners: Sequence[int], minima: Sequence[int], top_up: int | None = None
) -> tuple[list[int], int]:
    """Return slot premiums and top-up of one connector, by relaxing all edges at once.

    As the rule is written: every slot is a node, bisection finds the top-up, and
    Bellman and Ford's method the lowest and the highest potentials.
    """
    worth = premiums(book)
    most = [worth[place] for place in winners]
    free = _potentials(book, winners, most)
    assert free is not None
    income = free[-1]

    def caps(amount: int) -> list[int]:
        return [min(w, v + amount) for w, v in zip(most, minima, strict=True)]

    low, high = 0, max((w - v for w, v in zip(most, minima, strict=True)), default=0)
    while low < high:
        middle = (low + high) // 2
        found = _potentials(book, winners, caps(middle))
        if found is not None and found[-1] == income:
            high = middle
        else:
            low = middle + 1
    lowest = _potentials(book, winners, caps(low))
    mirrored = Book(
        book.reserve[::-1],
        tuple(
            Bid(b.id, book.slots - b.end, book.slots - b.start, b.maximum)
            for b in book.bids
        ),
    )
    to_come = _potentials(mirrored, winners, caps(low))
    assert lowest is not None
    assert to_come is not None
    potentials = [
        (a + income - b) // 2 for a, b in zip(lowest, reversed(to_come), strict=True)
    ]
    return _even(book, potentials), low


def _potentials(
    book: Book, winners: Sequence[int], caps: Sequence[int]
) -> list[int] | None:
    """Return the lowest potentials of all slots, or None if there are none."""
    worth, winning = premiums(book), set(winners)
    edges = [(slot, slot + 1, 0) for slot in range(book.slots)]
    sold = {s for p in winners for s in range(book.bids[p].start, book.bids[p].end)}
    edges += [(s + 1, s, 0) for s in range(book.slots) if s not in sold]
    edges += [
        (bid.start, bid.end, worth[place])
        for place, bid in enumerate(book.bids)
        if worth[place] >= 0 and place not in winning
    ]
    edges += [
        (book.bids[place].end, book.bids[place].start, -cap)
        for place, cap in zip(winners, caps, strict=True)
    ]
    values = [0] * (book.slots + 1)
    for _ in range(book.slots + 2):
        before = list(values)
        for start, end, by in edges:
            values[end] = max(values[end], values[start] + by)
        if values == before:
            return values
    return None


def _even(book: Book, potentials: Sequence[int]) -> list[int]:
    """Return the slots' prices, spread evenly between ends of eligible bids."""
    worth = premiums(book)
    points = {0, book.slots}
    for bid, premium in zip(book.bids, worth, strict=True):
        if premium >= 0:
            points |= {bid.start, bid.end}
    ordered, prices = sorted(points), []
    for left, right in zip(ordered, ordered[1:], strict=False):
        rise, length = potentials[right] - potentials[left], right - left
        until = [rise * count // length for count in range(length + 1)]
        prices += [b - a for a, b in zip(until, until[1:], strict=False)]
    return prices


def reserve_of(book: Book, bid: Bid) -> int:
    """Return the reserve of a bid's interval."""
    until = [0, *accumulate(book.reserve)]
    return until[bid.end] - until[bid.start]
