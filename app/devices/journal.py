"""The server's copy of the boxes' journals: each record exactly once, gaps known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database import db, dialect_name
from app.devices.domain.records import Batch, Record
from app.devices.domain.rules import contiguous, lost_before
from app.devices.models import DeviceRow, JournalRecordRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_AHEAD = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRecord:
    """A stored record; ``M`` meter reading, ``E`` event, ``S`` session mark.

    ``taken_at`` is the box's clock and worth as much as ``clock_quality`` says:
    0 counts from boot (near 1970), 1 own clock, 2 set by the server.
    """

    device_id: str
    journal_id: int
    seq: int
    kind: str
    taken_at: datetime
    clock_quality: int
    received_at: datetime
    energy_wh: int | None
    voltage_dv: int | None
    current_ma: int | None
    power_dw: int | None
    name: str | None
    session_code: str | None
    detail: str | None


_COLUMNS = tuple(JournalRecord.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing a batch achieved: highest contiguous number, news, losses."""

    acked_seq: int
    is_news: bool
    lost: int


def store_in(
    session: Session, device: DeviceRow, batch: Batch, *, received_at: datetime
) -> Stored:
    """Store a batch; records that are there already stay as they are."""
    if device.journal_id is None:
        adopt_in(session, device, batch.journal_id)
    session.execute(
        _insert()
        .values(
            [
                _values(device.id, batch.journal_id, record, received_at)
                for record in batch.records
            ]
        )
        .on_conflict_do_nothing()
    )
    if batch.journal_id != device.journal_id:
        # A straggler of a journal that is gone: kept, but it opens nothing.
        acked = _contiguous_in(session, device.id, batch.journal_id, 0)
        return Stored(acked_seq=acked, is_news=True, lost=0)
    before = device.acked_seq
    acked = _contiguous_in(session, device.id, batch.journal_id, before)
    lost = _lost_in(session, device, batch, acked)
    if lost:
        device.lost_records += lost
        acked = _contiguous_in(session, device.id, batch.journal_id, acked + lost)
    device.acked_seq = acked
    return Stored(acked_seq=acked, is_news=acked > before, lost=lost)


def adopt_in(session: Session, device: DeviceRow, journal_id: int) -> None:
    """Take a box's new (or once known) journal as the one in use."""
    device.journal_id = journal_id
    device.lost_records = device.announced_seq = 0
    device.acked_seq = _contiguous_in(session, device.id, journal_id, 0)


def records_after(
    device_id: str, journal_id: int, seq: int, session_code: str | None = None
) -> tuple[JournalRecord, ...]:
    """Return the records above ``seq`` up to the first gap, ascending.

    :param session_code: leaves out the marks of other sessions; readings and events
        carry no code and stay
    """
    upto = _contiguous_in(db.session(), device_id, journal_id, seq)
    device = db.session.get(DeviceRow, device_id, populate_existing=True)
    if device is not None and device.journal_id == journal_id:
        # Gaps that the box owned up to are behind this number.
        upto = max(upto, device.acked_seq)
    row = JournalRecordRow
    statement = (
        select(*(getattr(row, name) for name in _COLUMNS))
        .where(
            row.device_id == device_id,
            row.journal_id == journal_id,
            row.seq > seq,
            row.seq <= upto,
        )
        .order_by(row.seq)
    )
    if session_code is not None:
        statement = statement.where(
            (row.session_code == session_code) | row.session_code.is_(None)
        )
    return tuple(
        JournalRecord(**each._mapping) for each in db.session.execute(statement)
    )


def _insert() -> sqlite.Insert | postgresql.Insert:
    if dialect_name() == "sqlite":
        return sqlite.insert(JournalRecordRow)
    return postgresql.insert(JournalRecordRow)


def _values(
    device_id: str, journal_id: int, record: Record, received_at: datetime
) -> dict[str, object]:
    return {
        "device_id": device_id,
        "journal_id": journal_id,
        "seq": record.seq,
        "kind": record.kind,
        "taken_at": _EPOCH + timedelta(milliseconds=record.taken_ms),
        "clock_quality": record.clock_quality,
        "received_at": received_at,
        "energy_wh": record.energy_wh,
        "voltage_dv": record.voltage_dv,
        "current_ma": record.current_ma,
        "power_dw": record.power_dw,
        "name": record.name,
        "session_code": record.session_code,
        "detail": record.detail,
    }


def _contiguous_in(session: Session, device_id: str, journal_id: int, seq: int) -> int:
    while True:
        numbers = session.scalars(_numbers_above(device_id, journal_id, seq)).all()
        found = contiguous(seq, numbers)
        if found - seq < _LOOK_AHEAD:
            return found
        seq = found


def _lost_in(session: Session, device: DeviceRow, batch: Batch, acked: int) -> int:
    if batch.dropped <= device.lost_records:
        return 0
    above = _numbers_above(device.id, batch.journal_id, acked).limit(1)
    first = session.scalar(above)
    if first is None:
        return 0
    return lost_before(acked, first, dropped=batch.dropped, known=device.lost_records)


def _numbers_above(device_id: str, journal_id: int, seq: int) -> Select[int]:
    row = JournalRecordRow
    return (
        select(row.seq)
        .where(row.device_id == device_id, row.journal_id == journal_id, row.seq > seq)
        .order_by(row.seq)
        .limit(_LOOK_AHEAD)
    )
