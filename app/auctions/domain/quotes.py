"""Quotes while bids are pending: what a time would displace, and its book-now price."""

from __future__ import annotations

from functools import cached_property

from app.auctions.domain.allocation import allocate
from app.auctions.domain.bids import Book
from app.auctions.domain.capacity import SharedSite
from app.auctions.domain.clearing import Clearing, clear

# Fifty minor units: coarse enough that a price hardly tells what others have bid.
STEP_MILLI = 50_000


class Quoter:
    """The pending bids of a book, made ready to answer any number of quotes."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._quoted = allocate(book) if book.capacity == 1 else SharedSite(book)

    @cached_property
    def clearing(self) -> Clearing:
        """Return what the book would clear to now."""
        return clear(self._book)

    @property
    def standing(self) -> tuple[str, ...]:
        """Return the ids of the bids that lead, in order of start."""
        return self.clearing.winners

    @property
    def slot_prices(self) -> tuple[int, ...]:
        """Return the current price of every slot, in milli."""
        return self.clearing.slot_prices

    def displaced(self, start: int, end: int) -> int:
        """Return the premium of the pending bids that selling [start, end) displaces.

        In milli; O(1) for one connector. It tells what others have bid: only quantized
        prices made from it may be shown.
        """
        total, kept = self._quoted.totals(start, end)
        return total // self._quoted.scale - kept // self._quoted.scale

    def wins(self, start: int, end: int, premium: int) -> bool:
        """Return whether a new bid of this premium, in milli, would lead right now.

        A bid that just equals what it displaces does not: it came last. On free time a
        premium of 0 is enough.
        """
        total, kept = self._quoted.totals(start, end)
        return premium >= 0 and (total == kept or premium > self.displaced(start, end))


def book_now_total(
    model_total: int, reserve_total: int, displaced: int, step: int = STEP_MILLI
) -> int:
    """Return the price for which an interval may be bought at once, in milli.

    It is the model's price, or the reserve plus what the purchase displaces if that is
    more, rounded up to whole steps; so no purchase ever lowers the total value.
    """
    floor = reserve_total + displaced
    if floor <= model_total:
        return model_total
    return -(-floor // step) * step
