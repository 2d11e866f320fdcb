"""One line for each job of the night, instead of one for all.

Revision ID: 20261125_nightly_jobs
Revises: 20261124_auctions
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_nightly_jobs"
down_revision = "20261124_auctions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nightly_job",
        sa.Column("job", sa.String(length=20), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_nightly_job")),
    )
    op.drop_table("nightly_run")


def downgrade() -> None:
    op.create_table(
        "nightly_run",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_nightly_run")),
    )
    op.drop_table("nightly_job")
