"""Tying a box to a charger: the owner's page shows a code, the box says it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.devices import bus
from app.devices.domain.rules import (
    PAIRING_CODE_LENGTH,
    PAIRING_CODE_S,
    parse_pairing_code,
)
from app.devices.models import CommandRow, DeviceRow, PairingCodeRow
from app.kernel.errors import Conflict
from app.kernel.ids import code_from

_CONFIRM_TTL_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCode:
    """A code to type into the box before it expires."""

    code: str
    expires_at: datetime


def start_in(session: Session, *, evse_id: int, now: datetime) -> PairingCode:
    """Return a fresh code for the charger; older unused ones die.

    :raises Conflict: if a box is paired already
    """
    if device_row_of(session, evse_id) is not None:
        raise Conflict("A box is paired already. Unpair it first.")
    session.execute(
        delete(PairingCodeRow).where(
            PairingCodeRow.evse_id == evse_id, PairingCodeRow.used_at.is_(None)
        )
    )
    row = PairingCodeRow(
        code=code_from(secrets.token_bytes(10), length=PAIRING_CODE_LENGTH),
        evse_id=evse_id,
        expires_at=now + timedelta(seconds=PAIRING_CODE_S),
    )
    session.add(row)
    session.flush()
    return PairingCode(code=row.code, expires_at=row.expires_at)


def open_code(session: Session, evse_id: int, now: datetime) -> PairingCode | None:
    """Return the charger's code that can still be used, or None."""
    row = session.scalars(
        select(PairingCodeRow).where(
            PairingCodeRow.evse_id == evse_id,
            PairingCodeRow.used_at.is_(None),
            PairingCodeRow.expires_at > now,
        )
    ).first()
    if row is None:
        return None
    return PairingCode(code=row.code, expires_at=row.expires_at)


def claim_in(session: Session, device: DeviceRow, text: str, now: datetime) -> bool:
    """Pair the box that says this code and confirm it; return whether it counts.

    A code that does not count is answered, too, so that the box forgets it and its
    light tells the person to look at the page again.
    """
    code = parse_pairing_code(text)
    row = session.get(PairingCodeRow, code) if code else None
    is_good = row is not None and _may_claim(session, device, row, now)
    if is_good and row is not None and row.used_at is None:
        row.used_at = device.paired_at = now
        row.device_id = device.id
        device.evse_id = row.evse_id
    confirm_in(session, device.id, is_paired=is_good, now=now)
    return is_good


def confirm_in(
    session: Session, device_id: str, *, is_paired: bool, now: datetime
) -> None:
    """Tell the box whether it is paired, unless it is being told already."""
    waiting = session.scalars(
        select(CommandRow.id).where(
            CommandRow.device_id == device_id,
            CommandRow.op == "pair",
            CommandRow.state.in_(("QUEUED", "SENT")),
            CommandRow.expires_at > now,
        )
    ).first()
    if waiting is None:
        bus.send(
            session,
            device_id=device_id,
            op="pair",
            arg={"ok": is_paired},
            requested_by=None,
            ttl_s=_CONFIRM_TTL_S,
            now=now,
        )


def device_row_of(session: Session, evse_id: int) -> DeviceRow | None:
    """Return the box of a charger, or None."""
    return session.scalars(
        select(DeviceRow).where(DeviceRow.evse_id == evse_id)
    ).one_or_none()


def _may_claim(
    session: Session, device: DeviceRow, row: PairingCodeRow, now: datetime
) -> bool:
    if row.used_at is not None:
        # The box repeats itself until it has heard the confirmation.
        return row.device_id == device.id and device.evse_id == row.evse_id
    if row.expires_at <= now or device.session_code is not None:
        return False
    return device_row_of(session, row.evse_id) is None
