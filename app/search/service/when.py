"""Checks of time for chunks of candidates: when each can be had, in slots and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from app.kernel.money import divide_up
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, ceil_to_grid, slot_at
from app.schedules.domain import bookable_window
from app.search.domain import (
    Run,
    Span,
    Time,
    UntilFull,
    Window,
    around,
    free_runs,
    free_words,
    next_free,
    stretch_words,
)
from app.search.service import reading
from app.search.service.reading import Candidate
from app.search.service.serving import Wanted

DAY_SLOTS = 96
# Most chargers are free within a day; only the others are looked at further.
LOOK_AHEAD_SLOTS = (DAY_SLOTS // 2, 2 * DAY_SLOTS, 8 * DAY_SLOTS, 367 * DAY_SLOTS)
# So far ahead a stretch that holds the whole charge goes before a shorter one.
SOON_SLOTS = LOOK_AHEAD_SLOTS[1]
ALL_WEEK_SLOTS = 7 * DAY_SLOTS
Length = Callable[[Candidate], int]


class Free(NamedTuple):
    """When a charger can be had.

    :ivar first_slot: where charging begins
    :ivar is_now: whether the free stretch has begun and can be booked at once, where
        any time will do
    :ivar length_s: how long the charge may take there, where any time will do; None
        for as long as one would book
    """

    first_slot: int
    is_now: bool = False
    length_s: int | None = None


class FreeWords(NamedTuple):
    """When a charger is free, whether that is already so, and where that ends."""

    text: str
    is_now: bool
    end_slot: int


class TimeCheck:
    """Answers for one search which chargers can be had, and says when."""

    def __init__(self, time: Time, now: datetime) -> None:
        self._time = time
        self._now = now
        self._now_slot = slot_at(now)
        self._soonest = slot_at(ceil_to_grid(now))
        self._bookable: dict[tuple[int, int], Run] = {}
        self._wanted: dict[str, Wanted | None] = {}

    def wanted_at(self, zone: str) -> Wanted | None:
        """Return the wanted time there; None where there is none on that day."""
        if not isinstance(self._time, Span | Window):
            return None
        if zone not in self._wanted:
            period = self._time.period_in(zone)
            # Where the clock skips the whole span, nothing can be had.
            self._wanted[zone] = None if period is None else self._in_slots(period)
        return self._wanted[zone]

    def earliest(self, at: Candidate) -> int:
        """Return the slot before which charging cannot begin there."""
        wanted = self.wanted_at(at.zone)
        first = self._bookable_slots(at)[0]
        return max(first, wanted.first_slot) if wanted else first

    def free(self, chunk: Sequence[Candidate], length_s: Length) -> dict[int, Free]:
        """Return the chargers of the chunk that can be had, and when.

        :param length_s: how long one would book there; asked only where the time
            itself does not say so
        """
        match self._time:
            case None:
                return self._free_next(chunk, length_s)
            case Span():
                # Only what is free for the span has come this far.
                return {each.evse_id: Free(self.earliest(each)) for each in chunk}
            case Window():
                return self._free_within(chunk)
            case UntilFull():
                return self._free_from_now(chunk, length_s)

    def words(
        self, found: Sequence[tuple[Candidate, Free]], length_s: Length
    ) -> list[FreeWords]:
        """Return for each charger when it is free."""
        if isinstance(self._time, Window):
            return [self._stretch_word(*each, length_s(each[0])) for each in found]
        runs = self._runs_around(
            [(at, self._stretch(at, free, length_s)) for at, free in found]
        )
        return [self._word(at, runs[at.evse_id]) for at, _ in found]

    def _stretch(self, at: Candidate, free: Free, length_s: Length) -> Run:
        """Return what is known to be free: the time of the charge."""
        taken_s = length_s(at) if free.length_s is None else free.length_s
        return free.first_slot, free.first_slot + slots_of_s(taken_s)

    def _is_free_now(self, candidate: Candidate, run: Run) -> bool:
        return (
            run[0] <= self._now_slot
            and self._bookable_slots(candidate)[0] <= self._soonest
        )

    def _in_slots(self, period: Period) -> Wanted | None:
        first = slot_at(period.starts_at)
        end = slot_at(ceil_to_grid(period.ends_at))
        if not isinstance(self._time, Window):
            return Wanted(first, end, period.duration_s)
        # Of a window that has begun only the rest is left.
        first = max(first, self._soonest)
        length_s = int(self._time.length.total_seconds())
        return Wanted(first, end, length_s) if first < end else None

    def _stretch_word(self, at: Candidate, free: Free, length_s: int) -> FreeWords:
        stretch = (free.first_slot, free.first_slot + slots_of_s(length_s))
        text = stretch_words(stretch, now=self._now, zone=at.zone)
        return FreeWords(text, False, stretch[1])

    def _word(self, candidate: Candidate, run: Run) -> FreeWords:
        wanted = self.wanted_at(candidate.zone)
        is_now = self._is_free_now(candidate, run)
        if not is_now:
            run = (max(run[0], self._bookable_slots(candidate)[0]), run[1])
        text = free_words(
            run,
            now=self._now,
            zone=candidate.zone,
            wanted_slot=wanted.first_slot if wanted else None,
        )
        return FreeWords(text, is_now, run[1])

    def _bookable_slots(self, candidate: Candidate) -> Run:
        key = (candidate.lead_min, candidate.horizon_days)
        found = self._bookable.get(key)
        if found is None:
            window = bookable_window(self._now, lead_min=key[0], horizon_days=key[1])
            found = slot_at(window.starts_at), slot_at(window.ends_at)
            self._bookable[key] = found
        return found

    def _free_within(self, chunk: Sequence[Candidate]) -> dict[int, Free]:
        """Return where the wanted length fits first into the window."""
        groups: dict[Wanted, list[Candidate]] = defaultdict(list)
        for each in chunk:
            if (wanted := self.wanted_at(each.zone)) is not None:
                groups[wanted].append(each)
        free: dict[int, Free] = {}
        for wanted, group in groups.items():
            runs = self._all_runs(group, wanted.first_slot, wanted.end_slot)
            for each in group:
                first = self.earliest(each)
                run = next_free(
                    runs[each.evse_id], first_slot=first, min_slots=wanted.slots
                )
                if run is not None:
                    free[each.evse_id] = Free(max(first, run[0]))
        return free

    def _free_from_now(
        self, chunk: Sequence[Candidate], length_s: Length
    ) -> dict[int, Free]:
        """Return the chargers that are free from the next quarter hour on."""
        wanted: dict[int, Run] = {}
        for each in chunk:
            first = self.earliest(each)
            wanted[each.evse_id] = (first, first + slots_of_s(length_s(each)))
        end_slot = max((end for _, end in wanted.values()), default=0)
        runs = self._all_runs(chunk, self._now_slot, end_slot)
        return {
            evse_id: Free(stretch[0])
            for evse_id, stretch in wanted.items()
            if around(runs[evse_id], stretch)
        }

    def _free_next(
        self, chunk: Sequence[Candidate], length_s: Length
    ) -> dict[int, Free]:
        """Return the next stretch that holds the whole charge, if it begins soon.

        Otherwise the next one at all, with as much of the charge as it holds.
        """
        full = {each.evse_id: slots_of_s(length_s(each)) for each in chunk}
        free: dict[int, Free] = {}
        unsure = chunk
        for ahead in LOOK_AHEAD_SLOTS:
            end = self._now_slot + ahead
            # What begins just before the end must be known as long as it takes.
            longest = max((full[each.evse_id] for each in unsure), default=0)
            runs = self._all_runs(unsure, self._now_slot, end + longest)
            for each in unsure:
                mine, wanted = runs[each.evse_id], full[each.evse_id]
                found = self._next(each, mine, end, wanted, ahead)
                if found is not None:
                    free[each.evse_id] = found
            unsure = [each for each in unsure if each.evse_id not in free]
        return free

    def _next(
        self, at: Candidate, runs: Sequence[Run], end: int, full: int, ahead: int
    ) -> Free | None:
        """Return what begins before a slot, the whole charge first if that is soon."""
        first = self._bookable_slots(at)[0]
        run = None
        if ahead <= SOON_SLOTS:
            run = next_free(runs, first_slot=first, min_slots=full)
        if ahead >= SOON_SLOTS and (run is None or max(run[0], first) >= end):
            run = next_free(runs, first_slot=first, min_slots=_shortest(at))
        if run is None or max(run[0], first) >= end:
            return None
        begins = max(run[0], first)
        slots = min(full, run[1] - begins)
        return Free(begins, self._is_free_now(at, run), slots * SLOT_S)

    def _runs_around(self, wanted: Sequence[tuple[Candidate, Run]]) -> dict[int, Run]:
        if not wanted:
            return {}
        earliest = min(stretch[0] for _, stretch in wanted)
        first = max(self._now_slot, earliest - DAY_SLOTS)
        latest = max(stretch[1] for _, stretch in wanted)
        found: dict[int, Run] = {}
        left = wanted
        # Most places close or are taken within a day.
        for end in (latest + DAY_SLOTS, latest + ALL_WEEK_SLOTS):
            runs = self._all_runs([at for at, _ in left], first, end)
            for at, stretch in left:
                # Another booking may have come between the two questions.
                found[at.evse_id] = around(runs[at.evse_id], stretch) or stretch
            left = [each for each in left if found[each[0].evse_id][1] >= end]
            if not left:
                break
        return found

    def _all_runs(
        self, chunk: Sequence[Candidate], first_slot: int, end_slot: int
    ) -> dict[int, tuple[Run, ...]]:
        ids = [each.evse_id for each in chunk]
        longest_buffer = max((-(-each.buffer_min // 15) for each in chunk), default=0)
        windows = reading.open_windows(ids, first_slot=first_slot, end_slot=end_slot)
        taken = reading.claimed_slots(
            ids,
            first_slot=first_slot,
            end_slot=end_slot + longest_buffer,
            now=self._now,
        )
        return {
            each.evse_id: free_runs(
                self._bookable_part(windows[each.evse_id], each),
                taken[each.evse_id],
                buffer_slots=-(-each.buffer_min // 15),
            )
            for each in chunk
        }

    def _bookable_part(self, windows: list[Run], candidate: Candidate) -> list[Run]:
        """Return the windows up to the charger's horizon; bookings end there."""
        end_slot = self._bookable_slots(candidate)[1]
        if not windows or windows[-1][1] <= end_slot:
            return windows
        return [
            (first, min(end, end_slot)) for first, end in windows if first < end_slot
        ]


def _shortest(at: Candidate) -> int:
    """Return how many slots the charger sells at least."""
    return -(-at.min_length_min // 15)


def slots_of_s(seconds: int) -> int:
    """Return how many slots a length takes."""
    return divide_up(seconds, SLOT_S)
