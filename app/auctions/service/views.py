"""What the use cases of auctions take and give: frozen values, never table rows.

Amounts are whole minor units or, where it says so, 1/1000 of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from app.accounts.domain import Vehicle
from app.auctions.domain.gates import Stage
from app.auctions.domain.rules import BidState, Standing, may_step_back
from app.kernel.money import MILLI, divide_half_even
from app.kernel.period import Period
from app.kernel.slots import start_of

SlotState = Literal["OPEN", "TAKEN", "CLOSED", "PAST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBid:
    """What a driver wants to bid; the same key with the same wish is one bid.

    :param period: the time wanted, without the turnaround that is paid with it
    :param follow_id: the follow-me wish that this bid stands for
    """

    bidder_id: int
    charger_id: int
    period: Period
    maximum_minor: int
    currency: str
    vehicle_id: int | None
    energy_cap_wh: int | None
    idempotency_key: str
    follow_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BidView:
    """A bid as its bidder sees it.

    :param first_slot: with ``end_slot`` the sold time, turnaround included
    :param stage: when it is decided next, or was decided
    :param decides_at: None once it has ended
    :param vehicle: the car as it was when the bid was placed
    :param current_milli: what the sold time costs at this moment's prices, for an
        undecided bid; None for one that has ended
    :param minimum_milli: what a winner would have paid alone against all others
    :param top_up_milli: the most that any guess could have saved a winner
    """

    id: int
    code: str
    charger_id: int
    charger_name: str
    charger_code: str
    time_zone: str
    owner_id: int
    bidder_id: int
    follow_id: int | None
    period: Period
    first_slot: int
    end_slot: int
    maximum_minor: int
    currency: str
    state: BidState
    standing: Standing | None
    stage: Stage
    decides_at: datetime | None
    placed_at: datetime
    changed_at: datetime
    grace_until: datetime
    vehicle_id: int | None
    vehicle: Vehicle | None
    energy_cap_wh: int | None
    max_power_w: int
    commitment: str
    current_milli: int | None
    decided_at: datetime | None
    paid_milli: int | None
    paid_minor: int | None
    minimum_milli: int | None
    reserve_milli: int | None
    top_up_milli: int | None
    booking_code: str | None
    why: str
    is_seen: bool

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be decided."""
        return self.state is BidState.PENDING

    @property
    def starts_at(self) -> datetime:
        """When the wanted time begins."""
        return self.period.starts_at

    @property
    def ends_at(self) -> datetime:
        """When the wanted time ends."""
        return self.period.ends_at

    @property
    def buffer_min(self) -> int:
        """Minutes of turnaround that the sold time holds after the wanted one."""
        return (start_of(self.end_slot) - self.period.ends_at) // timedelta(minutes=1)

    @property
    def current_minor(self) -> int | None:
        """What the sold time costs at this moment, rounded up as prices are."""
        milli = self.current_milli
        return None if milli is None else -(-milli // MILLI)

    @property
    def minimum_minor(self) -> int | None:
        """The winner's own minimum, rounded as a bill is."""
        milli = self.minimum_milli
        return None if milli is None else divide_half_even(milli, MILLI)

    @property
    def added_minor(self) -> int | None:
        """What the other offers added to the winner's own minimum."""
        if self.paid_minor is None or self.minimum_minor is None:
            return None
        return self.paid_minor - self.minimum_minor

    def may_raise(self, now: datetime) -> bool:
        """Return whether a higher maximum is accepted."""
        return self.decides_at is not None and now < self.decides_at

    def may_step_back(self, now: datetime) -> bool:
        """Return whether it may be lowered or withdrawn."""
        return self.may_raise(now) and may_step_back(
            self.standing, self.grace_until, now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPrice:
    """One quarter hour of a charger, with today's prices.

    :param price_milli: what it costs at this moment; not below the reserve
    :param book_now_milli: what it adds to booking at once
    :param has_bids: whether anybody bids for it; how many is nobody's to know
    """

    slot: int
    starts_at: datetime
    state: SlotState
    reserve_milli: int
    price_milli: int
    book_now_milli: int
    has_bids: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookView:
    """A charger's order book over a window, as the public sees it."""

    charger_id: int
    currency: str
    gate_min: int
    slots: tuple[SlotPrice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionQuote:
    """What a time costs now, and whether it may be bid for.

    :param sold: the time to be paid for, turnaround included
    :param current_minor: what it costs at this moment's prices, rounded up
    :param book_now_slots_milli: for each slot of ``sold``; their sum is the price
    :param decides_at: when a bid placed now is decided; None if it is too late
    :param refusal: why nobody may bid, for people; empty if one may
    """

    charger_id: int
    period: Period
    sold: range
    currency: str
    reserve_minor: int
    current_minor: int
    book_now_minor: int
    book_now_slots_milli: tuple[int, ...]
    stage: Stage | None
    decides_at: datetime | None
    is_free: bool
    may_bid: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Due:
    """A start whose bids are to be decided."""

    evse_id: int
    start_slot: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """A bid that wins, before anything is written: now its booking can be made.

    :param slots_milli: for each slot of the sold time; their sum is ``paid_milli``
    :param decision: the entry of the log, written with the award
    """

    due: Due
    bid: BidView
    decided_at: datetime
    slots_milli: tuple[int, ...]
    paid_milli: int
    paid_minor: int
    minimum_milli: int
    reserve_milli: int
    top_up_milli: int
    decision: dict[str, Any]
