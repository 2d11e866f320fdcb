"""What happened to bids, told to the rooms above after it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _BidEvent(Event):
    bid_id: int
    code: str
    bidder_id: int
    charger_id: int
    # The follow-me wish that the bid stands for, if any.
    follow_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BidPlaced(_BidEvent):
    """Somebody offers a maximum for a time; ``standing`` as in the table."""

    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BidOutbid(_BidEvent):
    """A bid that was leading is not any more; it stays and may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidLeading(_BidEvent):
    """A bid that was not leading is in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidWon(_BidEvent):
    """The time is the bidder's, and booked."""

    booking_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BidLost(_BidEvent):
    """The time went to somebody else; ``why`` is a sentence for the bidder."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BidDropped(_BidEvent):
    """The bid could not go on: the host took the time back, or it was not paid."""

    why: str
