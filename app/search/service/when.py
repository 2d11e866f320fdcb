"""Checks of time for chunks of candidates: free for the wanted span, or free next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid, slot_at
from app.schedules.domain import bookable_window
from app.search.domain import Run, Span, around, free_runs, free_words, next_free
from app.search.service import reading
from app.search.service.reading import Candidate
from app.search.service.serving import Wanted

DAY_SLOTS = 96
# Most chargers are free within a week; only the others are looked at further.
LOOK_AHEAD_SLOTS = 14 * DAY_SLOTS
ALL_WEEK_SLOTS = 7 * DAY_SLOTS


def _in_slots(period: Period) -> Wanted:
    return Wanted(
        slot_at(period.starts_at),
        slot_at(ceil_to_grid(period.ends_at)),
        period.duration_s,
    )


class FreeWords(NamedTuple):
    """When a charger is free, and whether that is already so."""

    text: str
    is_now: bool


class TimeCheck:
    """Answers for one search which chargers are free, and says when."""

    def __init__(self, span: Span | None, now: datetime) -> None:
        self._span = span
        self._now = now
        self._bookable: dict[tuple[int, int], Run] = {}
        self._wanted: dict[str, Wanted | None] = {}

    def wanted_at(self, zone: str) -> Wanted | None:
        """Return the wanted span there; None where there is none on that day."""
        if self._span is None:
            return None
        if zone not in self._wanted:
            period = self._span.period_in(zone)
            # Where the clock skips the whole span, nothing can be had.
            self._wanted[zone] = None if period is None else _in_slots(period)
        return self._wanted[zone]

    def free(self, chunk: Sequence[Candidate]) -> dict[int, Run | None]:
        """Return the chargers of the chunk that can be had.

        :returns: by charger the free stretch, or None where it was not worked out
        """
        if self._span is None:
            return self._free_next(chunk)
        # Only what is free for the span has come this far.
        return dict.fromkeys(each.evse_id for each in chunk)

    def words(self, found: Sequence[tuple[Candidate, Run | None]]) -> list[FreeWords]:
        """Return for each charger when it is free."""
        runs = {each.evse_id: run for each, run in found if run is not None}
        missing = [each for each, run in found if run is None]
        runs.update(self._runs_around(missing))
        return [self._word(each, runs[each.evse_id]) for each, _ in found]

    def is_free_now(self, candidate: Candidate, run: Run) -> bool:
        """Return whether the stretch has begun and can be booked at once."""
        soonest = slot_at(ceil_to_grid(self._now))
        return (
            run[0] <= slot_at(self._now)
            and self._bookable_slots(candidate)[0] <= soonest
        )

    def _word(self, candidate: Candidate, run: Run) -> FreeWords:
        wanted = self.wanted_at(candidate.zone)
        is_now = self.is_free_now(candidate, run)
        if not is_now:
            run = (max(run[0], self._bookable_slots(candidate)[0]), run[1])
        text = free_words(
            run,
            now=self._now,
            zone=candidate.zone,
            wanted_slot=wanted.first_slot if wanted else None,
        )
        return FreeWords(text, is_now)

    def _bookable_slots(self, candidate: Candidate) -> Run:
        key = (candidate.lead_min, candidate.horizon_days)
        if key not in self._bookable:
            window = bookable_window(self._now, lead_min=key[0], horizon_days=key[1])
            self._bookable[key] = (slot_at(window.starts_at), slot_at(window.ends_at))
        return self._bookable[key]

    def _free_next(self, chunk: Sequence[Candidate]) -> dict[int, Run | None]:
        ahead = slot_at(self._now) + LOOK_AHEAD_SLOTS
        free: dict[int, Run | None] = {}
        unsure: list[Candidate] = []
        for each, run in self._next_runs(chunk, ahead):
            # A stretch that the look ahead cuts short may go on beyond it.
            cut = run is not None and run[1] >= ahead
            if run is None or (cut and run[1] - run[0] < ALL_WEEK_SLOTS):
                unsure.append(each)
            else:
                free[each.evse_id] = run
        if unsure:
            end = max(self._bookable_slots(each)[1] for each in unsure)
            for each, run in self._next_runs(unsure, end):
                if run is not None:
                    free[each.evse_id] = run
        return free

    def _next_runs(
        self, chunk: Sequence[Candidate], end_slot: int
    ) -> list[tuple[Candidate, Run | None]]:
        runs = self._all_runs(chunk, slot_at(self._now), end_slot)
        return [
            (
                each,
                next_free(
                    runs[each.evse_id],
                    first_slot=self._bookable_slots(each)[0],
                    min_slots=-(-each.min_length_min // 15),
                ),
            )
            for each in chunk
        ]

    def _runs_around(self, chunk: Sequence[Candidate]) -> dict[int, Run]:
        by_time: dict[Wanted, list[Candidate]] = defaultdict(list)
        for each in chunk:
            wanted = self.wanted_at(each.zone)
            assert wanted is not None
            by_time[wanted].append(each)
        found: dict[int, Run] = {}
        for wanted, group in by_time.items():
            first = max(slot_at(self._now), wanted.first_slot - DAY_SLOTS)
            runs = self._all_runs(group, first, wanted.end_slot + ALL_WEEK_SLOTS)
            for each in group:
                run = around(runs[each.evse_id], wanted.run)
                # Another booking may have come between the two questions.
                found[each.evse_id] = run or wanted.run
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
        return [
            (first, min(end, end_slot)) for first, end in windows if first < end_slot
        ]
