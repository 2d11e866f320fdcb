"""Tables of opening hours, of claims on time, and of the search's open windows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class OpeningRuleRow(Row):
    """A weekly window in local wall time; an end at or before the begin is tomorrow."""

    __tablename__ = "opening_rule"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(
            "begin_min BETWEEN 0 AND 1439 AND end_min BETWEEN 0 AND 1440",
            name="minutes",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), index=True
    )
    weekday: Mapped[int] = mapped_column(Integer)
    begin_min: Mapped[int] = mapped_column(Integer)
    end_min: Mapped[int] = mapped_column(Integer)


class OpeningSummaryRow(Row):
    """What the search asks about a charger's weekly hours as a whole."""

    __tablename__ = "opening_summary"
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # Open by its weekly rules from 22:00 to 06:00, every night.
    is_open_at_night: Mapped[bool] = mapped_column()


class OpeningExceptionRow(Row):
    """A dated exception: OPEN adds time on a local date, CLOSED takes it away."""

    __tablename__ = "opening_exception"
    __table_args__ = (
        CheckConstraint("kind IN ('OPEN', 'CLOSED')", name="kind"),
        CheckConstraint(
            "begin_min BETWEEN 0 AND 1439 AND end_min BETWEEN 0 AND 1440",
            name="minutes",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), index=True
    )
    on_date: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(6))
    begin_min: Mapped[int] = mapped_column(Integer)
    end_min: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(120), default="")


class ClaimRow(Row):
    """An exclusive use of an EVSE's time; its slots stand in ``claimed_slot``."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('HOLD', 'BOOKING', 'OWNER_USE', 'MAINTENANCE')", name="kind"
        ),
        CheckConstraint("starts_at < ends_at", name="period"),
        Index("ix_claim_expiry", "evse_id", "expires_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="RESTRICT"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Includes the turnaround buffer; on the quarter-hour grid like the start.
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(12))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booking_id: Mapped[int | None] = mapped_column(
        ForeignKey("booking.id", ondelete="RESTRICT"), index=True
    )
    is_active: Mapped[bool] = mapped_column(default=True)


class ClaimedSlotRow(Row):
    """One quarter hour that is taken. Its primary key *is* the promise."""

    __tablename__ = "claimed_slot"
    __table_args__ = ({"sqlite_with_rowid": False},)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
    )
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(
        ForeignKey("claim.id", ondelete="CASCADE"), index=True
    )


class OpenWindowRow(Row):
    """Opening hours expanded to slots over the horizon, merged, for the search."""

    __tablename__ = "open_window"
    __table_args__ = (
        CheckConstraint("first_slot < end_slot", name="slots"),
        {"sqlite_with_rowid": False},
    )
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    first_slot: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )
    end_slot: Mapped[int] = mapped_column(Integer)


class NightlyJobRow(Row):
    """The last UTC date for which a job of the night is done, so that it is once."""

    __tablename__ = "nightly_job"
    job: Mapped[str] = mapped_column(String(20), primary_key=True)
    done_on: Mapped[date] = mapped_column(Date)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)
