"""Tables of the order books: bids, their gates, kept reserves, and the event log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime

STATES = ("PENDING", "WON", "LOST", "WITHDRAWN", "DROPPED")
STANDINGS = ("LEADING", "OUTBID", "ALERT")
STAGES = ("GATE", "LAST_CALL")
FOLLOW_STATES = ("ACTIVE", "WON", "ENDED", "WITHDRAWN")


class FollowRow(Row):
    """A wish for any of several places, kept by one ordinary bid at a time."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("bidder_id", "idempotency_key"),
        CheckConstraint(f"state IN {FOLLOW_STATES}", name="state"),
        CheckConstraint("window_starts_at < window_ends_at", name="window"),
        CheckConstraint("length_min > 0 AND maximum_minor > 0", name="wish"),
        Index("ix_follow_bidder_id_state", "bidder_id", "state"),
        Index("ix_follow_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    bidder_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    evse_ids: Mapped[list[int]] = mapped_column(JSON)
    window_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    length_min: Mapped[int] = mapped_column(Integer)
    maximum_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    vehicle_id: Mapped[int | None] = mapped_column(Integer)
    energy_cap_wh: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="ACTIVE")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    # When a better place was last looked for, and how far the chargers had come then:
    # by charger, the last number of its log and the version of its plan.
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen: Mapped[dict[str, list[int]] | None] = mapped_column(JSON)


class BidRow(Row):
    """A sealed maximum for an interval on an EVSE, and what became of it."""

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("bidder_id", "idempotency_key"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"standing IN {STANDINGS}", name="standing"),
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("first_slot < end_slot", name="slots"),
        CheckConstraint("maximum_minor > 0", name="maximum"),
        # Money never grows on the way: nobody pays more than he offered.
        CheckConstraint("paid_minor >= 0 AND paid_minor <= maximum_minor", name="paid"),
        Index("ix_bid_evse_id_state_first_slot", "evse_id", "state", "first_slot"),
        Index("ix_bid_bidder_id_state", "bidder_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="RESTRICT"))
    bidder_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    follow_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow.id", ondelete="RESTRICT"), index=True
    )
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The sold time: with the turnaround of the day the bid was placed.
    first_slot: Mapped[int] = mapped_column(Integer)
    end_slot: Mapped[int] = mapped_column(Integer)
    maximum_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="PENDING")
    standing: Mapped[str | None] = mapped_column(String(8))
    # The stage at which the bid is decided next, or was.
    stage: Mapped[str] = mapped_column(String(9))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grace_until: Mapped[datetime] = mapped_column(UtcDateTime)
    vehicle_id: Mapped[int | None] = mapped_column(Integer)
    energy_cap_wh: Mapped[int | None] = mapped_column(BigInteger)
    max_power_w: Mapped[int] = mapped_column(Integer)
    # The car of the day of the bid: selling or changing it does not undo the bid.
    vehicle: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Known to nobody before the bid is opened; the hash of it is public.
    nonce: Mapped[str] = mapped_column(String(32))
    commitment: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paid_milli: Mapped[int | None] = mapped_column(BigInteger)
    paid_minor: Mapped[int | None] = mapped_column(BigInteger)
    # What the winner would have paid alone against all others.
    minimum_milli: Mapped[int | None] = mapped_column(BigInteger)
    reserve_milli: Mapped[int | None] = mapped_column(BigInteger)
    top_up_milli: Mapped[int | None] = mapped_column(BigInteger)
    booking_code: Mapped[str | None] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(200), default="")
    is_seen: Mapped[bool] = mapped_column(default=True)


class AuctionGateRow(Row):
    """The instant at which the bids for one start are decided."""

    __tablename__ = "auction_gate"
    __table_args__ = (
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
        Index("ix_auction_gate_decided_at_decides_at", "decided_at", "decides_at"),
        {"sqlite_with_rowid": False},
    )
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
    )
    start_slot: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )
    stage: Mapped[str] = mapped_column(String(9), primary_key=True)
    decides_at: Mapped[datetime] = mapped_column(UtcDateTime)
    extensions: Mapped[int] = mapped_column(Integer, default=0)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FrozenReserveRow(Row):
    """The reserve that bids rely on: while one does, it only goes down."""

    __tablename__ = "frozen_reserve"
    __table_args__ = (
        CheckConstraint("reserve_milli >= 0", name="reserve"),
        {"sqlite_with_rowid": False},
    )
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
    )
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3))
    reserve_milli: Mapped[int] = mapped_column(BigInteger)


class LoggedSaleRow(Row):
    """A quarter hour that is sold as far as the log knows.

    Bookings end in many ways that no log hears of; when such time is sold or bid for
    again, the difference to the claims becomes an entry.
    """

    __tablename__ = "logged_sale"
    __table_args__ = ({"sqlite_with_rowid": False},)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
    )
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class AuctionEventRow(Row):
    """One line of a charger's log, numbered without gaps. Only ever added to."""

    __tablename__ = "auction_event"
    __table_args__ = (
        UniqueConstraint("evse_id", "number"),
        Index("ix_auction_event_evse_id_start_slot", "evse_id", "start_slot"),
        Index("ix_auction_event_evse_id_at", "evse_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(9))
    # Of a decision only: the start it was about, for finding those of one day.
    start_slot: Mapped[int | None] = mapped_column(Integer)
    payload: Mapped[dict[str, object]] = mapped_column(JSON)
