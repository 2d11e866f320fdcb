"""What happens to the bids of one charger, as it is written into the event log.

A field that may be None is sealed: it is left out of what the public sees until the
bids concerned are decided, so that nobody learns another driver's maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

# Never published, not even after the decision: who it was, and what he is charged
# besides the public prices.
PRIVATE = ("bidder", "booking", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A bid was placed for slots ``start`` up to, not including, ``end``."""

    bid: str
    commitment: str
    start: int | None = None
    end: int | None = None
    maximum: int | None = None
    nonce: str | None = None
    bidder: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A bid has a new maximum, and with it a new commitment."""

    bid: str
    commitment: str
    maximum: int | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The bidder took the bid back, or it moved to a better place."""

    bid: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The bid could not stand any longer, for the reason given."""

    bid: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Somebody booked these slots at once; ``amount`` in 1/1000 minor units."""

    start: int
    end: int
    amount: int | None = None
    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Sold slots are free again, because a booking was canceled or ended early."""

    start: int
    end: int
    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The reserves of these slots may not rise: somebody has bid on them."""

    slots: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreserved:
    """No bid relies on the reserves of these slots any more, so they may rise again."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """A late bid changed who leads: the decision of this start waits ``until``."""

    start: int
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The bids from ``start`` on were cleared, and those starting there committed.

    :param origin: the slot that ``reserve[0]`` and ``slot_prices[0]`` belong to
    :param bids: all that took part, in order of submission
    :param winners: only those committed now; the others may still be outbid
    """

    start: int
    stage: str
    origin: int
    winners: tuple[str, ...]
    payments: Mapping[str, int]
    slot_prices: tuple[int, ...]
    reserve: tuple[int, ...] | None = None
    bids: tuple[str, ...] | None = None
    minima: Mapping[str, int] | None = None
    top_up: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything needed to compute it again is here."""
        return self.bids is not None


Event: TypeAlias = (
    Placed
    | Raised
    | Withdrawn
    | Dropped
    | Bought
    | Released
    | Reserved
    | Unreserved
    | Extended
    | Decided
)
