"""The one way to tell a box something: a row in the outbox, inside your transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.devices.domain.rules import OPS
from app.devices.models import CommandRow


def send(
    session: Session,
    *,
    device_id: str,
    op: str,
    arg: Mapping[str, object],
    requested_by: int | None,
    ttl_s: int,
    now: datetime,
) -> str:
    """Queue a command for a box and return its id.

    The device worker signs and sends it within a moment of the commit, once. After
    ``ttl_s`` seconds it dies unsent: it never fires late.

    :param arg: integers, booleans and short texts only; they travel as JSON
    :raises ValueError: if the contract knows no such operation
    """
    if op not in OPS:
        raise ValueError(f"A box knows no operation {op!r}.")
    row = CommandRow(
        id=secrets.token_hex(8),
        device_id=device_id,
        op=op,
        arg=dict(arg),
        state="QUEUED",
        requested_by=requested_by,
        created_at=now,
        expires_at=now + timedelta(seconds=ttl_s),
    )
    session.add(row)
    session.flush()
    return row.id
