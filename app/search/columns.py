"""The columns of other rooms' tables that the search reads, and nothing else of them.

The search only reads, across the whole schema, and is tuned for it; so it names what
it reads here instead of importing its neighbors' table classes. A test compares
every column with the real schema.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Integer,
    String,
    TableClause,
    column,
    table,
)

from app.database import UtcDateTime

LOCATION = table(
    "location",
    column("id", Integer),
    column("name", String),
    column("city", String),
    column("public_latitude", Float),
    column("public_longitude", Float),
    column("time_zone", String),
    column("listing_state", String),
    column("source_id", String),
    column("is_accessible", Boolean),
    column("has_free_parking", Boolean),
)
EVSE = table(
    "evse",
    column("id", Integer),
    column("location_id", Integer),
    column("min_length_min", Integer),
    column("max_length_min", Integer),
    column("lead_min", Integer),
    column("horizon_days", Integer),
    column("buffer_min", Integer),
    column("is_inoperative", Boolean),
    column("booking_mode", String),
)
CONNECTOR = table(
    "connector",
    column("id", Integer),
    column("evse_id", Integer),
    column("cell", BigInteger),
    column("latitude", Float),
    column("longitude", Float),
    column("time_zone", String),
    column("standard", String),
    column("power_type", String),
    column("max_power_w", Integer),
)
TARIFF = table(
    "tariff",
    column("evse_id", Integer),
    column("is_current", Boolean),
    column("currency", String),
    column("energy_milli_per_kwh", BigInteger),
    column("time_milli_per_hour", BigInteger),
)
PRICE_PLAN = table(
    "price_plan",
    column("evse_id", Integer),
    column("is_current", Boolean),
    column("mode", String),
)
OPEN_WINDOW = table(
    "open_window",
    column("evse_id", Integer),
    column("first_slot", Integer),
    column("end_slot", Integer),
)
OPENING_SUMMARY = table(
    "opening_summary",
    column("evse_id", Integer),
    column("is_open_at_night", Boolean),
)
CLAIMED_SLOT = table(
    "claimed_slot",
    column("evse_id", Integer),
    column("slot", Integer),
    column("claim_id", Integer),
)
CLAIM = table(
    "claim",
    column("id", Integer),
    column("expires_at", UtcDateTime),
)
PHOTO = table(
    "photo",
    column("location_id", Integer),
    column("storage_key", String),
    column("position", Integer),
)
ALL: tuple[TableClause, ...] = (
    LOCATION,
    EVSE,
    CONNECTOR,
    TARIFF,
    PRICE_PLAN,
    OPEN_WINDOW,
    OPENING_SUMMARY,
    CLAIMED_SLOT,
    CLAIM,
    PHOTO,
)
