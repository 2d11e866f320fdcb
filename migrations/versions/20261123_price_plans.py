"""Price plans and the demand model.

Revision ID: 20261123_price_plans
Revises: 4bd870566b46
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_price_plans"
down_revision = "4bd870566b46"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand_model",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("learned_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_demand_model")),
    )
    op.create_table(
        "price_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evse_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("gate_min", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("reserve", sa.JSON(), nullable=False),
        sa.Column("book_now", sa.JSON(), nullable=False),
        sa.Column("by_lead", sa.JSON(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "gate_min BETWEEN 60 AND 720", name=op.f("ck_price_plan_gate")
        ),
        sa.CheckConstraint(
            "mode IN ('FIXED', 'AUCTION')", name=op.f("ck_price_plan_mode")
        ),
        sa.ForeignKeyConstraint(
            ["evse_id"],
            ["evse.id"],
            name=op.f("fk_price_plan_evse_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_plan")),
        sa.UniqueConstraint(
            "evse_id", "version", name=op.f("uq_price_plan_evse_id_version")
        ),
    )
    op.create_index(
        "uq_price_plan_current",
        "price_plan",
        ["evse_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )


def downgrade() -> None:
    op.drop_index("uq_price_plan_current", table_name="price_plan")
    op.drop_table("price_plan")
    op.drop_table("demand_model")
