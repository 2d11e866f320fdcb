"""What other rooms and pages see of a box and of a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.devices.domain import rules
from app.devices.models import CommandRow, DeviceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A box as it last described itself."""

    id: str
    evse_id: int | None
    said_online: bool
    last_seen_at: datetime | None
    paired_at: datetime | None
    firmware: str
    lock_state: str
    power_state: str
    status: str
    faults: tuple[str, ...]
    meter_ok: bool
    meter_wh: int | None
    meter_power_w: int | None
    meter_voltage_dv: int | None
    meter_read_at: datetime | None
    session_code: str | None
    is_simulated: bool
    journal_id: int | None
    acked_seq: int
    announced_seq: int
    lost_records: int

    def is_online(self, now: datetime) -> bool:
        """Return whether the box can be reached, by our own rule."""
        return rules.is_online(self.said_online, self.last_seen_at, now)

    @property
    def shown(self) -> tuple[object, ...]:
        """What a page shows of the box, apart from how long ago it spoke."""
        return (
            (self.id, self.firmware, self.lock_state, self.power_state, self.status),
            (self.faults, self.meter_ok, self.meter_wh, self.meter_power_w),
            (self.meter_voltage_dv, self.session_code, self.lost_records),
            self.meter_read_at and self.meter_read_at.replace(second=0, microsecond=0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command and how far it got: QUEUED, SENT, DONE, REFUSED or EXPIRED."""

    id: str
    device_id: str
    op: str
    state: str
    why: str | None
    result: dict[str, object] | None
    created_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    expires_at: datetime

    def is_pending(self, now: datetime) -> bool:
        """Return whether an answer may still come."""
        is_open = self.state in ("QUEUED", "SENT")
        return is_open and not rules.has_died(self.state, self.expires_at, now)


def device_view(row: DeviceRow) -> Device:
    """Return the view of a box's row."""
    return Device(
        id=row.id,
        evse_id=row.evse_id,
        said_online=row.is_online,
        last_seen_at=row.last_seen_at,
        paired_at=row.paired_at,
        firmware=row.firmware,
        lock_state=row.lock_state,
        power_state=row.power_state,
        status=row.status,
        faults=tuple(row.faults),
        meter_ok=row.meter_ok,
        meter_wh=row.meter_wh,
        meter_power_w=row.meter_power_w,
        meter_voltage_dv=row.meter_voltage_dv,
        meter_read_at=row.meter_read_at,
        session_code=row.session_code,
        is_simulated=row.is_simulated,
        journal_id=row.journal_id,
        acked_seq=row.acked_seq,
        announced_seq=row.announced_seq,
        lost_records=row.lost_records,
    )


def command_view(row: CommandRow) -> Command:
    """Return the view of a command's row."""
    return Command(
        id=row.id,
        device_id=row.device_id,
        op=row.op,
        state=row.state,
        why=row.why,
        result=row.result,
        created_at=row.created_at,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        expires_at=row.expires_at,
    )
