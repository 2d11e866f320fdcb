"""Commands to a session's box, as rows of the outbox in the caller's transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.bookings.domain import Booking
from app.devices import bus
from app.devices import service as devices
from app.metering.models import SessionRow

# The box switches off if nobody renews the lease for this long.
LEASE_S = 900
_LEASE_TTL_S = 60
_UNLOCK_TTL_S = 10
_STOP_TTL_S = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def power_off_at(booking: Booking) -> datetime:
    """Return when the box takes the power off by itself: the end and its grace."""
    return booking.ends_at + timedelta(minutes=booking.terms.overstay_grace_min)


def send_unlock_in(
    session: Session, row: SessionRow, booking: Booking, *, user_id: int, now: datetime
) -> str:
    """Queue the command to open, with the limits that the box enforces by itself."""
    end_ms = (power_off_at(booking) - _EPOCH) // timedelta(milliseconds=1)
    row.unlock_command_id = bus.send(
        session,
        device_id=row.device_id,
        op="unlock",
        arg={
            "sid": row.code,
            "end": end_ms,
            "wh": booking.energy_cap_wh,
            "lease": LEASE_S,
        },
        requested_by=user_id,
        ttl_s=_UNLOCK_TTL_S,
        now=now,
    )
    return row.unlock_command_id


def send_relock_in(
    session: Session, row: SessionRow, *, user_id: int, now: datetime
) -> str:
    """Queue the command to lock while charging goes on."""
    row.relock_command_id = bus.send(
        session,
        device_id=row.device_id,
        op="relock",
        arg={"sid": row.code},
        requested_by=user_id,
        ttl_s=_UNLOCK_TTL_S,
        now=now,
    )
    return row.relock_command_id


def send_stop_in(
    session: Session, row: SessionRow, *, why: str, user_id: int | None, now: datetime
) -> str:
    """Queue the command to end the session.

    :param why: ``DRIVER``, ``OWNER``, or the server's own word, which the row keeps
    """
    row.stop_why = why
    row.stop_command_id = bus.send(
        session,
        device_id=row.device_id,
        op="stop",
        arg={"sid": row.code, "why": "DRIVER" if why == "DRIVER" else "OWNER"},
        requested_by=user_id,
        ttl_s=_STOP_TTL_S,
        now=now,
    )
    return row.stop_command_id


def renew_lease_in(session: Session, row: SessionRow, *, now: datetime) -> None:
    """Queue the word that the session is still watched."""
    row.lease_renewed_at = now
    bus.send(
        session,
        device_id=row.device_id,
        op="lease",
        arg={"sid": row.code, "lease": LEASE_S},
        requested_by=None,
        ttl_s=_LEASE_TTL_S,
        now=now,
    )


def is_under_way(command_id: str | None) -> bool:
    """Return whether a command has not been answered yet."""
    if command_id is None:
        return False
    return devices.command(command_id).state in ("QUEUED", "SENT")
