"""Tables of prices. A version never changes; another price is a new version."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class TariffRow(Row):
    """What an EVSE's owner asks: per kWh and per hour, in 1/1000 minor units."""

    __tablename__ = "tariff"
    __table_args__ = (
        UniqueConstraint("evse_id", "version"),
        CheckConstraint(
            "energy_milli_per_kwh >= 0 AND time_milli_per_hour >= 0", name="prices"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    is_current: Mapped[bool] = mapped_column(default=True)
    currency: Mapped[str] = mapped_column(String(3))
    energy_milli_per_kwh: Mapped[int] = mapped_column(BigInteger)
    time_milli_per_hour: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PricePlanRow(Row):
    """How an EVSE sells its time; the tables hold 168 prices, Monday 00:00 first."""

    __tablename__ = "price_plan"
    __table_args__ = (
        UniqueConstraint("evse_id", "version"),
        CheckConstraint("mode IN ('FIXED', 'AUCTION')", name="mode"),
        CheckConstraint("gate_min BETWEEN 60 AND 720", name="gate"),
        # Two people who accept at once would otherwise leave two plans in force.
        Index(
            "uq_price_plan_current",
            "evse_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(ForeignKey("evse.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    is_current: Mapped[bool] = mapped_column(default=True)
    mode: Mapped[str] = mapped_column(String(8))
    gate_min: Mapped[int] = mapped_column(Integer, default=120)
    # The charger's zone when the prices were accepted: the table is in local hours.
    time_zone: Mapped[str] = mapped_column(String(64))
    wish: Mapped[dict[str, object]] = mapped_column(JSON)
    reserve: Mapped[list[int]] = mapped_column(JSON)
    book_now: Mapped[list[int]] = mapped_column(JSON)
    # Book-now prices at short notice: objects of below_min and milli_per_hour.
    by_lead: Mapped[list[dict[str, object]]] = mapped_column(JSON, default=list)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    changed_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DemandModelRow(Row):
    """What has been learned about the drivers of a grid cell."""

    __tablename__ = "demand_model"
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[dict[str, object]] = mapped_column(JSON)
    # What happened before this instant is already in the state.
    learned_until: Mapped[datetime] = mapped_column(UtcDateTime)
