"""What each winner would have to pay alone: its personal minimum (Vickrey's price)."""

from __future__ import annotations

from app.auctions.domain.allocation import Allocation
from app.auctions.domain.bids import Book


def personal_minima(book: Book, found: Allocation) -> list[int]:
    """Return for each winner the smallest premium with which it would still win.

    The best selection without winner i crosses the cut just after i's start, either
    idle or with another bid j, and what crosses that cut with j is not i:
    ``W(-i) = max(before[s] + after[s + 1], max over j of before + w + after)``, and the
    minimum is ``W(-i) - (W - w_i)``. Painting the starts with the bids in order of
    falling value gives all minima in O(n log n).
    """
    winners = set(found.winners)
    starts = [book.bids[place].start for place in found.winners]
    without = [found.before[s] + found.after[s + 1] for s in starts]
    for place, bid in enumerate(book.bids):
        if found.premiums[place] < 0 or place in winners:
            continue
        through = found.before[bid.start] + found.tilted[place] + found.after[bid.end]
        for index, start in enumerate(starts):
            if bid.start <= start < bid.end:
                without[index] = max(without[index], through)
    return [
        through // found.scale - (found.value - found.premiums[place])
        for through, place in zip(without, found.winners, strict=True)
    ]
