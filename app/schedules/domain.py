"""When a charger is open and free: weekly rules, dated exceptions, lengths.

The only module besides the templates that knows local time. It expands rules per
local date in the charger's own zone and computes everything else in UTC, because
subtracting aware local times is wrong on the nights when clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.kernel.errors import DomainError
from app.kernel.period import Period, clip, subtract, union
from app.kernel.slots import SLOT_S, ceil_to_grid, floor_to_grid, is_on_grid
from app.kernel.zones import zone_named

DAY_MIN = 24 * 60
KINDS = ("OPEN", "CLOSED")
MAX_RULES = 7 * 8
MAX_EXCEPTIONS = 200
HOURS_A_WEEK = 7 * 24
_DAY = timedelta(days=1)


class OpeningRefused(DomainError):
    """The opening hours are not acceptable; ``field`` says which part."""


class BadLength(DomainError):
    """The interval is shorter or longer than this charger allows."""


@dataclass(frozen=True, slots=True, order=True)
class OpeningRule:
    """A weekly window in local wall time.

    :param weekday: ISO weekday, 1 for Monday
    :param begin_min: minutes after midnight, 0-1439
    :param end_min: 0-1440; at or before the begin means the next day
    """

    weekday: int
    begin_min: int
    end_min: int


@dataclass(frozen=True, slots=True, order=True)
class OpeningException:
    """What is different on one local date: OPEN adds time, CLOSED takes it away."""

    on_date: date
    kind: str
    begin_min: int = 0
    end_min: int = DAY_MIN
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Everything an owner says about when the charger is open."""

    rules: tuple[OpeningRule, ...]
    exceptions: tuple[OpeningException, ...] = ()


ALWAYS = tuple(OpeningRule(weekday, 0, DAY_MIN) for weekday in range(1, 8))


def check_opening(opening: Opening) -> None:
    """Let opening hours pass that can be stored and expanded.

    :raises OpeningRefused: if a window is off the quarter hour or out of range, or
        there are too many
    """
    if len(opening.rules) > MAX_RULES:
        raise OpeningRefused(f"Please use at most {MAX_RULES} windows.", field="rules")
    if len(opening.exceptions) > MAX_EXCEPTIONS:
        raise OpeningRefused(
            f"Please use at most {MAX_EXCEPTIONS} exceptions.", field="exceptions"
        )
    for rule in opening.rules:
        if not 1 <= rule.weekday <= 7:
            raise OpeningRefused("Please choose a weekday.", field="rules")
        _check_minutes(rule.begin_min, rule.end_min, "rules")
    for each in opening.exceptions:
        if each.kind not in KINDS:
            raise OpeningRefused("Please choose open or closed.", field="exceptions")
        if len(each.reason) > 120:
            raise OpeningRefused(
                "Please keep the reason under 120 characters.", field="exceptions"
            )
        _check_minutes(each.begin_min, each.end_min, "exceptions")


def _check_minutes(begin_min: int, end_min: int, field: str) -> None:
    if not (0 <= begin_min < DAY_MIN and 0 <= end_min <= DAY_MIN):
        raise OpeningRefused("Hours lie between 00:00 and 24:00.", field=field)
    if begin_min % 15 or end_min % 15:
        raise OpeningRefused(
            "Opening hours go by the quarter hour, such as 18:15.", field=field
        )


@lru_cache(maxsize=2048)
def expand(
    rules: tuple[OpeningRule, ...],
    exceptions: tuple[OpeningException, ...],
    zone: str,
    window: Period,
) -> tuple[Period, ...]:
    """Return when the charger is open inside the window, merged and sorted.

    1. For each local date that can touch the window, place each rule of its weekday
       and each exception of that date on the wall clock of the zone.
    2. A time the clock skips becomes the first valid instant after the gap; of a time
       that comes twice a begin takes the first and an end the second, so that an
       opening never loses time.
    3. Open = (rules and OPEN) minus CLOSED, clipped to the window.

    O(days * rules). Answers are kept, since thousands of chargers share their hours.

    >>> always = tuple(OpeningRule(day, 0, 1440) for day in range(1, 8))
    >>> window = Period(datetime(2026, 3, 29, tzinfo=UTC),
    ...                 datetime(2026, 3, 30, tzinfo=UTC))
    >>> expand(always, (), "Europe/Berlin", window) == (window,)
    True
    """
    place = zone_named(zone)
    opened: list[Period] = []
    closed: list[Period] = []
    for on_date in _dates_around(window, place):
        weekday = on_date.isoweekday()
        for rule in rules:
            if rule.weekday == weekday:
                opened += _placed(on_date, rule.begin_min, rule.end_min, place)
        for each in exceptions:
            if each.on_date == on_date:
                target = opened if each.kind == "OPEN" else closed
                target += _placed(on_date, each.begin_min, each.end_min, place)
    return clip(subtract(opened, closed), window)


def _dates_around(window: Period, place: ZoneInfo) -> Iterator[date]:
    # A window of the day before may reach over midnight; one date more on either
    # side is cheap and covers zones that change clocks at midnight or skip a date.
    on_date = window.starts_at.astimezone(place).date() - 2 * _DAY
    last = window.ends_at.astimezone(place).date() + _DAY
    while on_date <= last:
        yield on_date
        on_date += _DAY


def _placed(
    on_date: date, begin_min: int, end_min: int, place: ZoneInfo
) -> tuple[Period, ...]:
    midnight = datetime.combine(on_date, time())
    end_min += DAY_MIN if end_min <= begin_min else 0
    starts_at = to_instant(midnight + timedelta(minutes=begin_min), place, fold=0)
    ends_at = to_instant(midnight + timedelta(minutes=end_min), place, fold=1)
    # A window that lies wholly in a gap of the clock does not exist that day.
    return (Period(starts_at, ends_at),) if starts_at < ends_at else ()


def to_instant(wall: datetime, place: ZoneInfo, *, fold: int) -> datetime:
    """Return the UTC instant at which the clocks of the place show this wall time.

    :param wall: naive local time
    :param fold: which of the two to take when the clock shows it twice
    :returns: the first valid instant after the gap when the clock skips it
    """
    instant = wall.replace(tzinfo=place, fold=fold).astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall:
        return instant
    # With fold=1 the offset after the gap is used, which lands before the gap.
    before = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    return _first_after_gap(before, after, place)


def _first_after_gap(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    new_offset = after.astimezone(place).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    # Invariant: the new offset does not hold at ``low`` and holds at ``high``.
    while high - low > 1:
        middle = (low + high) // 2
        at = before + timedelta(seconds=middle)
        if at.astimezone(place).utcoffset() == new_offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def hour_of_week(at: datetime, zone: str) -> int:
    """Return the local hour of the week: 0 is Monday from midnight to one.

    >>> hour_of_week(datetime(2026, 6, 10, 8, 7, tzinfo=UTC), "Europe/Berlin")
    58
    """
    wall = at.astimezone(ZoneInfo(zone))
    return 24 * wall.weekday() + wall.hour


def bookable_window(now: datetime, *, lead_min: int, horizon_days: int) -> Period:
    """Return the span in which bookings may lie, on the grid."""
    return Period(
        ceil_to_grid(now + timedelta(minutes=lead_min)),
        floor_to_grid(now + timedelta(days=horizon_days)),
    )


def free(
    opened: Iterable[Period], claimed: Iterable[Period], window: Period
) -> tuple[Period, ...]:
    """Return when the charger is open and nobody has claimed it, in the window."""
    return clip(subtract(opened, claimed), window)


def on_grid(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the whole quarter hours inside the periods, merged."""
    inside = []
    for period in union(periods):
        starts_at = ceil_to_grid(period.starts_at)
        ends_at = floor_to_grid(period.ends_at)
        if starts_at < ends_at:
            inside.append(Period(starts_at, ends_at))
    return tuple(inside)


def check_length(period: Period, *, min_length_min: int, max_length_min: int) -> Period:
    """Return the period unchanged.

    :raises BadLength: if it is shorter or longer than the charger allows
    """
    if period.duration_s < min_length_min * 60:
        raise BadLength(
            f"The shortest booking here is {_hours(min_length_min)}.", field="ends_at"
        )
    if period.duration_s > max_length_min * 60:
        raise BadLength(
            f"The longest booking here is {_hours(max_length_min)}.", field="ends_at"
        )
    return period


def nearest_free(
    free_periods: Iterable[Period], wanted: Period, count: int = 3
) -> tuple[Period, ...]:
    """Return up to ``count`` free periods as long as the wanted one, nearest first.

    All start on the quarter hour; of two equally near ones the earlier comes first.
    Each gap offers its nearest starts only, so this is O(gaps * count).

    :raises ValueError: if the wanted period is not on the grid
    """
    if not (is_on_grid(wanted.starts_at) and is_on_grid(wanted.ends_at)):
        raise ValueError("The wanted period must lie on the grid.")
    length = wanted.ends_at - wanted.starts_at
    starts: set[datetime] = set()
    for gap in on_grid(free_periods):
        starts.update(_starts_near(gap, length, wanted.starts_at, count))
    nearest = sorted(starts, key=lambda at: (abs(at - wanted.starts_at), at))
    return tuple(Period(at, at + length) for at in nearest[:count])


def _starts_near(
    gap: Period, length: timedelta, wanted_at: datetime, count: int
) -> Iterator[datetime]:
    first, last = gap.starts_at, gap.ends_at - length
    if last < first:
        return
    nearest = min(max(wanted_at, first), last)
    for step in range(-count, count + 1):
        at = nearest + timedelta(seconds=step * SLOT_S)
        if first <= at <= last:
            yield at


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
