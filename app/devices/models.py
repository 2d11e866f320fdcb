"""Tables of the boxes: identity, live state, pairing codes, commands and journals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class DeviceRow(Row):
    """A box with its key (encrypted) and what it last told about itself."""

    __tablename__ = "device"
    id: Mapped[str] = mapped_column(String(23), primary_key=True)
    key_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    evse_id: Mapped[int | None] = mapped_column(
        ForeignKey("evse.id", ondelete="SET NULL"), unique=True
    )
    is_simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Live state, from hello, state, live and records.
    is_online: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    connection_counter: Mapped[int] = mapped_column(BigInteger, default=0)
    boot_nonce: Mapped[str | None] = mapped_column(String(32))
    firmware: Mapped[str] = mapped_column(String(24), default="")
    lock_state: Mapped[str] = mapped_column(String(12), default="UNKNOWN")
    power_state: Mapped[str] = mapped_column(String(8), default="UNKNOWN")
    status: Mapped[str] = mapped_column(String(16), default="Unknown")
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    meter_ok: Mapped[bool] = mapped_column(default=False)
    meter_wh: Mapped[int | None] = mapped_column(BigInteger)
    meter_power_w: Mapped[int | None] = mapped_column(Integer)
    meter_voltage_dv: Mapped[int | None] = mapped_column(Integer)
    meter_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_code: Mapped[str | None] = mapped_column(String(16))
    # The journal in use and the highest contiguous sequence number stored.
    journal_id: Mapped[int | None] = mapped_column(BigInteger)
    acked_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    # The highest number the box says it has written; the rest is under way.
    announced_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    # Records of this journal that the box gave up for want of space, and said so.
    lost_records: Mapped[int] = mapped_column(BigInteger, default=0)
    command_counter: Mapped[int] = mapped_column(BigInteger, default=0)


class PairingCodeRow(Row):
    """A short-lived code that ties the next box that says it to one EVSE."""

    __tablename__ = "pairing_code"
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    evse_id: Mapped[int] = mapped_column(
        ForeignKey("evse.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_id: Mapped[str | None] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE")
    )


class CommandRow(Row):
    """The outbox: a command is sent once while it is fresh, or dies unsent."""

    __tablename__ = "command"
    __table_args__ = (
        CheckConstraint(
            "state IN ('QUEUED', 'SENT', 'DONE', 'REFUSED', 'EXPIRED')", name="state"
        ),
        Index("ix_command_state", "state", "created_at"),
    )
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id", ondelete="CASCADE"), index=True
    )
    op: Mapped[str] = mapped_column(String(12))
    arg: Mapped[dict[str, object]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8), default="QUEUED")
    requested_by: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL")
    )
    counter: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str | None] = mapped_column(String(24))
    result: Mapped[dict[str, object] | None] = mapped_column(JSON)


class JournalRecordRow(Row):
    """One record of a box, stored exactly once under its own number."""

    __tablename__ = "journal_record"
    __table_args__ = ({"sqlite_with_rowid": False},)
    device_id: Mapped[str] = mapped_column(
        ForeignKey("device.id", ondelete="RESTRICT"), primary_key=True
    )
    journal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(1))
    # The box's clock and how far it can be trusted (0 none, 1 rtc, 2 synced).
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    clock_quality: Mapped[int] = mapped_column(Integer)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    energy_wh: Mapped[int | None] = mapped_column(BigInteger)
    voltage_dv: Mapped[int | None] = mapped_column(Integer)
    current_ma: Mapped[int | None] = mapped_column(Integer)
    power_dw: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str | None] = mapped_column(String(16))
    session_code: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[str | None] = mapped_column(String(80))


class DroppedMessageRow(Row):
    """How many messages were dropped, by device and reason."""

    __tablename__ = "dropped_message"
    device_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    dropped: Mapped[int] = mapped_column(BigInteger, default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WorkerBeatRow(Row):
    """The device worker's sign of life, so that pages know of a dead broker at once."""

    __tablename__ = "worker_beat"
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_connected: Mapped[bool] = mapped_column(default=False)
