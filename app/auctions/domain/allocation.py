"""Who wins: the compatible bids with the largest total premium, exactly.

One connector sells each slot once, so winners do not overlap. Two sweeps over the bids
find the best selection on either side of every instant.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.auctions.domain.bids import Book


@dataclass(frozen=True, slots=True)
class Selection:
    """The winners of a book. Bids are known by their places in the book.

    :param starts: of each bid
    :param ends: of each bid
    :param premiums: of each bid: maximum minus reserve, in milli; below zero it takes
        no part
    :param eligible: places of the bids that take part, in order of submission
    :param winners: places, in order of start
    """

    slots: int
    capacity: int
    starts: list[int]
    ends: list[int]
    premiums: list[int]
    eligible: list[int]
    winners: list[int]

    @property
    def value(self) -> int:
        """Return the winners' total premium above the reserve, in milli."""
        return sum(self.premiums[place] for place in self.winners)

    @property
    def losers(self) -> list[int]:
        """Return the places of the bids that took part and did not win."""
        winning = set(self.winners)
        return [place for place in self.eligible if place not in winning]


@dataclass(frozen=True, slots=True)
class Allocation(Selection):
    """The winners of one connector, and the values that quotes and minima follow from.

    Values are *tilted*: a premium times ``scale``, plus seniority points, n for the
    first of n bids and one for the last. The points of compatible bids never add up to
    ``scale``; so a tilted value divided by it is the true one, and among selections of
    equal value the one with more points is the largest.

    :param before: tilted best of the bids that end at or before each slot
    :param after: tilted best of the bids that start at or after each slot
    """

    scale: int
    before: list[int]
    after: list[int]

    def totals(self, start: int, end: int) -> tuple[int, int]:
        """Return the tilted value of all, and what of it is kept without [start, end).

        Their difference is ``D = W - before[start] - after[end]``, in O(1).
        """
        return self.before[-1], self.before[start] + self.after[end]


def allocate(book: Book) -> Allocation:
    """Return the selection of the largest total premium, for a capacity of one.

    1. The best value up to a slot leaves it idle or ends with a bid there:
       ``before[t] = max(before[t-1], max over bids ending at t of before[s] + w)``.
    2. The same from the right gives ``after``; walking back gives the winners.

    Among equals the latest slots decide: idle first, then the earlier bid. O(n log n).
    """
    count, slots, premiums = len(book.bids), book.slots, book.premiums()
    starts, ends = [bid.start for bid in book.bids], [bid.end for bid in book.bids]
    eligible = [place for place, premium in enumerate(premiums) if premium >= 0]
    scale = scale_for(count, slots)
    tilted = [w * scale + count - place for place, w in enumerate(premiums)]
    order = sorted(eligible, key=ends.__getitem__)
    before, chosen = sweep(
        [starts[place] for place in order],
        [ends[place] for place in order],
        [tilted[place] for place in order],
        slots,
    )
    back = sorted(eligible, key=starts.__getitem__, reverse=True)
    mirrored, _ = sweep(
        [slots - ends[place] for place in back],
        [slots - starts[place] for place in back],
        [tilted[place] for place in back],
        slots,
    )
    return Allocation(
        slots=slots,
        capacity=1,
        starts=starts,
        ends=ends,
        premiums=premiums,
        eligible=eligible,
        winners=[order[index] for index in chosen],
        scale=scale,
        before=before,
        after=mirrored[::-1],
    )


def scale_for(count: int, slots: int) -> int:
    """Return what premiums are multiplied by, more than all points of compatible bids.

    >>> scale_for(3, 96)  # At most 3 + 2 + 1 points.
    16
    """
    return 1 << (count * min(count, slots)).bit_length()


def sweep(
    starts: list[int], ends: list[int], values: list[int], slots: int
) -> tuple[list[int], list[int]]:
    """Return the best value up to each slot, and the best selection of intervals.

    :param starts: of the intervals, which are in order of their end
    :returns: the values, and the selected intervals, in order of time
    """
    best, last = [0] * (slots + 1), [-1] * (slots + 1)
    slot = value = 0
    indexes = range(len(starts))
    for index, start, end, worth in zip(indexes, starts, ends, values, strict=True):
        if end > slot:
            best[slot:end] = [value] * (end - slot)
            slot = end
        candidate = best[start] + worth
        if candidate > value:
            value = candidate
            last[end] = index
    best[slot:] = [value] * (slots + 1 - slot)
    selected, slot = [], slots
    while slot > 0:
        index = last[slot]
        if index < 0:
            slot -= 1
        else:
            selected.append(index)
            slot = starts[index]
    return best, selected[::-1]
