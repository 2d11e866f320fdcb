"""When a charger is free, in slots, and how to say it in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.slots import start_of

Run = tuple[int, int]
_LONG = timedelta(days=6)


def free_runs(
    windows: Iterable[Run], claimed: Iterable[int], *, buffer_slots: int
) -> tuple[Run, ...]:
    """Return the stretches of slots that are open and not claimed, ascending.

    A booking needs its turnaround free as well, so a stretch before a claim ends
    that much earlier.

    :param windows: open stretches ``(first, end)``, disjoint and ascending
    :param claimed: slots that are taken, ascending
    """
    taken = list(claimed)
    if not taken:
        return tuple(windows)
    runs: list[Run] = []
    index = 0
    for first, end in windows:
        cursor = first
        while index < len(taken) and taken[index] < first:
            index += 1
        while index < len(taken) and taken[index] < end:
            _add(runs, cursor, min(end, taken[index] - buffer_slots))
            cursor = taken[index] + 1
            index += 1
        # A claim shortly after closing time still needs the turnaround before it.
        following = taken[index] if index < len(taken) else end + buffer_slots
        _add(runs, cursor, min(end, following - buffer_slots))
    return tuple(runs)


def _add(runs: list[Run], first: int, end: int) -> None:
    if first < end:
        runs.append((first, end))


def next_free(runs: Sequence[Run], *, first_slot: int, min_slots: int) -> Run | None:
    """Return the first stretch of which enough lies at or after ``first_slot``."""
    for first, end in runs:
        if end - max(first, first_slot) >= min_slots:
            return first, end
    return None


def around(runs: Sequence[Run], wanted: Run) -> Run | None:
    """Return the stretch that contains the wanted one."""
    for first, end in runs:
        if first <= wanted[0] and wanted[1] <= end:
            return first, end
    return None


def free_words(run: Run, *, now: datetime, zone: str, wanted_slot: int | None) -> str:
    """Return when a charger is free, such as ``Free 18:00–22:00``.

    :param run: the free stretch, in slots
    :param wanted_slot: first slot of the time that was asked for; None for "next"
    """
    place = ZoneInfo(zone)
    starts, ends = (start_of(slot).astimezone(place) for slot in run)
    today = now.astimezone(place)
    is_long = start_of(run[1]) - max(now, start_of(run[0])) > _LONG
    if wanted_slot is not None:
        beside = start_of(wanted_slot).astimezone(place)
        if starts.date() < beside.date() or start_of(run[0]) <= now:
            return "Free all week" if is_long else f"Free until {_time(ends, beside)}"
        first, ahead = f"{starts:%H:%M}", "Free"
    elif start_of(run[0]) <= now:
        return (
            "Free now, all week" if is_long else f"Free now until {_time(ends, today)}"
        )
    else:
        first, ahead = _time(starts, today), "Next free"
    if is_long:
        return f"{ahead} from {first}"
    return f"{ahead} {first}–{_time(ends, starts)}"


def stretch_words(run: Run, *, now: datetime, zone: str) -> str:
    """Return a stretch that was found, such as ``Free 19:15–21:15``."""
    place = ZoneInfo(zone)
    starts, ends = (start_of(slot).astimezone(place) for slot in run)
    return f"Free {_time(starts, now.astimezone(place))}–{_time(ends, starts)}"


def _time(at: datetime, beside: datetime) -> str:
    """Return the time of day, with the day where it is another one."""
    if at.date() == beside.date():
        return f"{at:%H:%M}"
    # Real elapsed time: two local times of one zone would ignore a change of clocks.
    if at.astimezone(UTC) - beside.astimezone(UTC) > _LONG:
        return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"
    return f"{at:%a} {at:%H:%M}"
