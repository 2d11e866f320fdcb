"""Compares the search's tables of opening hours with what the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.slots import slot_at
from app.schedules.domain import Opening
from app.schedules.service.opening import openings_of
from app.schedules.service.windows import (
    Run,
    open_runs,
    refresh_summaries_in,
    refresh_windows_of_many_in,
    stored_runs_in,
)

# The farthest horizon of a charger and a day more; beyond it a night may be missing.
CHECKED_SLOTS = 29 * 96


def check_windows_in(
    session: Session, zones: Mapping[int, str], now: datetime, *, repair: bool
) -> Counter[str]:
    """Return how many chargers' windows and summaries differ from their rules.

    ``windows``: one is missing, wrong or too many from now to the farthest horizon;
    ``nights``: the summary of the weekly hours is missing or wrong.
    """
    openings = openings_of(zones, session=session)
    stored = stored_runs_in(session, zones)
    closed = Opening(rules=())
    first = slot_at(now)
    wrong = {
        evse_id: zone
        for evse_id, zone in zones.items()
        if _visible(stored[evse_id], first)
        != _visible(open_runs(openings.get(evse_id, closed), zone, now), first)
    }
    nights = refresh_summaries_in(
        session, {each: openings.get(each, closed) for each in zones}, is_dry=not repair
    )
    if repair:
        refresh_windows_of_many_in(session, wrong, now)
    return Counter(windows=len(wrong), nights=nights)


def _visible(runs: Iterable[Run], first: int) -> list[Run]:
    end = first + CHECKED_SLOTS
    return sorted(
        (max(begin, first), min(until, end))
        for begin, until in runs
        if begin < end and until > first
    )
