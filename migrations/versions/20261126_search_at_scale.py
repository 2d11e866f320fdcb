"""The search's covering index, public stations, kept searches, unmet wishes.

Revision ID: 20261126_search_at_scale
Revises: 20261125_nightly_jobs
"""

import math

import sqlalchemy as sa
from alembic import op

revision = "20261126_search_at_scale"
down_revision = "20261125_nightly_jobs"
branch_labels = None
depends_on = None

_PLACE = "FROM evse JOIN location ON location.id = evse.location_id WHERE evse.id = connector.evse_id"


def upgrade() -> None:
    _say_more_of_chargers()
    _repeat_places_at_connectors()
    _public_stations()
    _search_tables()
    # The nights are unknown yet; so the next tick looks at all opening hours again,
    # although today's round may be done.
    op.execute("DELETE FROM nightly_job WHERE job = 'open windows'")


def _say_more_of_chargers() -> None:
    op.add_column("location", sa.Column("is_accessible", sa.Boolean(), nullable=True))
    op.add_column("location", sa.Column("has_free_parking", sa.Boolean(), nullable=True))
    op.add_column("location", sa.Column("mask_site", sa.String(length=32), nullable=False, server_default=""))
    # One statement for both databases: SQLite adds a check only with its column.
    op.execute(
        "ALTER TABLE evse ADD COLUMN booking_mode VARCHAR(8) NOT NULL DEFAULT 'INSTANT' "
        "CONSTRAINT ck_evse_booking_mode CHECK (booking_mode IN ('INSTANT', 'REQUEST'))"
    )
    op.create_table(
        "opening_summary",
        sa.Column("evse_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_open_at_night", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["evse_id"], ["evse.id"], name=op.f("fk_opening_summary_evse_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("evse_id", name=op.f("pk_opening_summary")),
    )


def _repeat_places_at_connectors() -> None:
    op.drop_index("ix_connector_near", table_name="connector")
    for name in ("latitude", "longitude"):
        op.add_column("connector", sa.Column(name, sa.Float(), nullable=False, server_default="0"))
    op.add_column("connector", sa.Column("time_zone", sa.String(length=64), nullable=False, server_default="UTC"))
    op.execute(
        f"UPDATE connector SET latitude = (SELECT public_latitude {_PLACE}), "
        f"longitude = (SELECT public_longitude {_PLACE}), "
        f"time_zone = (SELECT time_zone {_PLACE}), "
        f"cell = CASE (SELECT listing_state {_PLACE}) WHEN 'PUBLISHED' THEN cell ELSE -1 END"
    )
    _join_cells_near_the_poles()
    op.create_index(
        "ix_connector_near",
        "connector",
        ["cell", "standard", "max_power_w", "latitude", "longitude", "time_zone", "evse_id"],
    )


def _join_cells_near_the_poles() -> None:
    """Beyond 75 degrees 2, 4, 8 … columns are one cell from now on."""
    narrowest = math.cos(math.radians(75.001))
    far = sa.text("SELECT DISTINCT cell / 8192 FROM connector WHERE cell >= 0 AND NOT cell / 8192 BETWEEN 300 AND 3299")
    for row in sorted(op.get_bind().scalars(far)):
        lat = min(90.0, max(abs(row / 20 - 90), abs((row + 1) / 20 - 90)))
        halvings = 0
        while halvings < 12 and math.cos(math.radians(lat)) * 2**halvings < narrowest:
            halvings += 1
        first = row * 8192
        op.execute(
            f"UPDATE connector SET cell = {first} + ((cell - {first}) >> {halvings}) "
            f"WHERE cell BETWEEN {first} AND {first + 8191}"
        )


def _public_stations() -> None:
    op.create_table(
        "public_station",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country_code", sa.String(length=2), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("standards", sa.String(length=200), nullable=False),
        sa.Column("max_power_w", sa.Integer(), nullable=True),
        sa.Column("hours_text", sa.Text(), nullable=False),
        sa.Column("price_text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_station")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_public_station_source_source_id")),
    )
    op.create_index(op.f("ix_public_station_cell"), "public_station", ["cell"])


def _search_tables() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("has_alert", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_search_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("user_id", "query", name=op.f("uq_saved_search_user_id_query")),
    )
    op.create_index("ix_saved_search_due", "saved_search", ["has_alert", "is_over", "checked_at"])
    op.create_table(
        "saved_search_hit",
        sa.Column("saved_search_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("evse_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("energy_wh", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["evse_id"], ["evse.id"], name=op.f("fk_saved_search_hit_evse_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["saved_search_id"], ["saved_search.id"], name=op.f("fk_saved_search_hit_saved_search_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("saved_search_id", "evse_id", name=op.f("pk_saved_search_hit")),
    )
    op.create_index(op.f("ix_saved_search_hit_evse_id"), "saved_search_hit", ["evse_id"])
    op.create_table(
        "unmet_search",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("hour_of_week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("first_hours", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour_of_week BETWEEN 0 AND 167", name=op.f("ck_unmet_search_hour")),
        sa.CheckConstraint("searches > 0", name=op.f("ck_unmet_search_searches")),
        sa.CheckConstraint(
            "first_hours BETWEEN 0 AND searches", name=op.f("ck_unmet_search_first_hours")
        ),
        sa.PrimaryKeyConstraint("cell", "on_date", "hour_of_week", name=op.f("pk_unmet_search")),
    )
    op.create_index("ix_unmet_search_on_date", "unmet_search", ["on_date"])
    op.create_table(
        "geocode_answer",
        sa.Column("provider", sa.String(length=12), nullable=False),
        sa.Column("asked", sa.String(length=160), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "asked", name=op.f("pk_geocode_answer")),
    )
    op.create_table(
        "geocode_turn",
        sa.Column("provider", sa.String(length=12), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_geocode_turn")),
    )


def downgrade() -> None:
    for name in (
        "geocode_turn",
        "geocode_answer",
        "unmet_search",
        "saved_search_hit",
        "saved_search",
        "public_station",
        "opening_summary",
    ):
        op.drop_table(name)
    op.drop_index("ix_connector_near", table_name="connector")
    for name in ("time_zone", "longitude", "latitude"):
        op.drop_column("connector", name)
    # What was hidden had its cell all the same before; the search looked at the state.
    # Near the poles each column was a cell of its own.
    # SQLite cuts off what PostgreSQL would round.
    whole = "FLOOR" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(
        f"UPDATE connector SET cell = (SELECT CAST({whole}((public_latitude + 90) * 20) AS INTEGER) * 8192 "
        f"+ CAST({whole}((public_longitude + 180) * 20) AS INTEGER) {_PLACE}) "
        f"WHERE cell = -1 OR (SELECT ABS(public_latitude) {_PLACE}) >= 75"
    )
    op.create_index("ix_connector_near", "connector", ["cell", "standard", "max_power_w"])
    op.drop_column("evse", "booking_mode")
    op.drop_column("location", "mask_site")
    op.drop_column("location", "has_free_parking")
    op.drop_column("location", "is_accessible")
