"""The mechanisms of the market simulation: a fixed price, and the rolling auction.

The auction clears with the product's own engine and quotes with its own displacement;
only the order of events (arrivals, then decisions) is played here. Slots and
milli-minor throughout; no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.gates import LAST_CALL_MIN
from app.auctions.domain.quotes import Quoter, book_now_total
from app.pricing.domain.plan import DEFAULT_GATE_MIN
from benchmarks.market_world import SLOT_MIN, SLOTS_A_DAY, Request

GATE = DEFAULT_GATE_MIN // SLOT_MIN
LAST_CALL = LAST_CALL_MIN // SLOT_MIN


class Prices(Protocol):
    """What the auction asks of its prices; milli-minor for whole intervals."""

    def reserve(self, slot: int) -> int:
        """Return the reserve of one slot."""

    def book_now(self, now: int, start: int, end: int) -> int:
        """Return what the model asks now for the slots, pending bids aside."""


@dataclass(frozen=True, slots=True)
class Sale:
    """One wish served: what was paid, and how it came about."""

    request: Request
    paid: int
    how: str


def first_come(
    requests: Sequence[Request], slot_price: int, kwh_margin: int = 0
) -> tuple[Sale, ...]:
    """Sell at one price per slot to whoever asks first and finds the time free.

    :param kwh_margin: what the owner adds to each kWh, in milli-minor
    """
    taken: set[int] = set()
    sales = []
    for request in requests:
        wish = range(request.start, request.end)
        paid = slot_price * len(wish) + kwh_margin * request.energy_wh // 1000
        if paid <= request.value and taken.isdisjoint(wish):
            taken.update(wish)
            sales.append(Sale(request, paid, "fixed"))
    return tuple(sales)


class Rolling:
    """One charger's order book under the rolling gate.

    Drivers who need certainty look at the book-now price and buy or leave. The others
    set a maximum when they ask before the gate; after it they buy at the instant price
    or, if that is too dear, wait for the last call.
    """

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.taken: set[int] = set()
        self.pending: list[tuple[Request, int]] = []
        self.sales: list[Sale] = []

    def copy(self) -> Rolling:
        """Return the same book, to be continued differently."""
        other = Rolling(self.prices)
        other.taken = set(self.taken)
        other.pending = list(self.pending)
        return other

    def arrive(self, request: Request, maximum: int) -> None:
        """Let a driver act who would pay at most the maximum."""
        now, wish = request.asked, range(request.start, request.end)
        if not self.taken.isdisjoint(wish):
            return
        early = request.start - now > GATE  # The closing instant itself is late.
        if early and not request.needs_certainty:
            self._bid(request, maximum)
            return
        price = self._book_now(now, request)
        if price <= maximum:
            self._sell(request, price, "book now" if early else "instant")
        elif not early and request.start - now > LAST_CALL:
            self._bid(request, maximum)

    def decide(self, now: int) -> None:
        """Commit what is due now: gates first, then last calls."""
        for lead, how in ((GATE, "gate"), (LAST_CALL, "last call")):
            start = now + lead
            if not any(request.start == start for request, _ in self.pending):
                continue
            self._commit(start, how)
            if lead == LAST_CALL:
                self.pending = [one for one in self.pending if one[0].start != start]

    def waits(self, request: Request) -> bool:
        """Return whether the driver's bid is still undecided."""
        return any(one is request for one, _ in self.pending)

    def forget(self, now: int) -> None:
        """Drop slots of the past, which no wish can touch any more."""
        self.taken = {slot for slot in self.taken if slot >= now}

    def _bid(self, request: Request, maximum: int) -> None:
        reserve = sum(map(self.prices.reserve, range(request.start, request.end)))
        if maximum >= reserve:
            self.pending.append((request, maximum))

    def _book_now(self, now: int, request: Request) -> int:
        start, end = request.start, request.end
        model = self.prices.book_now(now, start, end)
        reserve = sum(map(self.prices.reserve, range(start, end)))
        displaced = 0
        if any(one.start < end and start < one.end for one, _ in self.pending):
            bids = [*self.pending]
            first = min(start, *(one.start for one, _ in bids))
            last = max(end, *(one.end for one, _ in bids))
            quoter = Quoter(self._book(bids, first, last))
            displaced = quoter.displaced(start - first, end - first)
        return book_now_total(model, reserve, displaced)

    def _commit(self, start: int, how: str) -> None:
        bids = [one for one in self.pending if one[0].start >= start]
        last = max(request.end for request, _ in bids)
        cleared = clear(self._book(bids, start, last))
        by_id = {str(request.number): request for request, _ in bids}
        for winner in cleared.winners:
            if by_id[winner].start == start:
                self._sell(by_id[winner], cleared.payments[winner], how)

    def _book(self, bids: Sequence[tuple[Request, int]], first: int, last: int) -> Book:
        return Book(
            reserve=tuple(map(self.prices.reserve, range(first, last))),
            bids=tuple(
                Bid(
                    id=str(request.number),
                    start=request.start - first,
                    end=request.end - first,
                    maximum=maximum,
                )
                for request, maximum in bids
            ),
        )

    def _sell(self, request: Request, paid: int, how: str) -> None:
        wish = range(request.start, request.end)
        if not self.taken.isdisjoint(wish):
            raise AssertionError(f"Slots of wish {request.number} are sold twice.")
        self.taken.update(wish)
        self.sales.append(Sale(request, paid, how))
        self.pending = [
            one
            for one in self.pending
            if one[0].end <= request.start or request.end <= one[0].start
        ]


def by_time(requests: Sequence[Request]) -> dict[int, list[Request]]:
    """Return the wishes by the quarter hour in which they are made, in order."""
    found: dict[int, list[Request]] = {}
    for request in requests:
        found.setdefault(request.asked, []).append(request)
    return found


def auction(requests: Sequence[Request], prices: Prices) -> tuple[Sale, ...]:
    """Play all wishes through the rolling auction, everybody truthful."""
    book = Rolling(prices)
    arrivals = by_time(requests)
    for now in range(min(arrivals), max(each.start for each in requests) + 1):
        for request in arrivals.get(now, ()):
            book.arrive(request, request.value)
        book.decide(now)
        if now % SLOTS_A_DAY == 0:
            book.forget(now)
    return tuple(book.sales)
