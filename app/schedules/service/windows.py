"""Keeps the search's table of open windows equal to what the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.database import writing
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid, slot_at
from app.schedules.domain import Opening, expand, on_grid
from app.schedules.models import ClaimedSlotRow, OpenWindowRow
from app.schedules.service.opening import openings_of

# A week more than the farthest horizon, so that a missed night changes no answer.
WINDOW_DAYS = 35
_BATCH = 200


def refresh_windows_in(
    session: Session, evse_id: int, zone: str, now: datetime
) -> None:
    """Expand one charger's opening hours again, from now on.

    Called in the transaction of every change to the hours or the time zone.
    """
    refresh_windows_of_many_in(session, {evse_id: zone}, now)


def refresh_windows_of_many_in(
    session: Session, zones: Mapping[int, str], now: datetime
) -> None:
    """Expand the opening hours of many chargers again, given their time zones."""
    ids = sorted(zones)
    openings = openings_of(ids, session=session)
    session.execute(delete(OpenWindowRow).where(OpenWindowRow.evse_id.in_(ids)))
    rows = [
        {
            "evse_id": evse_id,
            "first_slot": slot_at(period.starts_at),
            "end_slot": slot_at(period.ends_at),
        }
        for evse_id, opening in openings.items()
        for period in open_windows(opening, zones[evse_id], now)
    ]
    if rows:
        session.execute(insert(OpenWindowRow), rows)


def open_windows(opening: Opening, zone: str, now: datetime) -> tuple[Period, ...]:
    """Return the whole quarter hours in which the charger is open from now on."""
    starts_at = floor_to_grid(now)
    window = Period(starts_at, starts_at + timedelta(days=WINDOW_DAYS))
    return on_grid(expand(opening.rules, opening.exceptions, zone, window))


def tick(*, now: datetime) -> int:
    """Do the nightly work: expand all windows, forget the slots of past days.

    :returns: how many chargers were expanded
    """
    zones = chargers.charger_zones()
    for batch in _batches(sorted(zones)):
        with writing() as work:
            refresh_windows_of_many_in(
                work.session, {each: zones[each] for each in batch}, now
            )
    with writing() as work:
        # The claims stay as history; only the index of taken time is pruned.
        yesterday = slot_at(now - timedelta(days=1))
        work.session.execute(
            delete(ClaimedSlotRow).where(ClaimedSlotRow.slot < yesterday)
        )
    return len(zones)


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[first : first + _BATCH] for first in range(0, len(ids), _BATCH))
