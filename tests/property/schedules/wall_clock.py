"""The slow, obvious expansion of opening hours: minute by minute over a wall clock."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from app.kernel.period import Period
from app.schedules.domain import OpeningException, OpeningRule

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
REACH = 9 * DAY


class WallClock:
    """Every minute round an instant, with what the clock on the wall shows then."""

    def __init__(self, zone: str, middle: datetime) -> None:
        place = ZoneInfo(zone)
        self.first = middle - REACH
        count = int(2 * REACH / MINUTE)
        instants = [self.first + index * MINUTE for index in range(count)]
        self.shown = [at.astimezone(place).replace(tzinfo=None) for at in instants]
        self._latest_shown = list(accumulate(self.shown, max))
        self._last = {label: index for index, label in enumerate(self.shown)}

    def first_minute(self, wall: datetime) -> int:
        """The first minute at which the clock shows this time or a later one."""
        return bisect_left(self._latest_shown, wall)

    def end_minute(self, wall: datetime) -> int:
        """The last minute that shows this time; else the first that shows more."""
        if wall in self._last:
            return self._last[wall]
        return bisect_right(self._latest_shown, wall)

    def minutes_of(self, on_date: date, begin_min: int, end_min: int) -> range:
        """The minutes that a window of this date covers."""
        midnight = datetime.combine(on_date, time())
        if end_min <= begin_min:
            end_min += 1440
        return range(
            self.first_minute(midnight + begin_min * MINUTE),
            self.end_minute(midnight + end_min * MINUTE),
        )

    def open_minutes(
        self,
        rules: tuple[OpeningRule, ...],
        exceptions: tuple[OpeningException, ...],
    ) -> set[int]:
        """Every open minute, but not near the edges of what is looked at."""
        opened: set[int] = set()
        closed: set[int] = set()
        on_date = self.shown[0].date() + DAY
        while on_date < self.shown[-1].date() - DAY:
            for rule in rules:
                if rule.weekday == on_date.isoweekday():
                    opened.update(
                        self.minutes_of(on_date, rule.begin_min, rule.end_min)
                    )
            for each in exceptions:
                if each.on_date == on_date:
                    target = opened if each.kind == "OPEN" else closed
                    target.update(
                        self.minutes_of(on_date, each.begin_min, each.end_min)
                    )
            on_date += DAY
        return opened - closed

    def minutes_in(self, period: Period) -> range:
        """The minutes of a period in UTC."""
        return range(
            (period.starts_at - self.first) // MINUTE,
            (period.ends_at - self.first) // MINUTE,
        )


@lru_cache(maxsize=32)
def wall_clock(zone: str, middle: datetime) -> WallClock:
    """The clock round an instant, made once."""
    return WallClock(zone, middle.astimezone(UTC))
