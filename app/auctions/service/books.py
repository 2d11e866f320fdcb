"""The open order book of one charger: its undecided bids, cleared as of now.

Bids that overlap, directly or through others, form a part; parts share no time, so
each is cleared alone, and only when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import Clearing
from app.auctions.domain.quotes import Quoter
from app.auctions.domain.rules import Standing
from app.auctions.models import BidRow
from app.auctions.service.terms import Terms
from app.kernel.money import MILLI
from app.kernel.period import Period

_COLUMNS = (
    "id",
    "code",
    "evse_id",
    "bidder_id",
    "follow_id",
    "starts_at",
    "ends_at",
    "first_slot",
    "end_slot",
    "maximum_minor",
    "currency",
    "standing",
    "stage",
)


@dataclass(frozen=True, slots=True)
class Pending:
    """An undecided bid as the book needs it."""

    id: int
    code: str
    evse_id: int
    bidder_id: int
    follow_id: int | None
    starts_at: datetime
    ends_at: datetime
    first_slot: int
    end_slot: int
    maximum_minor: int
    currency: str
    standing: str | None
    stage: str

    @property
    def slots(self) -> range:
        """The time to be sold."""
        return range(self.first_slot, self.end_slot)

    @property
    def period(self) -> Period:
        """The time wanted."""
        return Period(self.starts_at, self.ends_at)

    def overlaps(self, slots: range) -> bool:
        """Return whether it wants one of the slots."""
        return self.first_slot < slots.stop and slots.start < self.end_slot


class Part:
    """Bids that compete with each other, over the slots they want."""

    def __init__(
        self, bids: Sequence[Pending], slots: range, reserve: tuple[int, ...]
    ) -> None:
        # In order of submission, which is what breaks a tie.
        self.bids = tuple(sorted(bids, key=lambda each: each.id))
        self.slots = slots
        self.reserve = reserve

    @cached_property
    def book(self) -> Book:
        """The book to clear; its first slot is this part's."""
        origin = self.slots.start
        return Book(
            reserve=self.reserve,
            bids=tuple(
                Bid(
                    id=each.code,
                    start=each.first_slot - origin,
                    end=each.end_slot - origin,
                    maximum=each.maximum_minor * MILLI,
                )
                for each in self.bids
            ),
        )

    @cached_property
    def quoter(self) -> Quoter:
        """The same, ready for quotes."""
        return Quoter(self.book)

    @property
    def clearing(self) -> Clearing:
        """Who would win, and what each quarter hour costs."""
        return self.quoter.clearing

    def standings(self) -> dict[str, Standing]:
        """Return how each bid stands, by its code."""
        leading = set(self.clearing.winners)
        premiums = self.book.premiums()
        return {
            bid.code: Standing.LEADING
            if bid.code in leading
            else Standing.ALERT
            if premium < 0
            else Standing.OUTBID
            for bid, premium in zip(self.bids, premiums, strict=True)
        }

    def inside(self, slots: range) -> range:
        """Return which of the slots lie in this part, counted from its first."""
        origin = self.slots.start
        first = min(max(slots.start - origin, 0), len(self.slots))
        return range(first, min(max(slots.stop - origin, first), len(self.slots)))

    def displaced(self, slots: range) -> int:
        """Return the premium that selling these slots would displace here, in milli."""
        mine = self.inside(slots)
        return self.quoter.displaced(mine.start, mine.stop) if mine else 0


class OpenBook:
    """All undecided bids of a charger."""

    def __init__(self, parts: tuple[Part, ...], kept: Mapping[int, int]) -> None:
        self.parts = parts
        self._kept = kept

    def displaced(self, slots: range) -> int:
        """Return the premium that selling these slots would displace, in milli."""
        return sum(part.displaced(slots) for part in self.parts)

    def prices(self, slots: range) -> dict[int, int]:
        """Return this moment's price of those slots that somebody bids for."""
        found: dict[int, int] = {}
        for part in self.parts:
            for offset in part.inside(slots):
                found[part.slots.start + offset] = part.clearing.slot_prices[offset]
        return found

    def standings(self) -> dict[str, Standing]:
        """Return how each bid stands, by its code."""
        found: dict[str, Standing] = {}
        for part in self.parts:
            found.update(part.standings())
        return found

    def not_kept(self) -> dict[int, int]:
        """Return the reserves that bids meet now and that are not kept for them yet."""
        found: dict[int, int] = {}
        for part in self.parts:
            standings = part.standings()
            for bid in part.bids:
                if standings[bid.code] is not Standing.ALERT:
                    for slot in bid.slots:
                        found[slot] = part.reserve[slot - part.slots.start]
        return {
            slot: milli
            for slot, milli in found.items()
            if self._kept.get(slot) != milli
        }

    def leader_at(self, start_slot: int) -> str | None:
        """Return the code of the leading bid that starts with the slot, if any."""
        for part in self.parts:
            if start_slot in part.slots:
                leading = set(part.clearing.winners)
                for bid in part.bids:
                    if bid.first_slot == start_slot and bid.code in leading:
                        return bid.code
        return None


def pending_in(session: Session, evse_id: int) -> tuple[Pending, ...]:
    """Return the charger's undecided bids, in order of submission."""
    rows = session.execute(
        select(*(getattr(BidRow, name) for name in _COLUMNS))
        .where(BidRow.evse_id == evse_id, BidRow.state == "PENDING")
        .order_by(BidRow.id)
    )
    return tuple(Pending(*row) for row in rows)


def open_book_in(session: Session, terms: Terms, bids: Sequence[Pending]) -> OpenBook:
    """Return the book of these bids at the reserves of this moment."""
    groups = list(_groups(bids))
    if not groups:
        return OpenBook((), {})
    span = range(groups[0][0].start, groups[-1][0].stop)
    kept = terms.kept_in(session, span)
    parts = [Part(bids, slots, terms.reserve_of(slots, kept)) for slots, bids in groups]
    return OpenBook(tuple(parts), kept)


class BidIds(TypedDict):
    """What every event about a bid says."""

    bid_id: int
    code: str
    bidder_id: int
    charger_id: int
    follow_id: int | None


def ids_of(bid: Pending) -> BidIds:
    """Return what every event about this bid says."""
    return BidIds(
        bid_id=bid.id,
        code=bid.code,
        bidder_id=bid.bidder_id,
        charger_id=bid.evse_id,
        follow_id=bid.follow_id,
    )


def _groups(bids: Iterable[Pending]) -> Iterable[tuple[range, list[Pending]]]:
    """Yield bids that are tied together by overlaps, with the slots they span."""
    group: list[Pending] = []
    end = 0
    for bid in sorted(bids, key=lambda each: each.first_slot):
        if group and bid.first_slot >= end:
            yield range(group[0].first_slot, end), group
            group = []
        group.append(bid)
        end = max(end, bid.end_slot) if len(group) > 1 else bid.end_slot
    if group:
        yield range(group[0].first_slot, end), group
