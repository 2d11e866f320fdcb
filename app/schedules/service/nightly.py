"""Which jobs of the night are done, for any room that has one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.database import db
from app.schedules.models import NightlyJobRow


def is_done_tonight(job: str, today: date) -> bool:
    """Return whether the job was finished on this UTC date or later."""
    statement = select(NightlyJobRow.done_on).where(NightlyJobRow.job == job)
    done_on = db.session.execute(statement).scalar()
    return done_on is not None and done_on >= today


def note_done_in(session: Session, job: str, today: date, now: datetime) -> None:
    """Note that the job is finished for this UTC date."""
    session.execute(delete(NightlyJobRow).where(NightlyJobRow.job == job))
    session.execute(
        insert(NightlyJobRow).values(job=job, done_on=today, finished_at=now)
    )
