"""The order book of one charger: checked once, so that all else may trust it.

Times are slots of 15 minutes counted from the book's first one; money is whole
thousandths of a minor unit ("milli"). No clock and no person appears here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from app.kernel.errors import DomainError

# Above any honest price, and small enough that no input makes the work expensive.
MAX_MILLI = 10**15
MAX_CAPACITY = 1_000


class BadBook(DomainError):
    """The order book is not one; the message says what is odd, and where."""


@dataclass(frozen=True, slots=True)
class Bid:
    """The wish to have the slots [start, end) for at most a sealed maximum.

    :param id: unique in its book
    :param start: first slot wanted, counted from the first slot of the book
    :param end: first slot no longer wanted
    :param maximum: milli for the whole interval, the reserve included
    """

    id: str
    start: int
    end: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that decides who gets which time at which price.

    :param reserve: milli per slot below which the owner does not sell
    :param bids: in order of submission, which breaks ties
    :param capacity: identical connectors that sell each slot side by side

    :raises BadBook: if anything in it is odd
    """

    reserve: tuple[int, ...]
    bids: tuple[Bid, ...]
    capacity: int = 1

    def __post_init__(self) -> None:
        if not _is_whole(self.capacity, 1, MAX_CAPACITY):
            raise BadBook(f"The capacity is a whole number from 1 to {MAX_CAPACITY}.")
        for slot, price in enumerate(self.reserve):
            if not _is_whole(price, 0, MAX_MILLI):
                raise BadBook(f"The reserve of slot {slot} {_AMOUNT}")
        seen: set[str] = set()
        for place, bid in enumerate(self.bids, start=1):
            if (problem := _problem_of(bid, len(self.reserve))) is not None:
                raise BadBook(f"Bid number {place}: {problem}")
            seen.add(bid.id)
            if len(seen) < place:
                raise BadBook(f"Bid number {place}: another bid has the id {bid.id!r}.")

    @property
    def slots(self) -> int:
        """Return how many slots the book sells."""
        return len(self.reserve)

    def premiums(self) -> list[int]:
        """Return for each bid its maximum minus the reserve of its interval, in milli.

        Below zero the bid is only a price alert: it takes no part in the clearing.
        """
        until = [0, *accumulate(self.reserve)]
        return [bid.maximum - until[bid.end] + until[bid.start] for bid in self.bids]

    @classmethod
    def from_dict(cls, document: object) -> Book:
        """Return the book that a JSON document describes; unknown keys are ignored.

        >>> Book.from_dict({"slots": 1, "reserve": [5], "bids": [
        ...     {"id": "a", "start": 0, "end": 1, "maximum": 9}]}).bids
        (Bid(id='a', start=0, end=1, maximum=9),)

        :raises BadBook: if the document is not a book
        """
        if not isinstance(document, Mapping):
            raise BadBook('A book is an object with "slots", "reserve" and "bids".')
        reserve, bids = _list_in(document, "reserve"), _list_in(document, "bids")
        if not _is_whole(document.get("slots"), 0, len(reserve)) or (
            document["slots"] != len(reserve)
        ):
            raise BadBook(f'"slots" must be {len(reserve)}, one for each reserve.')
        return cls(
            reserve=tuple(reserve),
            bids=tuple(_bid_from(each, place) for place, each in enumerate(bids, 1)),
            capacity=document.get("capacity", 1),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the book as the JSON document that :meth:`from_dict` reads."""
        return {
            "slots": self.slots,
            "reserve": list(self.reserve),
            "bids": [
                {"id": b.id, "start": b.start, "end": b.end, "maximum": b.maximum}
                for b in self.bids
            ],
            "capacity": self.capacity,
        }


_AMOUNT = f"is not a whole number of milli from 0 to {MAX_MILLI}."


def _is_whole(value: object, low: int, high: int) -> bool:
    """Return whether it is an integer in the range; true and 1.0 are none."""
    return type(value) is int and low <= value <= high


def _problem_of(bid: Bid, slots: int) -> str | None:
    """Return what is odd about a bid, or None."""
    if type(bid.id) is not str or not bid.id:
        return "its id is not a text."
    if not _is_whole(bid.start, 0, slots) or not _is_whole(bid.end, 0, slots):
        return f"its start and end are not whole slots from 0 to {slots}."
    if bid.start >= bid.end:
        return f"it ends at slot {bid.end}, not after its start at slot {bid.start}."
    if not _is_whole(bid.maximum, 0, MAX_MILLI):
        return f"its maximum {_AMOUNT}"
    return None


def _list_in(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        raise BadBook(f'The book needs a list "{key}".')
    return value


def _bid_from(document: object, place: int) -> Bid:
    """Return the bid that a JSON object describes; a number as id becomes a text."""
    if not isinstance(document, Mapping):
        raise BadBook(f"Bid number {place}: it is not an object.")
    for key in ("id", "start", "end", "maximum"):
        if key not in document:
            raise BadBook(f'Bid number {place}: "{key}" is missing.')
    name = document["id"]
    return Bid(
        id=str(name) if type(name) is int else name,
        start=document["start"],
        end=document["end"],
        maximum=document["maximum"],
    )
