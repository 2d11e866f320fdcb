"""Keeps the search's tables of open windows and nights equal to what the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.database import writing
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid, slot_at
from app.schedules.domain import Opening, OpeningRule, expand, on_grid
from app.schedules.models import ClaimedSlotRow, OpeningSummaryRow, OpenWindowRow
from app.schedules.nights import is_open_at_night
from app.schedules.service.nightly import is_done_tonight, note_done_in
from app.schedules.service.opening import openings_of

# A week more than the farthest horizon, so that a missed night changes no answer.
WINDOW_DAYS = 35
Run = tuple[int, int]
_BATCH = 100
_JOB = "open windows"
_CLOSED = Opening(rules=())


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
    """Expand the opening hours of many chargers again, given their time zones.

    Only what differs is written: from one night to the next that is a row or two.
    """
    if not zones:
        return
    openings = openings_of(zones, session=session)
    stored = stored_runs_in(session, zones)
    old: list[tuple[int, int]] = []
    new: list[dict[str, int]] = []
    for evse_id, zone in zones.items():
        runs = open_runs(openings.get(evse_id, _CLOSED), zone, now)
        wanted = frozenset(_joined(runs, stored[evse_id]))
        old += [(evse_id, first) for first, end in stored[evse_id] - wanted]
        new += [
            {"evse_id": evse_id, "first_slot": first, "end_slot": end}
            for first, end in sorted(wanted - stored[evse_id])
        ]
    _delete_windows(session, old)
    if new:
        session.execute(insert(OpenWindowRow), new)
    refresh_summaries_in(session, {each: openings.get(each, _CLOSED) for each in zones})


def stored_runs_in(
    session: Session, evse_ids: Iterable[int]
) -> dict[int, frozenset[Run]]:
    """Return the windows that the search sees, as slots, by charger."""
    ids = sorted(evse_ids)
    runs: dict[int, list[Run]] = {each: [] for each in ids}
    statement = select(
        OpenWindowRow.evse_id, OpenWindowRow.first_slot, OpenWindowRow.end_slot
    ).where(OpenWindowRow.evse_id.in_(ids))
    for evse_id, first, end in session.execute(statement):
        runs[evse_id].append((first, end))
    return {evse_id: frozenset(each) for evse_id, each in runs.items()}


def refresh_summaries_in(
    session: Session, openings: Mapping[int, Opening], *, is_dry: bool = False
) -> int:
    """Store what the search asks about weekly hours as a whole, where it differs.

    :param is_dry: only count
    :returns: for how many chargers it differed
    """
    statement = select(
        OpeningSummaryRow.evse_id, OpeningSummaryRow.is_open_at_night
    ).where(OpeningSummaryRow.evse_id.in_(sorted(openings)))
    stored = {row[0]: row[1] for row in session.execute(statement)}
    wanted = {each: nights_of(openings[each]) for each in openings}
    differing = [each for each in sorted(openings) if stored.get(each) != wanted[each]]
    if differing and not is_dry:
        session.execute(
            delete(OpeningSummaryRow).where(OpeningSummaryRow.evse_id.in_(differing))
        )
        session.execute(
            insert(OpeningSummaryRow),
            [{"evse_id": e, "is_open_at_night": wanted[e]} for e in differing],
        )
    return len(differing)


def nights_of(opening: Opening) -> bool:
    """Return whether a charger is open every night by its weekly rules."""
    return _nights(opening.rules)


def open_windows(opening: Opening, zone: str, now: datetime) -> tuple[Period, ...]:
    """Return the whole quarter hours in which the charger is open from now on."""
    starts_at = floor_to_grid(now)
    window = Period(starts_at, starts_at + timedelta(days=WINDOW_DAYS))
    return on_grid(expand(opening.rules, opening.exceptions, zone, window))


def open_runs(opening: Opening, zone: str, now: datetime) -> tuple[Run, ...]:
    """Return the same in slots; chargers with the same hours share the answer."""
    return _runs(opening, zone, floor_to_grid(now))


@lru_cache(maxsize=8192)
def _runs(opening: Opening, zone: str, grid: datetime) -> tuple[Run, ...]:
    return tuple(
        (slot_at(period.starts_at), slot_at(period.ends_at))
        for period in open_windows(opening, zone, grid)
    )


@lru_cache(maxsize=8192)
def _nights(rules: tuple[OpeningRule, ...]) -> bool:
    return is_open_at_night(rules)


def _joined(runs: tuple[Run, ...], stored: frozenset[Run]) -> tuple[Run, ...]:
    """Let a window that is open already keep the begin under which it is stored.

    No search asks about the past, so the row need not be written each night.
    """
    if not runs:
        return runs
    first, end = runs[0]
    begins = [begin for begin, until in stored if begin < first <= until]
    return ((min(begins), end), *runs[1:]) if begins else runs


def _delete_windows(session: Session, keys: Iterable[tuple[int, int]]) -> None:
    by_charger: dict[int, list[int]] = {}
    for evse_id, first in keys:
        by_charger.setdefault(evse_id, []).append(first)
    by_slots: dict[tuple[int, ...], list[int]] = {}
    for evse_id, firsts in by_charger.items():
        by_slots.setdefault(tuple(sorted(firsts)), []).append(evse_id)
    # Chargers with the same hours lose the same windows, in one statement.
    for slots, ids in by_slots.items():
        session.execute(
            delete(OpenWindowRow).where(
                OpenWindowRow.evse_id.in_(ids), OpenWindowRow.first_slot.in_(slots)
            )
        )


def tick(*, now: datetime) -> int:
    """Do the nightly work once a day: expand all windows, forget past slots.

    In small transactions, so that nobody waits for it. Called as often as anybody
    likes; a run that broke off is repeated and finds most of it done.

    :returns: how many chargers were expanded
    """
    today = now.astimezone(UTC).date()
    if is_done_tonight(_JOB, today):
        return 0
    count = after = 0
    while ids := chargers.ids_after(after, _BATCH):
        count += _refresh_batch(ids, now)
        after = ids[-1]
    with writing() as work:
        note_done_in(work.session, _JOB, today, now)
    return count


def _refresh_batch(ids: list[int], now: datetime) -> int:
    with writing() as work:
        chargers.lock_many_in(work.session, ids)
        # Read after the locks, so that an edit cannot be overwritten by old hours.
        zones = chargers.charger_zones(ids)
        refresh_windows_of_many_in(work.session, zones, now)
        # The claims stay as history; only the index of taken time is pruned.
        work.session.execute(
            delete(ClaimedSlotRow).where(
                ClaimedSlotRow.evse_id.in_(ids),
                ClaimedSlotRow.slot < slot_at(now - timedelta(days=1)),
            )
        )
    return len(zones)
