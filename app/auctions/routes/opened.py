"""The bids of an opened decision in words: what was sealed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.auctions import service
from app.auctions.routes.strip import span_words
from app.chargers.service import Charger
from app.kernel.errors import NotFound
from app.kernel.money import MILLI, divide_half_even, format_minor
from app.kernel.period import Period
from app.kernel.slots import start_of

# Nobody reads more on a page; all of them are in the document.
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBid:
    """One bid that took part, with everything that its hash was made of.

    :param words: the sold time, turnaround included
    :param paid: what it pays if it won this start; empty if it did not
    """

    words: str
    maximum: str
    paid: str
    nonce: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The bids of an opened decision, and how many more its document holds."""

    bids: tuple[OpenedBid, ...] = ()
    left_out: int = 0


def opened_of(charger: Charger, number: int, currency: str) -> Opened:
    """Return the bids of a decision in the order they were placed.

    :returns: nothing where it is not open
    """
    try:
        told = service.document(charger_id=charger.id, number=number)
    except NotFound:
        # It was closed again between two looks: a wish that took part bids anew.
        return Opened()
    bids, payments = told["bids"], told["result"]["payments"]
    return Opened(
        bids=tuple(
            OpenedBid(
                words=span_words(_sold(bid, told["origin"]), charger.time_zone),
                maximum=_money(bid["maximum"], currency),
                paid=_money(payments.get(bid["id"]), currency),
                nonce=bid["nonce"],
                commitment=bid["commitment"],
            )
            for bid in bids[:MOST_SHOWN]
        ),
        left_out=max(0, len(bids) - MOST_SHOWN),
    )


def _sold(bid: dict[str, Any], origin: int) -> Period:
    return Period(start_of(origin + bid["start"]), start_of(origin + bid["end"]))


def _money(milli: int | None, currency: str) -> str:
    if milli is None:
        return ""
    return format_minor(divide_half_even(milli, MILLI), currency)
