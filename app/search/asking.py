"""From the address of a search to the search itself, and back. Needs no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import tzfpy

from app.accounts.service import Vehicle
from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search.address import address_of, let_go, values_of
from app.search.asked import ANY_PLUG, CAR_PLUG, Asked, read_asked
from app.search.domain import Car, DayWindow, Query, Time
from app.search.service.finding import car_of
from app.search.service.place import Center, find_center

__all__ = [
    "AddressTooLong",
    "Asked",
    "Question",
    "address_of",
    "let_go",
    "query_of",
    "question_of",
    "read_asked",
    "refuse_long",
    "values_of",
    "zone_at",
]
MAX_QUERY_BYTES = 4096


class AddressTooLong(DomainError):
    """Nobody asks for so much; reading it would only cost time."""

    status = 414


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A search with its place found and its day known.

    :ivar car: the car to calculate for, with what it wants
    """

    asked: Asked
    query: Query
    car: Car
    center: Center


def refuse_long(query_string: bytes) -> None:
    """Refuse an address that no search of ours has.

    :raises AddressTooLong: above 4 KB
    """
    if len(query_string) > MAX_QUERY_BYTES:
        raise AddressTooLong(
            "This address is too long for a search. Please start again."
        )


def query_of(text: str, *, vehicle: Vehicle | None, now: datetime) -> Question:
    """Return what a search's address asks for.

    :param text: the query string, with or without its question mark
    :raises DomainError: if it holds something impossible; the first reason
    """
    refuse_long(text.encode(errors="replace"))
    values: dict[str, str] = {}
    for name, value in parse_qsl(text.removeprefix("?")):
        values.setdefault(name, value)
    asked, refusals = read_asked(values, has_car=vehicle is not None)
    for refusal in refusals:
        raise refusal
    return question_of(asked, vehicle=vehicle, now=now)


def question_of(asked: Asked, *, vehicle: Vehicle | None, now: datetime) -> Question:
    """Return the search that was asked, for this driver and at this moment.

    :raises DomainError: if the place is not known, or the time makes no sense there
    """
    center = find_center(text=asked.text, point=asked.point, now=now)
    return Question(
        asked=asked,
        query=_query(asked, center.point, vehicle, now),
        car=car_of(vehicle, asked.wish),
        center=center,
    )


def zone_at(point: Point) -> str:
    """Return the time zone of a point of the earth, at sea as well."""
    return tzfpy.get_tz(point.lon, point.lat) or "UTC"


def _query(asked: Asked, point: Point, vehicle: Vehicle | None, now: datetime) -> Query:
    standards: frozenset[str] | None = None
    if asked.plug == CAR_PLUG:
        standards = frozenset(vehicle.standards) if vehicle else None
    elif asked.plug != ANY_PLUG:
        standards = Query.known_standards(asked.plug)
    return Query(
        center=point,
        radius_m=asked.radius_km * 1000,
        time=_time(asked, point, now),
        # Of a car whose plugs nobody has told, any may fit.
        standards=standards or None,
        min_power_w=asked.min_power_w,
        max_price=asked.max_price,
        max_total=asked.max_total,
        is_instant=asked.instant,
        is_accessible=asked.accessible,
        has_free_parking=asked.free_parking,
        is_open_at_night=asked.night,
        order=asked.order,
    )


def _time(asked: Asked, point: Point, now: datetime) -> Time:
    if not isinstance(asked.time, DayWindow):
        return asked.time
    # The day's name means the day that it is where one wants to charge.
    local_now = now.astimezone(ZoneInfo(zone_at(point))).replace(tzinfo=None)
    return asked.time.on(local_now)
