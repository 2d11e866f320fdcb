"""Tables of bookings and of everything that ever happened to them."""

from __future__ import annotations

from datetime import datetime

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

STATES = (
    "HELD",
    "REQUESTED",
    "RESERVED",
    "IN_USE",
    "COMPLETED",
    "CANCELED",
    "REJECTED",
    "EXPIRED",
    "NO_SHOW",
    "FAILED",
)


class BookingRow(Row):
    """An interval on an EVSE promised to a driver, with the terms of that day."""

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("driver_id", "idempotency_key"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("ceiling_minor >= 0 AND energy_cap_wh > 0", name="ceiling"),
        CheckConstraint("fee_minor >= 0 AND fee_minor <= ceiling_minor", name="fee"),
        Index("ix_booking_state_ends_at", "state", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="RESTRICT"), index=True
    )
    driver_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT"), index=True
    )
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT"), index=True
    )
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10), default="DIRECT")
    currency: Mapped[str] = mapped_column(String(3))
    ceiling_minor: Mapped[int] = mapped_column(BigInteger)
    energy_cap_wh: Mapped[int] = mapped_column(BigInteger)
    max_power_w: Mapped[int] = mapped_column(Integer)
    # Snapshots of the day of booking; never read again from their sources.
    terms: Mapped[dict[str, object]] = mapped_column(JSON)
    tariff: Mapped[dict[str, object]] = mapped_column(JSON)
    quote: Mapped[dict[str, object]] = mapped_column(JSON)
    vehicle: Mapped[dict[str, object] | None] = mapped_column(JSON)
    idempotency_key: Mapped[str | None] = mapped_column(String(64))
    # What the driver owes for canceling late or not coming; 0 otherwise.
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    # Set while the box is being asked to open, so that nobody waiting at the lock
    # is counted as not having come.
    unlock_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(8))
    ended_why: Mapped[str | None] = mapped_column(String(200))


class BookingEventRow(Row):
    """One transition of a booking: what, who, when. Only ever added to."""

    __tablename__ = "booking_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="RESTRICT"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(8))
    actor_id: Mapped[int | None] = mapped_column(Integer)
    transition: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    detail: Mapped[str] = mapped_column(String(200), default="")
