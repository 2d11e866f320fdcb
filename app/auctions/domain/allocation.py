"""Who wins: the compatible bids with the largest total premium, exactly.

One charger sells each slot once, so winners do not overlap. Two sweeps over the slots
find the best selection on either side of every instant, in O(bids + slots).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.auctions.domain.bids import Book


@dataclass(frozen=True, slots=True)
class Allocation:
    """The winners of a book, and the values from which quotes and minima follow.

    Values are *tilted*: a premium times ``scale``, plus one point for every bid that
    was submitted at the same time or later. The points of compatible bids never add up
    to ``scale``, so a tilted value divided by it is the true one, and between equal
    true values the earlier bids have the larger tilted value.

    :param premiums: of each bid, milli above the reserve; below zero takes no part
    :param tilted: of each bid
    :param before: tilted best of the bids that end at or before each slot
    :param after: tilted best of the bids that start at or after each slot
    :param winners: places in the book, in order of start
    """

    premiums: list[int]
    tilted: list[int]
    scale: int
    before: list[int]
    after: list[int]
    winners: tuple[int, ...]

    @property
    def value(self) -> int:
        """Return the winners' total premium above the reserve, in milli."""
        return self.before[-1] // self.scale


def allocate(book: Book) -> Allocation:
    """Return the selection of largest total premium; the capacity counts as one.

    Among equal totals the larger sum of seniority points wins (n points for the first
    of n bids, one for the last). If those are equal too, later slots decide: idle goes
    before sold, then the bid submitted first.
    """
    count, premiums = len(book.bids), book.premiums()
    scale = 1 << (count * min(count, book.slots)).bit_length()
    tilted = [w * scale + count - place for place, w in enumerate(premiums)]
    ending: list[list[int]] = [[] for _ in range(book.slots + 1)]
    starting: list[list[int]] = [[] for _ in range(book.slots + 1)]
    for place, (bid, premium) in enumerate(zip(book.bids, premiums, strict=True)):
        if premium >= 0:
            ending[bid.end].append(place)
            starting[bid.start].append(place)
    starts, ends = [b.start for b in book.bids], [b.end for b in book.bids]
    before, choice = _sweep(ending, starts, tilted)
    mirrored, _ = _sweep(starting[::-1], [book.slots - end for end in ends], tilted)
    return Allocation(
        premiums=premiums,
        tilted=tilted,
        scale=scale,
        before=before,
        after=mirrored[::-1],
        winners=_trace(choice, starts),
    )


def _sweep(
    ending: list[list[int]], starts: list[int], tilted: list[int]
) -> tuple[list[int], list[int]]:
    """Return the best value up to each slot, and the bid that it ends with, or -1."""
    best, choice = [0] * len(ending), [-1] * len(ending)
    for slot in range(1, len(ending)):
        value, chosen = best[slot - 1], -1
        for place in ending[slot]:
            candidate = best[starts[place]] + tilted[place]
            if candidate > value:
                value, chosen = candidate, place
        best[slot], choice[slot] = value, chosen
    return best, choice


def _trace(choice: list[int], starts: list[int]) -> tuple[int, ...]:
    """Return the bids of the best selection, walking back from the last slot."""
    winners, slot = [], len(choice) - 1
    while slot > 0:
        place = choice[slot]
        if place < 0:
            slot -= 1
        else:
            winners.append(place)
            slot = starts[place]
    return tuple(reversed(winners))
