"""Searches that found nothing: counted by place and hour of the week, told to owners.

Nobody can be recognized in what is kept: no person, no address, no exact point.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import tzfpy
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.accounts.service.links import derived_key
from app.database import db, dialect_name, writing
from app.kernel.errors import TooMany
from app.kernel.geo import Point, cell_of, cells_around
from app.schedules import service as schedules
from app.search.domain import Query
from app.search.domain.demand import Demand, demand_of, wanted_hours
from app.search.models import UnmetSearchRow
from app.search.service.views import Results
from app.web import limits

_log = logging.getLogger(__name__)
NEARBY_M = 10_000
SHOWN_DAYS = 28
_KEPT = timedelta(weeks=13)
_HOUR_S = 3600
# Nobody looks for a charger more often; who seems to is a machine.
MOST_NOTES_AN_HOUR = 30


def note_unmet(results: Results | None, who: str | None, now: datetime) -> int:
    """Count a search that found nothing, once a person, place and hour of the week.

    Trouble with the database is logged: the search itself is answered all the same.

    :param results: None where the search was refused, which is no demand
    :param who: what tells searchers apart for an hour, or None for machines that
        look at pages on their own account
    :returns: how many hours were counted
    """
    if who is None or results is None or results.total:
        return 0
    if results.has_more:
        return 0  # Not everybody was asked, so nobody knows.
    try:
        return _note(results.query, who, now)
    except SQLAlchemyError:
        _log.warning("A search without a hit was not counted.", exc_info=True)
        db.session.rollback()
        return 0


def demand_near(point: Point, open_hours: Sequence[bool], now: datetime) -> Demand:
    """Return what drivers looked for within 10 km in four weeks and did not find.

    :param open_hours: by hour of the week, whether the owner's charger is open
    """
    row = UnmetSearchRow
    counts = db.session.execute(
        select(row.hour_of_week, func.sum(row.searches), func.sum(row.first_hours))
        .where(
            row.cell.in_(cells_around(point, NEARBY_M)),
            row.on_date > now.date() - timedelta(days=SHOWN_DAYS),
        )
        .group_by(row.hour_of_week)
    ).all()
    return demand_of(
        sum(int(each[2]) for each in counts),
        {each[0]: int(each[1]) for each in counts},
        open_hours,
    )


def forget_old(today: date, now: datetime) -> None:
    """Delete what is older than 13 weeks, and note that tonight's work is done."""
    with writing() as work:
        work.session.execute(
            delete(UnmetSearchRow).where(UnmetSearchRow.on_date < today - _KEPT)
        )
        schedules.note_done_in(work.session, "unmet", today, now)


def _note(query: Query, who: str, now: datetime) -> int:
    zone = ZoneInfo(tzfpy.get_tz(query.center.lon, query.center.lat) or "UTC")
    local_now = now.astimezone(zone).replace(tzinfo=None)
    cell, hours = cell_of(query.center), wanted_hours(query.time, local_now)
    keys = {hour: _key(who, cell, hour, now) for hour in hours}
    # Most repeats end here, without a write.
    if len(limits.used_keys(keys.values(), window_s=_HOUR_S, now=now)) == len(keys):
        return 0
    try:
        limits.count_use(
            _key_of(who, now), limit=MOST_NOTES_AN_HOUR, window_s=_HOUR_S, now=now
        )
    except TooMany:
        return 0
    with writing() as work:
        new = limits.first_uses_in(
            work.session, keys.values(), window_s=_HOUR_S, now=now
        )
        counted = [hour for hour in hours if keys[hour] in new]
        for hour in sorted(counted):
            is_first = hour == hours[0]
            _count(work.session, cell, local_now.date(), hour, is_first)
        return len(counted)


def _key(who: str, cell: int, hour: int, now: datetime) -> str:
    """Return a key that tells searchers apart for one hour and names nobody."""
    words = f"{who}\n{cell}\n{hour}"
    return f"unmet:{_digest(words, now)}"


def _key_of(who: str, now: datetime) -> str:
    """Return a key for all notes of one searcher in this hour; it names nobody."""
    return f"unmet of:{_digest(who, now)}"


def _digest(words: str, now: datetime) -> str:
    content = f"{words}\n{int(now.timestamp()) // _HOUR_S}".encode()
    return hmac.new(derived_key("unmet"), content, hashlib.sha256).hexdigest()[:32]


def _count(
    session: Session, cell: int, on_date: date, hour: int, is_first: bool
) -> None:
    insert: Any = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    row = UnmetSearchRow
    statement = insert(row).values(
        cell=cell,
        on_date=on_date,
        hour_of_week=hour,
        searches=1,
        first_hours=int(is_first),
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[row.cell, row.on_date, row.hour_of_week],
            set_={
                "searches": row.searches + 1,
                "first_hours": row.first_hours + int(is_first),
            },
        )
    )
