"""Computes one logged decision again and compares it with what the log says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.auctions.domain import commitment
from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.happenings import Decided
from app.kernel.errors import DomainError


class Mismatch(DomainError):
    """The log contradicts itself, its commitments, or the rules of the auction."""


@dataclass(frozen=True, slots=True)
class LoggedBid:
    """What became of one bid.

    :param slots: the time it wants; empty while it is sealed
    :param maximum: in 1/1000 minor units; None while it is sealed
    :param state: PENDING, WON, LOST, WITHDRAWN or DROPPED
    :param paid: in 1/1000 minor units, before rounding to the minor unit
    """

    code: str
    slots: range
    maximum: int | None
    state: str = "PENDING"
    paid: int = 0

    def overlaps(self, slots: range) -> bool:
        """Whether the bid is known to want one of the slots."""
        return max(self.slots.start, slots.start) < min(self.slots.stop, slots.stop)

    def starts(self, slot: int) -> bool:
        """Whether the bid is known to start with the slot."""
        return bool(self.slots) and self.slots.start == slot

    def as_dict(self) -> dict[str, Any]:
        """Return the bid as ``flask auctions replay`` shows it."""
        if not self.slots:
            return {"state": self.state, "is_sealed": True, "paid": self.paid}
        return {
            "state": self.state,
            "start": self.slots.start,
            "end": self.slots.stop,
            "paid": self.paid,
        }


def check_seal(bid: LoggedBid, commitment_hex: str, nonce: str | None) -> None:
    """Make sure that an opened bid is the one that was sealed.

    :param nonce: None while the bid is sealed; then there is nothing to check
    :raises TamperedCommitment: if it is another one
    """
    if nonce is None or bid.maximum is None or not bid.slots:
        return
    commitment.check(
        commitment_hex,
        code=bid.code,
        first_slot=bid.slots.start,
        end_slot=bid.slots.stop,
        maximum_milli=bid.maximum,
        nonce=nonce,
    )


def book_of(decision: Decided, bids: Iterable[LoggedBid]) -> Book:
    """Return the book that an open decision cleared; its slot 0 is the origin.

    :raises BadBook: if a bid lies outside the decision's slots
    """
    return Book(
        reserve=decision.reserve or (),
        bids=tuple(
            Bid(
                id=bid.code,
                start=bid.slots.start - decision.origin,
                end=bid.slots.stop - decision.origin,
                maximum=bid.maximum or 0,
            )
            for bid in bids
        ),
    )


def require_all(
    decision: Decided, bids: Sequence[LoggedBid], waiting: Sequence[LoggedBid]
) -> None:
    """Make sure that no bid was left out that stood in the way of those taking part.

    :param bids: those that took part
    :param waiting: all undecided ones, in order of submission
    :raises Mismatch: if one was left out, or the order of submission was changed
    """
    taking_part = {bid.code for bid in bids}
    order = [bid.code for bid in waiting if bid.code in taking_part]
    if order != [bid.code for bid in bids]:
        raise Mismatch("the bids are not in order of submission.")
    for bid in bids:
        if bid.slots.start < decision.start:
            raise Mismatch(f"bid {bid.code} starts before the decided start.")
    for other in waiting:
        if other.code in taking_part or other.slots.start < decision.start:
            continue
        in_the_way = any(other.overlaps(bid.slots) for bid in bids)
        if in_the_way and not _is_below_reserve(decision, other):
            raise Mismatch(f"bid {other.code} was left out.")


def _is_below_reserve(decision: Decided, bid: LoggedBid) -> bool:
    """Whether the bid is only a price alert: it asks below the reserve of its time."""
    reserve = decision.reserve or ()
    first = bid.slots.start - decision.origin
    asked = reserve[first : first + len(bid.slots)]
    if bid.maximum is None or len(asked) < len(bid.slots):
        return False
    return bid.maximum < sum(asked)


def require_equal(decision: Decided, bids: Sequence[LoggedBid]) -> None:
    """Clear the book again and compare everything the decision says.

    :raises Mismatch: if the log says something else
    :raises BadBook: if the bids and reserves make no book
    """
    if any(bid.maximum is None for bid in bids):
        raise Mismatch("it is open, but one of its bids is still sealed.")
    found = clear(book_of(decision, bids))
    now = {bid.code for bid in bids if bid.starts(decision.start)}
    winners = tuple(code for code in found.winners if code in now)
    computed: dict[str, Any] = {
        "winners": winners,
        "payments": {code: found.payments[code] for code in winners},
        "minima": {code: found.personal_minimum[code] for code in winners},
        "top_up": found.top_up,
        "slot_prices": found.slot_prices,
    }
    for name, value in computed.items():
        if getattr(decision, name) != value:
            raise Mismatch(f"computed again, {name} is not what the log says.")
