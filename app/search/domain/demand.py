"""Searches that found nothing, as hours of the week: what an owner can learn of them.

Pure. Hours are numbered as everywhere: 0 is Monday from 00:00 to 01:00.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.schedules.domain import HOURS_A_WEEK
from app.search.domain.times import Span, Time, Window

# Fewer could point to one neighbor; they are only called "a few".
FEW = 3
HEATS = 5
# A longer search says little about each of its hours.
MOST_HOURS = 12
_DAY_HOURS = 24
_DAYS = (
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
)
_HOUR = timedelta(hours=1)
_SENTENCES = 3


def wanted_hours(time: Time, local_now: datetime) -> tuple[int, ...]:
    """Return the hours of the week that a search asks for, each once, earliest first.

    Whoever wants two hours "between 18 and 23" would take any of the five. A search
    without a time is one for now, and of a long time the first hours count.

    :param local_now: naive wall-clock time at the place
    """
    if not isinstance(time, Span | Window):
        return (_hour_of_week(local_now),)
    hours: dict[int, None] = {}
    at = time.starts.replace(minute=0)
    while at < time.ends and len(hours) < MOST_HOURS:
        hours[_hour_of_week(at)] = None
        at += _HOUR
    return tuple(hours)


def _hour_of_week(wall: datetime) -> int:
    return wall.weekday() * _DAY_HOURS + wall.hour


@dataclass(frozen=True, slots=True)
class HourDemand:
    """One hour of the week.

    :ivar heat: 0 for none, 1 to ``HEATS``
    :ivar is_missed: wanted, and the charger is closed
    """

    hour_of_week: int
    searches: int
    heat: int
    is_open: bool

    @property
    def is_missed(self) -> bool:
        """Whether drivers wanted it while the charger is closed."""
        return not self.is_open and self.searches > 0

    @property
    def words(self) -> str:
        """How often it was wanted; a small number stays vague."""
        return vague(self.searches)


@dataclass(frozen=True, slots=True)
class Demand:
    """What drivers looked for near a charger and did not find, in four weeks.

    :ivar searches: how many searches there were
    """

    searches: int
    hours: tuple[HourDemand, ...]

    @property
    def words(self) -> str:
        """How many searches; a small number stays vague."""
        return vague(self.searches)

    @property
    def days(self) -> tuple[tuple[str, tuple[HourDemand, ...]], ...]:
        """The week as seven rows of 24 hours, Monday first."""
        return tuple(
            (day, self.hours[row * _DAY_HOURS : (row + 1) * _DAY_HOURS])
            for row, day in enumerate(_DAYS)
        )

    @property
    def missed(self) -> tuple[str, ...]:
        """Sentences about closed hours that drivers wanted, the most wanted first.

        The number is that of the run's busiest hour: a search for the whole evening
        counts in each of its hours, but was one search.
        """
        runs = [run for day in self.days for run in _missed_runs(day[1])]
        runs.sort(key=lambda run: (-_most(run), run[0].hour_of_week))
        return tuple(_sentence(run) for run in runs[:_SENTENCES])


def demand_of(
    searches: int, by_hour: Mapping[int, int], open_hours: Sequence[bool]
) -> Demand:
    """Return the demand of a week.

    :param by_hour: searches by hour of the week; missing hours had none
    :param open_hours: 168 values: whether the charger is open in that hour
    """
    counts = [by_hour.get(hour, 0) for hour in range(HOURS_A_WEEK)]
    most = max(FEW, *counts)
    return Demand(
        searches,
        tuple(
            HourDemand(hour, count, _heat(count, most), open_hours[hour])
            for hour, count in enumerate(counts)
        ),
    )


def vague(count: int) -> str:
    """Return a count in words that never single out one person.

    >>> vague(0), vague(2), vague(12)
    ('none', 'a few', '12')
    """
    if not count:
        return "none"
    return "a few" if count < FEW else str(count)


def _heat(count: int, most: int) -> int:
    if not count:
        return 0
    # One and two look the same, as they read the same.
    return 1 if count < FEW else -(-count * HEATS // most)


def _missed_runs(day: Sequence[HourDemand]) -> list[list[HourDemand]]:
    runs: list[list[HourDemand]] = [[]]
    for hour in day:
        if hour.is_missed and hour.searches >= FEW:
            runs[-1].append(hour)
        else:
            runs.append([])
    return [run for run in runs if run]


def _most(run: Sequence[HourDemand]) -> int:
    return max(hour.searches for hour in run)


def _sentence(run: Sequence[HourDemand]) -> str:
    day, first = divmod(run[0].hour_of_week, _DAY_HOURS)
    when = f"{_DAYS[day]} {first}–{first + len(run)}"
    return f"Drivers looked {_most(run)} times on {when}, when you are closed."
