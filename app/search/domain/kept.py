"""Searches a driver keeps: how they are called, and when their time has passed.

Pure. A kept search is its address; days such as "tomorrow" in it are read anew at
every look, so they roll on.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.search.domain.days import DAY_MIN, WEEKDAYS, DayWindow, length_words
from app.search.domain.times import SearchRefused, Span, UntilFull

MAX_KEPT = 20
MAX_NAME = 80
MAX_QUERY = 500
# Days in an address that mean another date as time goes by.
ROLLING_DAYS = {
    "": "",
    "today": "Today",
    "tomorrow": "Tomorrow",
    **dict(
        zip(
            WEEKDAYS,
            (
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ),
            strict=True,
        )
    ),
}
KeptTime = Span | DayWindow | UntilFull | None


def check_kept_name(text: str) -> str:
    """Return the name on one line.

    :raises SearchRefused: at ``name``, if it is empty or too long
    """
    name = " ".join(text.split())
    if not name:
        raise SearchRefused("Please give the search a name.", field="name")
    if len(name) > MAX_NAME:
        raise SearchRefused(f"A name has at most {MAX_NAME} characters.", field="name")
    return name


def suggested_name(time: KeptTime, *, place: str) -> str:
    """Return a name for a search, such as ``Friday 18–23, 2 h near Neukölln``.

    :param place: empty where the place has no name
    """
    words = _when(time)
    name = f"{words} near {place}" if place else f"{words}, on the map"
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def is_rolling(time: KeptTime) -> bool:
    """Return whether the search's day is another date as time goes by."""
    return isinstance(time, DayWindow) and time.day in ROLLING_DAYS


def is_past(time: KeptTime, local_now: datetime) -> bool:
    """Return whether a kept search can never find anything again.

    :param local_now: naive wall-clock time at the place
    """
    if isinstance(time, DayWindow) and not is_rolling(time):
        return time.on(local_now).latest_start < local_now
    return isinstance(time, Span) and time.latest_start < local_now


def _when(time: KeptTime) -> str:
    if time is None:
        return "Any time"
    if isinstance(time, UntilFull):
        return "Now, until full"
    if isinstance(time, Span):
        starts, ends = time.starts, time.ends
        until = _clock(ends.hour * 60 + ends.minute)
        if ends.date() - starts.date() > timedelta(days=1):
            until = f"{_date(ends)} {until}"
        return f"{_date(starts)} {_clock(starts.hour * 60 + starts.minute)}–{until}"
    day = ROLLING_DAYS.get(time.day)
    if day is None:
        day = _date(date.fromisoformat(time.day))
    between = f"{_clock(time.after_min)}–{_clock(time.before_min)}"
    if (time.after_min, time.before_min) == (0, DAY_MIN):
        between = "" if day else "Any day"
    return f"{f'{day} {between}'.strip()}, {length_words(time.length)}"


def _date(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02d}" if minute else str(hour)


def since_words(looked_at: datetime, now: datetime) -> str:
    """Return since when something is new, such as ``since Tuesday``.

    :param looked_at: local time of the place, like ``now``
    """
    days = (now.date() - looked_at.date()).days
    if days <= 0:
        return f"since {looked_at:%H:%M}"
    if days == 1:
        return "since yesterday"
    if days < 7:
        return f"since {looked_at:%A}"
    return f"since {looked_at.day} {looked_at:%B}"
