"""What a driver asks for, as one checked value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Self
from zoneinfo import ZoneInfo

from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.kernel.money import CURRENCIES, MILLI, exponent_of
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid
from app.schedules.domain import to_instant

MIN_RADIUS_M = 1_000
MAX_RADIUS_M = 50_000
MAX_SPAN = timedelta(hours=48)
MAX_AHEAD = timedelta(days=36)
DEFAULT_SPAN = timedelta(hours=2)
_QUARTER = timedelta(minutes=15)


class SearchRefused(DomainError):
    """The search cannot be made like this; the field says where it is wrong."""


class Order(Enum):
    """What comes first in the list."""

    NEAR = "near"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The wall-clock times a driver wants, whatever the charger's time zone.

    :ivar starts: naive local time on the quarter hour
    :ivar ends: naive local time on the quarter hour, exclusive
    """

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        """Refuse what is no span on the grid."""
        if self.starts.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("A span is wall-clock time, without a time zone.")
        if _floor(self.starts) != self.starts or _floor(self.ends) != self.ends:
            raise ValueError("A span lies on the quarter hour.")
        if self.ends <= self.starts:
            raise SearchRefused("The end must be after the start.", field="to")
        if self.ends - self.starts > MAX_SPAN:
            raise SearchRefused("Please search for at most two days.", field="to")

    def period_in(self, zone: str) -> Period | None:
        """Return the span at a place, or None where the clock skips all of it."""
        place = ZoneInfo(zone)
        starts_at = to_instant(self.starts, place, fold=0)
        ends_at = to_instant(self.ends, place, fold=1)
        return Period(starts_at, ends_at) if starts_at < ends_at else None

    def refuse_past(self, now: datetime, *, lon: float, zones: Iterable[str]) -> None:
        """Refuse a start that has passed, or is too far ahead, at every place.

        :param lon: longitude searched, which bounds the time where no zone is known
        :param zones: time zones of the chargers found there
        :raises SearchRefused: at the field ``from``
        """
        slowest = timedelta(hours=-12 if abs(lon) > 165 else lon / 15 - 3.5)
        local_now = (now.astimezone(UTC) + slowest).replace(tzinfo=None)
        starts = [self.period_in(zone) for zone in zones]
        known = [period.starts_at for period in starts if period]
        passed = max(known) < ceil_to_grid(now) if known else self.starts < local_now
        if passed:
            raise SearchRefused("That time has already passed.", field="from")
        if self.starts > local_now + MAX_AHEAD:
            raise SearchRefused(
                "Chargers can be booked four weeks ahead.", field="from"
            )


def read_span(
    starts: datetime | None, ends: datetime | None
) -> tuple[Span | None, str]:
    """Return the span on the grid that covers the given times, and what was changed.

    :param starts: naive wall-clock time, or None
    :param ends: naive wall-clock time, or None for two hours
    :returns: the span (None where no time was given) and a sentence, empty where
        nothing was changed
    :raises SearchRefused: if only the end was given, or it is not after the start,
        or either is no date of this century
    """
    _require_this_century(starts, "from")
    _require_this_century(ends, "to")
    if starts is None:
        if ends is not None:
            raise SearchRefused("Please say from when as well.", field="from")
        return None, ""
    if ends is not None and ends <= starts:
        raise SearchRefused("The end must be after the start.", field="to")
    first = _floor(starts)
    last = first + DEFAULT_SPAN if ends is None else _ceil(ends)
    span = Span(starts=first, ends=last)
    if ends is None:
        return span, f"Two hours from {first:%H:%M}; say until when for another length."
    if (first, last) != (starts, ends):
        return span, (
            f"Time is sold in quarter hours: searching {first:%H:%M} to {last:%H:%M}."
        )
    return span, ""


def _require_this_century(at: datetime | None, field: str) -> None:
    # Far from both ends of the calendar, no arithmetic can leave it.
    if at is not None and not 2000 <= at.year <= 2200:
        raise SearchRefused("Please give a date of this century.", field=field)


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """The most a driver would pay per kWh, all included, in the charger's currency.

    :ivar amount: major units, such as 0.45
    """

    amount: Decimal

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        if not self.amount.is_finite():
            raise SearchRefused(
                "Please give a number, such as 0.45.", field="max_price"
            )
        if self.amount < 0:
            raise SearchRefused("A price cannot be negative.", field="max_price")
        if self.amount > 1_000_000:
            raise SearchRefused("That is more than can be right.", field="max_price")

    def milli_in(self, currency: str) -> int:
        """Return the limit in 1/1000 minor units of the currency, rounded down."""
        return int(self.amount * 10 ** exponent_of(currency) * MILLI)

    def milli_by_exponent(self) -> dict[int, tuple[int, tuple[str, ...]]]:
        """Return the limit and its currencies for each number of decimals in use."""
        groups: dict[int, list[str]] = {}
        for currency in CURRENCIES:
            groups.setdefault(exponent_of(currency), []).append(currency)
        return {
            exponent: (self.milli_in(names[0]), tuple(names))
            for exponent, names in groups.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One search. Every value is already known to make sense.

    :ivar standards: OCPI connector standards that will do; None for any
    :ivar min_power_w: what the connector must give
    :ivar span: when; None for "whenever it is free next"
    """

    center: Point
    radius_m: int = 5_000
    span: Span | None = None
    standards: frozenset[str] | None = None
    min_power_w: int = 0
    max_price: PriceLimit | None = None
    order: Order = Order.NEAR

    def __post_init__(self) -> None:
        """Refuse what cannot be searched."""
        if not MIN_RADIUS_M <= self.radius_m <= MAX_RADIUS_M:
            raise SearchRefused(
                "The radius must lie between 1 and 50 km.", field="radius_km"
            )
        if not 0 <= self.min_power_w <= 1_000_000:
            raise SearchRefused(
                "The power must lie between 0 and 1000 kW.", field="min_kw"
            )
        if self.standards is not None and not self.standards:
            raise ValueError("No plug at all would find nothing.")

    @classmethod
    def known_standards(cls, standard: str) -> frozenset[str]:
        """Return a filter for one plug.

        :raises SearchRefused: if the plug is not one the product knows
        """
        if standard not in PLUG_NAMES:
            raise SearchRefused("We do not know this plug.", field="plug")
        return frozenset({standard})

    def loosened(self) -> tuple[tuple[str, Self], ...]:
        """Return the same search with one filter let go, each with its name.

        Widening the circle comes last: it changes the place, not the wish.
        """
        found: list[tuple[str, Self]] = []
        if self.span is not None:
            found.append(("time", replace(self, span=None)))
        if self.standards is not None:
            found.append(("plug", replace(self, standards=None)))
        if self.min_power_w:
            found.append(("min_kw", replace(self, min_power_w=0)))
        if self.max_price is not None:
            found.append(("max_price", replace(self, max_price=None)))
        wider = next((m for m in (10_000, 25_000, 50_000) if m > self.radius_m), None)
        if wider is not None:
            found.append(("radius_km", replace(self, radius_m=wider)))
        return tuple(found)


def _hours_at(midnight: datetime, days: int, hour: int, hours: int) -> Span:
    starts = midnight + timedelta(days=days, hours=hour)
    return Span(starts=starts, ends=starts + timedelta(hours=hours))


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _ceil(at: datetime) -> datetime:
    floored = _floor(at)
    return floored if floored == at else floored + _QUARTER


def usual_spans(local_now: datetime) -> tuple[tuple[str, Span], ...]:
    """Return times that drivers often want, each with its name.

    :param local_now: naive wall-clock time at the place
    """
    soon = _ceil(local_now)
    midnight = local_now.replace(hour=0, minute=0, second=0, microsecond=0)
    evening = _hours_at(midnight, 0, 18, 4)
    evening_name = "This evening"
    if soon > evening.starts:
        evening, evening_name = _hours_at(midnight, 1, 18, 4), "Tomorrow evening"
    night = _hours_at(midnight, 0, 22, 8)
    if soon > night.starts:
        night = Span(starts=soon, ends=soon + timedelta(hours=8))
    return (
        ("Next 2 hours", Span(starts=soon, ends=soon + DEFAULT_SPAN)),
        (evening_name, evening),
        ("Overnight", night),
        ("Tomorrow, 9 to 12", _hours_at(midnight, 1, 9, 3)),
    )
