"""Tables of charging sessions and of their sealed records (CDR)."""

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class SessionRow(Row):
    """One charging session of a booking, derived from the box's journal."""

    __tablename__ = "charging_session"
    __table_args__ = (
        CheckConstraint(
            "status IN ('PENDING', 'ACTIVE', 'COMPLETED', 'INVALID')", name="status"
        ),
        # At most one session of an EVSE is under way.
        Index(
            "uq_charging_session_running",
            "evse_id",
            unique=True,
            sqlite_where=text("status IN ('PENDING', 'ACTIVE')"),
            postgresql_where=text("status IN ('PENDING', 'ACTIVE')"),
        ),
        Index("ix_charging_session_box", "device_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    # The word the box knows the session by.
    code: Mapped[str] = mapped_column(String(16), unique=True)
    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="RESTRICT"), index=True
    )
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="RESTRICT"))
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(10))
    # The newest command of each kind; the page shows how the box answered.
    unlock_command_id: Mapped[str | None] = mapped_column(String(16))
    relock_command_id: Mapped[str | None] = mapped_column(String(16))
    stop_command_id: Mapped[str | None] = mapped_column(String(16))
    lease_renewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    journal_id: Mapped[int | None] = mapped_column(BigInteger)
    # Records up to this number have been taken into account.
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    meter_start_wh: Mapped[int | None] = mapped_column(BigInteger)
    meter_stop_wh: Mapped[int | None] = mapped_column(BigInteger)
    power_w: Mapped[int] = mapped_column(Integer, default=0)
    last_reading_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Pairs of instants between which the box reported no reading, as ISO 8601.
    gaps: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    stop_reason: Mapped[str | None] = mapped_column(String(20))
    # Why the server asked for the stop, where the box's own word says less.
    stop_why: Mapped[str | None] = mapped_column(String(20))


class CdrRow(Row):
    """The sealed record of a session: what is billed, and from which readings."""

    __tablename__ = "cdr"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("charging_session.id", ondelete="RESTRICT"), unique=True
    )
    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="RESTRICT"), unique=True
    )
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT"), index=True
    )
    driver_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT"), index=True
    )
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    meter_start_wh: Mapped[int] = mapped_column(BigInteger)
    meter_stop_wh: Mapped[int] = mapped_column(BigInteger)
    energy_wh: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int] = mapped_column(BigInteger)
    ceiling_minor: Mapped[int] = mapped_column(BigInteger)
    # Everything printed on the receipt, and the hash of its canonical bytes.
    content: Mapped[dict[str, object]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
