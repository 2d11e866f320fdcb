"""The search's own tables: kept searches, unmet wishes, geocoder answers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class SavedSearchRow(Row):
    """A search a driver keeps, as its address bar holds it, with or without alerts."""

    __tablename__ = "saved_search"
    __table_args__ = (
        UniqueConstraint("user_id", "query", name="uq_saved_search_user_id_query"),
        Index("ix_saved_search_due", "has_alert", "is_over", "checked_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(80))
    # The query string, in the one order that a search's address has.
    query: Mapped[str] = mapped_column(String(500))
    has_alert: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the driver last opened it; what came later is new to him.
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The wanted date has passed; there is nothing to check any more.
    is_over: Mapped[bool] = mapped_column(default=False)
    # What the remembered totals depend on: the car. None before the first check.
    basis: Mapped[str | None] = mapped_column(String(32))


class SavedSearchHitRow(Row):
    """The cheapest a kept search has shown at a charger, so that only news is news."""

    __tablename__ = "saved_search_hit"
    saved_search_id: Mapped[int] = mapped_column(
        ForeignKey("saved_search.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    total_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    # What the total buys: a part of the charge compares with no whole one.
    energy_wh: Mapped[int] = mapped_column(Integer)
    # The last check that found it.
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was last announced; None where it was there from the beginning.
    news_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UnmetSearchRow(Row):
    """How often an hour of the week was looked for in a grid cell and nothing was free.

    Nobody can be recognized in it: no person, no address, no exact point.
    """

    __tablename__ = "unmet_search"
    __table_args__ = (
        CheckConstraint("hour_of_week BETWEEN 0 AND 167", name="hour"),
        CheckConstraint("searches > 0", name="searches"),
        CheckConstraint("first_hours BETWEEN 0 AND searches", name="first_hours"),
        Index("ix_unmet_search_on_date", "on_date"),
    )
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    on_date: Mapped[date] = mapped_column(Date, primary_key=True)
    hour_of_week: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False
    )
    searches: Mapped[int] = mapped_column(Integer)
    # How many of them began with this hour: summed up, these count each search once.
    first_hours: Mapped[int] = mapped_column(Integer)


class GeocodeAnswerRow(Row):
    """What an online geocoder answered to a text, kept so that it is asked once."""

    __tablename__ = "geocode_answer"
    provider: Mapped[str] = mapped_column(String(12), primary_key=True)
    asked: Mapped[str] = mapped_column(String(160), primary_key=True)
    # JSON; an empty list where the geocoder knows no such place.
    answer: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GeocodeTurnRow(Row):
    """When a geocoder may be asked next, over all processes of the installation."""

    __tablename__ = "geocode_turn"
    provider: Mapped[str] = mapped_column(String(12), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
