"""Tables of chargers in OCPI's shape: a Location with EVSEs with Connectors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class LocationRow(Row):
    """A place with chargers: who owns it, where it is, how to behave there."""

    __tablename__ = "location"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        CheckConstraint(
            "listing_state IN ('PUBLISHED', 'PAUSED', 'ARCHIVED')",
            name="listing_state",
        ),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="RESTRICT"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(80))
    postal_code: Mapped[str] = mapped_column(String(16))
    country_code: Mapped[str] = mapped_column(String(2))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    # What strangers see and search by: a fixed offset from the true point.
    public_latitude: Mapped[float] = mapped_column(Float)
    public_longitude: Mapped[float] = mapped_column(Float)
    # What the offset hangs on; empty for the oldest places, which go by their code.
    mask_site: Mapped[str] = mapped_column(String(32), server_default="")
    time_zone: Mapped[str] = mapped_column(String(64))
    parking_type: Mapped[str] = mapped_column(String(24), default="ON_DRIVEWAY")
    access_notes: Mapped[str] = mapped_column(Text, default="")
    house_rules: Mapped[str] = mapped_column(Text, default="")
    listing_state: Mapped[str] = mapped_column(String(12), default="PUBLISHED")
    source: Mapped[str | None] = mapped_column(String(16))
    source_id: Mapped[str | None] = mapped_column(String(40))
    # None where nobody has said so.
    is_accessible: Mapped[bool | None] = mapped_column()
    has_free_parking: Mapped[bool | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvseRow(Row):
    """The sellable unit: one lock and one meter. Its code is on the QR label."""

    __tablename__ = "evse"
    __table_args__ = (
        CheckConstraint("booking_mode IN ('INSTANT', 'REQUEST')", name="booking_mode"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(
        ForeignKey("location.id", ondelete="RESTRICT"), index=True
    )
    code: Mapped[str] = mapped_column(String(10), unique=True)
    physical_reference: Mapped[str] = mapped_column(String(16), default="")
    # Terms an owner may change later; lengths in minutes.
    min_length_min: Mapped[int] = mapped_column(Integer, default=30)
    max_length_min: Mapped[int] = mapped_column(Integer, default=720)
    lead_min: Mapped[int] = mapped_column(Integer, default=0)
    horizon_days: Mapped[int] = mapped_column(Integer, default=28)
    buffer_min: Mapped[int] = mapped_column(Integer, default=10)
    is_inoperative: Mapped[bool] = mapped_column(default=False)
    # REQUEST: the owner answers each wish before the time is the driver's.
    booking_mode: Mapped[str] = mapped_column(String(8), default="INSTANT")


class ConnectorRow(Row):
    """One plug or socket, indexed by place for the search.

    What the search sorts and filters by first stands here once more, so that one
    index answers it alone; the room keeps it equal to the location.
    """

    __tablename__ = "connector"
    __table_args__ = (
        CheckConstraint("max_power_w > 0", name="power"),
        Index(
            "ix_connector_near",
            "cell",
            "standard",
            "max_power_w",
            "latitude",
            "longitude",
            "time_zone",
            "evse_id",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), index=True
    )
    # The grid cell of the public point; HIDDEN_CELL while it is not on offer.
    cell: Mapped[int] = mapped_column(BigInteger)
    # The public point, never the true one.
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    time_zone: Mapped[str] = mapped_column(String(64))
    standard: Mapped[str] = mapped_column(String(32))
    format: Mapped[str] = mapped_column(String(8), default="SOCKET")
    power_type: Mapped[str] = mapped_column(String(20))
    max_power_w: Mapped[int] = mapped_column(Integer)


class PhotoRow(Row):
    """A photo of a location, re-encoded; the file lies in the storage under its key."""

    __tablename__ = "photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(
        ForeignKey("location.id", ondelete="CASCADE"), index=True
    )
    storage_key: Mapped[str] = mapped_column(String(80), unique=True)
    width_px: Mapped[int] = mapped_column(Integer)
    height_px: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer, default=0)


class PublicStationRow(Row):
    """A station of somebody else, shown for orientation; nobody can book it here."""

    __tablename__ = "public_station"
    __table_args__ = (UniqueConstraint("source", "source_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    operator: Mapped[str] = mapped_column(String(80), default="")
    city: Mapped[str] = mapped_column(String(80), default="")
    country_code: Mapped[str] = mapped_column(String(2), default="")
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    cell: Mapped[int] = mapped_column(BigInteger, index=True)
    # OCPI connector standards, comma between them.
    standards: Mapped[str] = mapped_column(String(200), default="")
    max_power_w: Mapped[int | None] = mapped_column(Integer)
    # As the source words them; nothing is promised by them.
    hours_text: Mapped[str] = mapped_column(Text, default="")
    price_text: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
