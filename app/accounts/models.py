"""Tables of people, their cars and their log-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class UserRow(Row):
    """A person; the same account can own chargers and drive."""

    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_operator: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Raised by a change of password, so that older links and log-ins die.
    credential_version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginRow(Row):
    """One log-in on one browser; it ends at log-out, whatever cookie is replayed."""

    __tablename__ = "login"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    credential_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VehicleRow(Row):
    """A driver's car: which plugs fit and how much power it takes."""

    __tablename__ = "vehicle"
    __table_args__ = (
        CheckConstraint("max_ac_w >= 0 AND max_dc_w >= 0", name="power"),
        CheckConstraint("battery_wh > 0", name="battery"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    # OCPI connector standards that fit the car, such as ["IEC_62196_T2"].
    standards: Mapped[list[str]] = mapped_column(JSON)
    max_ac_w: Mapped[int] = mapped_column(Integer)
    max_dc_w: Mapped[int] = mapped_column(Integer)
    battery_wh: Mapped[int] = mapped_column(Integer)
    is_default: Mapped[bool] = mapped_column(default=True)
