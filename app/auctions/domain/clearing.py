"""Clearing a book: winners, what each pays and why, and the price of every slot."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from operator import add
from typing import Any

from app.auctions.domain import bulk
from app.auctions.domain.allocation import Selection, allocate
from app.auctions.domain.bids import Book
from app.auctions.domain.capacity import SharedSite
from app.auctions.domain.minima import personal_minima
from app.auctions.domain.prices import Contest, core_prices, layout


@dataclass(frozen=True, slots=True)
class Clearing:
    """The answer to a book; all money in milli, the reserve included unless said.

    :param winners: ids in order of start (of submission, where two start together)
    :param payments: of each winner: the sum of the slot prices of its interval
    :param personal_minimum: of each winner: what it would have had to bid alone
    :param slot_prices: of every slot; the reserve where nothing is sold
    :param income: sum of the payments
    :param top_up: no winner pays more than this above its personal minimum
    :param value: sum of the winners' maxima minus the reserve of their intervals
    """

    winners: tuple[str, ...]
    payments: dict[str, int]
    personal_minimum: dict[str, int]
    slot_prices: tuple[int, ...]
    income: int
    top_up: int
    value: int

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as its JSON document."""
        return {
            "winners": list(self.winners),
            "payments": self.payments,
            "personal_minimum": self.personal_minimum,
            "slot_prices": list(self.slot_prices),
            "income": self.income,
            "top_up": self.top_up,
            "value": self.value,
        }


def clear(book: Book) -> Clearing:
    """Return who wins and who pays what.

    >>> from app.auctions.domain.bids import Bid
    >>> book = Book(reserve=(0, 0), bids=(
    ...     Bid("Anna", 0, 1, 1000), Bid("Bo", 1, 2, 1000), Bid("Cem", 0, 2, 1200)))
    >>> clear(book).payments
    {'Anna': 600, 'Bo': 600}
    """
    contest = _contest(book)
    premiums, top_up = core_prices(contest)
    prices = tuple(map(add, book.reserve, premiums))
    paid_until = [0, *accumulate(prices)]
    reserve_until = [0, *accumulate(book.reserve)]
    winning = [book.bids[place] for place in contest.winners]
    payments = {b.id: paid_until[b.end] - paid_until[b.start] for b in winning}
    return Clearing(
        winners=tuple(b.id for b in winning),
        payments=payments,
        personal_minimum={
            b.id: reserve_until[b.end] - reserve_until[b.start] + minimum
            for b, minimum in zip(winning, contest.minima, strict=True)
        },
        slot_prices=prices,
        income=sum(payments.values()),
        top_up=top_up,
        value=sum(contest.premiums),
    )


def _contest(book: Book) -> Contest:
    """Return the winners, their minima and the constraints on prices."""
    if bulk.suits(book):
        return bulk.contest(book)
    found: Selection
    if book.capacity == 1:
        found = allocation = allocate(book)
        minima = personal_minima(allocation)
    else:
        site = SharedSite(book)
        found, minima = site.selection(), site.personal_minima()
    premiums = [found.premiums[place] for place in found.winners]
    return Contest(found.winners, premiums, minima, layout(found))
