"""Stores and reads the opening hours of chargers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.database import db
from app.schedules.domain import (
    Opening,
    OpeningException,
    OpeningRule,
    check_opening,
)
from app.schedules.models import OpeningExceptionRow, OpeningRuleRow


def set_opening_in(
    session: Session,
    *,
    evse_id: int,
    rules: Iterable[OpeningRule],
    exceptions: Iterable[OpeningException] = (),
) -> None:
    """Replace a charger's opening hours; the caller then refreshes its windows.

    :raises OpeningRefused: if a window is off the quarter hour or out of range
    """
    opening = Opening(rules=tuple(rules), exceptions=tuple(exceptions))
    set_openings_in(session, {evse_id: opening})


def set_openings_in(session: Session, openings: Mapping[int, Opening]) -> None:
    """Replace the opening hours of many chargers at once, by charger id."""
    if not openings:
        return
    for opening in openings.values():
        check_opening(opening)
    for table in (OpeningRuleRow, OpeningExceptionRow):
        session.execute(delete(table).where(table.evse_id.in_(sorted(openings))))
    rules = [
        {
            "evse_id": evse_id,
            "weekday": rule.weekday,
            "begin_min": rule.begin_min,
            "end_min": rule.end_min,
        }
        for evse_id, opening in openings.items()
        for rule in sorted(set(opening.rules))
    ]
    exceptions = [
        {
            "evse_id": evse_id,
            "on_date": each.on_date,
            "kind": each.kind,
            "begin_min": each.begin_min,
            "end_min": each.end_min,
            "reason": each.reason,
        }
        for evse_id, opening in openings.items()
        for each in sorted(set(opening.exceptions))
    ]
    if rules:
        session.execute(insert(OpeningRuleRow), rules)
    if exceptions:
        session.execute(insert(OpeningExceptionRow), exceptions)


def opening_of(evse_id: int) -> Opening:
    """Return a charger's opening hours; without any rule it is never open."""
    return openings_of((evse_id,)).get(evse_id, Opening(rules=()))


def openings_of(
    evse_ids: Iterable[int], *, session: Session | None = None
) -> dict[int, Opening]:
    """Return the opening hours of those chargers that have any, by id."""
    session = session or db.session()
    wanted = sorted(set(evse_ids))
    rules: dict[int, list[OpeningRule]] = defaultdict(list)
    exceptions: dict[int, list[OpeningException]] = defaultdict(list)
    for row in session.execute(
        select(
            OpeningRuleRow.evse_id,
            OpeningRuleRow.weekday,
            OpeningRuleRow.begin_min,
            OpeningRuleRow.end_min,
        ).where(OpeningRuleRow.evse_id.in_(wanted))
    ):
        rules[row.evse_id].append(OpeningRule(row.weekday, row.begin_min, row.end_min))
    for each in session.execute(
        select(
            OpeningExceptionRow.evse_id,
            OpeningExceptionRow.on_date,
            OpeningExceptionRow.kind,
            OpeningExceptionRow.begin_min,
            OpeningExceptionRow.end_min,
            OpeningExceptionRow.reason,
        ).where(OpeningExceptionRow.evse_id.in_(wanted))
    ):
        exceptions[each.evse_id].append(OpeningException(*each[1:]))
    return {
        evse_id: Opening(
            rules=tuple(sorted(rules[evse_id])),
            exceptions=tuple(sorted(exceptions[evse_id])),
        )
        for evse_id in sorted(rules.keys() | exceptions.keys())
    }
