"""bids, gates, kept reserves and the log of each order book

Revision ID: 20261124_auctions
Revises: 20261123_price_plans
Create Date: 2026-11-24 00:10:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '20261124_auctions'
down_revision = '20261123_price_plans'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('follow',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('bidder_id', sa.Integer(), nullable=False),
    sa.Column('evse_ids', sa.JSON(), nullable=False),
    sa.Column('window_starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('window_ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('length_min', sa.Integer(), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('vehicle_id', sa.Integer(), nullable=True),
    sa.Column('energy_cap_wh', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('idempotency_key', sa.String(length=64), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen', sa.JSON(), nullable=True),
    sa.CheckConstraint("state IN ('ACTIVE', 'WON', 'ENDED', 'WITHDRAWN')", name=op.f('ck_follow_state')),
    sa.CheckConstraint('length_min > 0 AND maximum_minor > 0', name=op.f('ck_follow_wish')),
    sa.CheckConstraint('window_starts_at < window_ends_at', name=op.f('ck_follow_window')),
    sa.ForeignKeyConstraint(['bidder_id'], ['user_account.id'], name=op.f('fk_follow_bidder_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow')),
    sa.UniqueConstraint('bidder_id', 'idempotency_key', name=op.f('uq_follow_bidder_id_idempotency_key')),
    sa.UniqueConstraint('code', name=op.f('uq_follow_code'))
    )
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.create_index('ix_follow_bidder_id_state', ['bidder_id', 'state'], unique=False)
        batch_op.create_index('ix_follow_state', ['state'], unique=False)

    op.create_table('auction_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('evse_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=9), nullable=False),
    sa.Column('start_slot', sa.Integer(), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['evse_id'], ['evse.id'], name=op.f('fk_auction_event_evse_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auction_event')),
    sa.UniqueConstraint('evse_id', 'number', name=op.f('uq_auction_event_evse_id_number'))
    )
    with op.batch_alter_table('auction_event', schema=None) as batch_op:
        batch_op.create_index('ix_auction_event_evse_id_at', ['evse_id', 'at'], unique=False)
        batch_op.create_index('ix_auction_event_evse_id_start_slot', ['evse_id', 'start_slot'], unique=False)

    op.create_table('auction_gate',
    sa.Column('evse_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('start_slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stage', sa.String(length=9), nullable=False),
    sa.Column('decides_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("stage IN ('GATE', 'LAST_CALL')", name=op.f('ck_auction_gate_stage')),
    sa.ForeignKeyConstraint(['evse_id'], ['evse.id'], name=op.f('fk_auction_gate_evse_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('evse_id', 'start_slot', 'stage', name=op.f('pk_auction_gate')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('auction_gate', schema=None) as batch_op:
        batch_op.create_index('ix_auction_gate_decided_at_decides_at', ['decided_at', 'decides_at'], unique=False)

    op.create_table('bid',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('evse_id', sa.Integer(), nullable=False),
    sa.Column('bidder_id', sa.Integer(), nullable=False),
    sa.Column('follow_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_slot', sa.Integer(), nullable=False),
    sa.Column('end_slot', sa.Integer(), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('standing', sa.String(length=8), nullable=True),
    sa.Column('stage', sa.String(length=9), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('grace_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('vehicle_id', sa.Integer(), nullable=True),
    sa.Column('energy_cap_wh', sa.BigInteger(), nullable=True),
    sa.Column('max_power_w', sa.Integer(), nullable=False),
    sa.Column('vehicle', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('nonce', sa.String(length=32), nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('idempotency_key', sa.String(length=64), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_milli', sa.BigInteger(), nullable=True),
    sa.Column('paid_minor', sa.BigInteger(), nullable=True),
    sa.Column('minimum_milli', sa.BigInteger(), nullable=True),
    sa.Column('reserve_milli', sa.BigInteger(), nullable=True),
    sa.Column('top_up_milli', sa.BigInteger(), nullable=True),
    sa.Column('booking_code', sa.String(length=10), nullable=True),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.Column('is_seen', sa.Boolean(), nullable=False),
    sa.CheckConstraint("stage IN ('GATE', 'LAST_CALL')", name=op.f('ck_bid_stage')),
    sa.CheckConstraint("standing IN ('LEADING', 'OUTBID', 'ALERT')", name=op.f('ck_bid_standing')),
    sa.CheckConstraint("state IN ('PENDING', 'WON', 'LOST', 'WITHDRAWN', 'DROPPED')", name=op.f('ck_bid_state')),
    sa.CheckConstraint('first_slot < end_slot', name=op.f('ck_bid_slots')),
    sa.CheckConstraint('maximum_minor > 0', name=op.f('ck_bid_maximum')),
    sa.CheckConstraint('paid_minor >= 0 AND paid_minor <= maximum_minor', name=op.f('ck_bid_paid')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_bid_period')),
    sa.ForeignKeyConstraint(['bidder_id'], ['user_account.id'], name=op.f('fk_bid_bidder_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['evse_id'], ['evse.id'], name=op.f('fk_bid_evse_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['follow_id'], ['follow.id'], name=op.f('fk_bid_follow_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bid')),
    sa.UniqueConstraint('bidder_id', 'idempotency_key', name=op.f('uq_bid_bidder_id_idempotency_key')),
    sa.UniqueConstraint('code', name=op.f('uq_bid_code'))
    )
    with op.batch_alter_table('bid', schema=None) as batch_op:
        batch_op.create_index('ix_bid_bidder_id_state', ['bidder_id', 'state'], unique=False)
        batch_op.create_index('ix_bid_evse_id_state_first_slot', ['evse_id', 'state', 'first_slot'], unique=False)
        batch_op.create_index(batch_op.f('ix_bid_follow_id'), ['follow_id'], unique=False)

    op.create_table('frozen_reserve',
    sa.Column('evse_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('reserve_milli', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('reserve_milli >= 0', name=op.f('ck_frozen_reserve_reserve')),
    sa.ForeignKeyConstraint(['evse_id'], ['evse.id'], name=op.f('fk_frozen_reserve_evse_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('evse_id', 'slot', name=op.f('pk_frozen_reserve')),
    sqlite_with_rowid=False
    )

    op.create_table('logged_sale',
    sa.Column('evse_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('slot', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['evse_id'], ['evse.id'], name=op.f('fk_logged_sale_evse_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('evse_id', 'slot', name=op.f('pk_logged_sale')),
    sqlite_with_rowid=False
    )


def downgrade():
    op.drop_table('logged_sale')
    op.drop_table('frozen_reserve')
    with op.batch_alter_table('bid', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bid_follow_id'))
        batch_op.drop_index('ix_bid_evse_id_state_first_slot')
        batch_op.drop_index('ix_bid_bidder_id_state')

    op.drop_table('bid')
    with op.batch_alter_table('auction_gate', schema=None) as batch_op:
        batch_op.drop_index('ix_auction_gate_decided_at_decides_at')

    op.drop_table('auction_gate')
    with op.batch_alter_table('auction_event', schema=None) as batch_op:
        batch_op.drop_index('ix_auction_event_evse_id_start_slot')
        batch_op.drop_index('ix_auction_event_evse_id_at')

    op.drop_table('auction_event')
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.drop_index('ix_follow_state')
        batch_op.drop_index('ix_follow_bidder_id_state')

    op.drop_table('follow')
