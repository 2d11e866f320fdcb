"""Writes event logs for tests, with real seals, the way a charger's log grows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.commitment import commitment_of
from app.auctions.domain.happenings import Decided, Event, Placed, Raised
from app.auctions.domain.log import Entry

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
NONCE = "5eed" * 8


def placed(bid: str, start: int, end: int, maximum: int) -> Placed:
    """Return the event of a bid, sealed as it should be."""
    return Placed(
        bid=bid,
        commitment=commitment_of(bid, start, end, maximum, NONCE),
        start=start,
        end=end,
        maximum=maximum,
        nonce=NONCE,
        bidder=7,
    )


def raised(bid: Placed, maximum: int) -> Raised:
    """Return the event of a new maximum for a bid."""
    assert bid.start is not None
    assert bid.end is not None
    sealed = commitment_of(bid.bid, bid.start, bid.end, maximum, NONCE)
    return Raised(bid=bid.bid, commitment=sealed, maximum=maximum, nonce=NONCE)


def decided(
    start: int,
    bids: Sequence[Placed],
    *,
    reserve: Sequence[int],
    stage: str = "GATE",
) -> Decided:
    """Return what the engine decides for these bids; the book begins at ``start``."""
    book = Book(
        reserve=tuple(reserve),
        bids=tuple(
            Bid(
                id=bid.bid,
                start=(bid.start or 0) - start,
                end=(bid.end or 0) - start,
                maximum=bid.maximum or 0,
            )
            for bid in bids
        ),
    )
    found = clear(book)
    now = [bid.bid for bid in bids if bid.start == start and bid.bid in found.payments]
    return Decided(
        start=start,
        stage=stage,
        origin=start,
        winners=tuple(now),
        payments={code: found.payments[code] for code in now},
        slot_prices=found.slot_prices,
        reserve=book.reserve,
        bids=tuple(bid.bid for bid in bids),
        minima={code: found.personal_minimum[code] for code in now},
        top_up=found.top_up,
    )


def log_of(*events: Event) -> tuple[Entry, ...]:
    """Return the events as a log, a second apart."""
    return tuple(
        Entry(number, AT + timedelta(seconds=number), event)
        for number, event in enumerate(events, start=1)
    )


def lines_of(entries: Sequence[Entry]) -> str:
    """Return the log as its file."""
    return "".join(json.dumps(entry.as_dict()) + "\n" for entry in entries)
