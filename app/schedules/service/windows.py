"""Keeps the search's table of open windows equal to what the rules say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.database import writing
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid, slot_at
from app.schedules.domain import Opening, expand, on_grid
from app.schedules.models import ClaimedSlotRow, OpenWindowRow
from app.schedules.service.nightly import is_done_tonight, note_done_in
from app.schedules.service.opening import openings_of

# A week more than the farthest horizon, so that a missed night changes no answer.
WINDOW_DAYS = 35
_BATCH = 200
_JOB = "open windows"


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
    if not zones:
        return
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
    """Do the nightly work once a day: expand all windows, forget past slots.

    Called as often as anybody likes; a run that broke off is repeated.

    :returns: how many chargers were expanded
    """
    today = now.astimezone(UTC).date()
    if is_done_tonight(_JOB, today):
        return 0
    ids = sorted(chargers.charger_zones())
    for first in range(0, len(ids), _BATCH):
        _refresh_batch(ids[first : first + _BATCH], now)
    with writing() as work:
        # The claims stay as history; only the index of taken time is pruned.
        yesterday = slot_at(now - timedelta(days=1))
        work.session.execute(
            delete(ClaimedSlotRow).where(ClaimedSlotRow.slot < yesterday)
        )
        note_done_in(work.session, _JOB, today, now)
    return len(ids)


def _refresh_batch(ids: list[int], now: datetime) -> None:
    with writing() as work:
        for charger_id in ids:
            chargers.lock_in(work.session, charger_id)
        # Read after the locks, so that an edit cannot be overwritten by old hours.
        zones = chargers.charger_zones()
        still = {each: zones[each] for each in ids if each in zones}
        refresh_windows_of_many_in(work.session, still, now)
