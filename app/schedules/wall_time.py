"""Local times of a place, as forms and links write them; instants stay in UTC."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.errors import DomainError
from app.kernel.period import Period
from app.schedules.domain import to_instant

_DAY = timedelta(days=1)


class BadTime(DomainError):
    """The text is no time at this place; ``field`` says which one."""


def read_wall_time(text: str, zone: str, *, field: str, fold: int = 0) -> datetime:
    """Return the instant that a local time such as ``2026-06-10T18:15`` means.

    With an offset (``…+02:00``) it means exactly that instant.

    :param fold: which one to take of a time that the clock shows twice
    :raises BadTime: at ``field``, if it is no time, or the clock skips it
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadTime("Please give a date and a time.", field=field) from error
    if not 2000 <= at.year <= 2200:
        raise BadTime("Please give a date of this century.", field=field)
    if at.tzinfo is not None:
        return at
    place = ZoneInfo(zone)
    instant = to_instant(at, place, fold=fold)
    if instant.astimezone(place).replace(tzinfo=None) != at:
        raise BadTime(
            "That night the clocks go forward and skip this time.", field=field
        )
    return instant


def read_period(starts: str, ends: str, zone: str) -> Period:
    """Return the period between two local times of a place.

    Of a time that the clock shows twice, a start means the first and an end the
    second, as in opening hours.

    :raises BadTime: at ``starts_at`` or ``ends_at``
    """
    starts_at = read_wall_time(starts, zone, field="starts_at")
    ends_at = read_wall_time(ends, zone, field="ends_at", fold=1)
    if ends_at <= starts_at:
        raise BadTime("The end must be after the start.", field="ends_at")
    return Period(starts_at, ends_at)


def wall_time(at: datetime, zone: str) -> str:
    """Return the local time for a form field, such as ``2026-06-10T18:15``."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def exact_wall_time(at: datetime, zone: str) -> str:
    """Return the local time for a link, with its offset on the nights it needs it."""
    there = at.astimezone(ZoneInfo(zone))
    if there.replace(fold=0).utcoffset() == there.replace(fold=1).utcoffset():
        return wall_time(at, zone)
    return there.isoformat(timespec="minutes")


def local_date(at: datetime, zone: str) -> date:
    """Return the date at a place."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_window(on_date: date, zone: str) -> Period | None:
    """Return a local date from midnight to midnight; None where a zone skips it."""
    place = ZoneInfo(zone)
    starts_at = to_instant(datetime.combine(on_date, time()), place, fold=0)
    ends_at = to_instant(datetime.combine(on_date + _DAY, time()), place, fold=0)
    return Period(starts_at, ends_at) if starts_at < ends_at else None
