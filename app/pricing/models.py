"""Table of tariffs. A version never changes; a new price is a new version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
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
