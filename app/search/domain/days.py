"""A stretch within some hours of a day that is named the way people do: "friday".

The day stays a name until the clock of the place is known, so that a kept search for
"tomorrow" means another day each time it is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.search.domain.times import (
    QUARTER,
    SearchRefused,
    Window,
    ceil_quarter,
    require_length,
    require_this_century,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWindow:
    """Any stretch of a length between two times of a day.

    :ivar day: ``today``, ``tomorrow``, ``mon`` to ``sun``, an ISO date, or nothing
        for the first day on which it is not too late
    :ivar after_min: minutes since midnight, on the quarter hour
    :ivar before_min: minutes since midnight, at most 1440; not above ``after_min``
        means on the next day
    :ivar length: 15 minutes to 24 hours, whole quarter hours
    """

    day: str = ""
    after_min: int = 0
    before_min: int = DAY_MIN
    length: timedelta = timedelta(hours=2)

    def __post_init__(self) -> None:
        """Refuse a day nobody knows and a length that does not fit."""
        if self.day not in {"", "today", "tomorrow", *WEEKDAYS}:
            self._date()
        if not 0 <= self.after_min < DAY_MIN:
            raise SearchRefused("A day goes from 00:00 to 24:00.", field="after")
        if not 0 <= self.before_min <= DAY_MIN:
            raise SearchRefused("A day goes from 00:00 to 24:00.", field="before")
        if (
            self.after_min % 15
            or self.before_min % 15
            or self.length % timedelta(minutes=15)
        ):
            raise ValueError("A window lies on the quarter hour.")
        require_length(self.length)
        if self.length > timedelta(minutes=self._wide_min):
            raise SearchRefused(
                f"Between {clock_words(self.after_min)} and "
                f"{clock_words(self.before_min)} there is less time than that.",
                field="hours",
            )

    @property
    def words(self) -> str:
        """What is wanted, such as ``2 h between 18:00 and 23:00 on Friday``."""
        when = {"": "", "today": " today", "tomorrow": " tomorrow"}.get(self.day)
        if when is None and self.day in WEEKDAYS:
            when = f" on {_NAMES[WEEKDAYS.index(self.day)]}"
        elif when is None:
            on = self._date()
            when = f" on {on.day} {on:%B %Y}"
        between = (
            ""
            if (self.after_min, self.before_min) == (0, DAY_MIN)
            else f" between {clock_words(self.after_min)} and "
            f"{clock_words(self.before_min)}"
        )
        return f"any {length_words(self.length)}{between}{when}"

    def on(self, local_now: datetime) -> Window:
        """Return the window of the day that is meant now.

        :param local_now: naive wall-clock time at the place that is searched
        """
        today = local_now.date()
        if self.day == "today":
            return self._at(today)
        if self.day == "tomorrow":
            return self._at(today + timedelta(days=1))
        if self.day not in {"", *WEEKDAYS}:
            return self._at(self._date())
        ahead = (
            (WEEKDAYS.index(self.day) - today.weekday()) % 7
            if self.day in WEEKDAYS
            else 0
        )
        window = self._at(today + timedelta(days=ahead))
        if window.latest_start >= ceil_quarter(local_now):
            return window
        # Only today's can be too late already.
        return self._at(today + timedelta(days=7 if self.day else 1))

    @property
    def _wide_min(self) -> int:
        wide = self.before_min - self.after_min
        return wide if wide > 0 else wide + DAY_MIN

    def _at(self, day: date) -> Window:
        starts = datetime.combine(day, time()) + timedelta(minutes=self.after_min)
        return Window(
            starts=starts,
            ends=starts + timedelta(minutes=self._wide_min),
            length=self.length,
        )

    def _date(self) -> date:
        try:
            if not _DATE.fullmatch(self.day):
                raise ValueError
            on = date.fromisoformat(self.day)
        except ValueError as error:
            raise SearchRefused(
                "Please give a day: today, tomorrow, a weekday such as fri, or a "
                "date such as 2026-06-10.",
                field="day",
            ) from error
        require_this_century(on, "day")
        return on


def clock_words(minutes: int) -> str:
    """Return minutes since midnight as a clock shows them.

    >>> clock_words(1095), clock_words(1440)
    ('18:15', '24:00')
    """
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def length_words(length: timedelta) -> str:
    """Return a length of whole quarter hours in words.

    >>> length_words(timedelta(hours=2)), length_words(timedelta(minutes=75))
    ('2 h', '1 h 15 min')
    """
    hours, minutes = divmod(length // QUARTER * 15, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    return " ".join(parts)
