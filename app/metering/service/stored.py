"""Between table rows and the domain's values; nothing here decides anything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.metering.domain.flow import ACTIVE, PENDING, Flow
from app.metering.models import SessionRow

RUNNING = (PENDING, ACTIVE)


def flow_of(row: SessionRow) -> Flow:
    """Return what the row knows of its session."""
    return Flow(
        code=row.code,
        status=row.status,
        journal_id=row.journal_id,
        last_seq=row.last_seq,
        started_at=row.started_at,
        ended_at=row.ended_at,
        meter_start_wh=row.meter_start_wh,
        meter_stop_wh=row.meter_stop_wh,
        power_w=row.power_w,
        last_reading_at=row.last_reading_at,
        stop_reason=row.stop_reason,
        gaps=tuple(
            (datetime.fromisoformat(begin), datetime.fromisoformat(end))
            for begin, end in row.gaps
        ),
    )


def put_flow(row: SessionRow, flow: Flow) -> None:
    """Write what is known of the session into its row."""
    for name in (
        "status",
        "journal_id",
        "last_seq",
        "started_at",
        "ended_at",
        "meter_start_wh",
        "meter_stop_wh",
        "power_w",
        "last_reading_at",
        "stop_reason",
    ):
        setattr(row, name, getattr(flow, name))
    gaps = [[begin.isoformat(), end.isoformat()] for begin, end in flow.gaps]
    if gaps != row.gaps:
        row.gaps = gaps


def locked(session: Session, session_id: int) -> SessionRow:
    """Return the row, fresh, and kept from others until the transaction ends."""
    return session.scalars(
        select(SessionRow)
        .where(SessionRow.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def running_in(session: Session, evse_id: int) -> SessionRow | None:
    """Return the session of the EVSE that is under way, locked, or None."""
    return session.scalars(
        select(SessionRow)
        .where(SessionRow.evse_id == evse_id, SessionRow.status.in_(RUNNING))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
