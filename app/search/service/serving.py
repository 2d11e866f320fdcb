"""Phase 2 of the search: which chargers of a chunk serve, and on what terms.

One statement for the whole chunk, or for each time zone in it where a time is wanted:
what the filters say, open, free, and what it costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Integer,
    and_,
    bindparam,
    exists,
    false,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement

from app.kernel.slots import SLOT_S, ceil_to_grid, slot_at, start_of
from app.search.columns import (
    CLAIM,
    CLAIMED_SLOT,
    EVSE,
    LOCATION,
    OPEN_WINDOW,
    OPENING_SUMMARY,
    TARIFF,
)
from app.search.domain import PriceLimit, Query, Span, UntilFull, Window
from app.search.domain.times import NOW_WITHIN
from app.search.service.lists import one_of_numbers, one_of_words
from app.search.service.reading import END, FIRST, STILL_HOLDS, Candidate
from app.search.service.spots import Spot
from app.search.service.statements import Statement

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)


class Wanted(NamedTuple):
    """The wanted time at one place: a length somewhere between two slots.

    :ivar duration_s: real elapsed seconds; all of the time between, for a span
    """

    first_slot: int
    end_slot: int
    duration_s: int

    @property
    def slots(self) -> int:
        """The length in slots."""
        return -(-self.duration_s // SLOT_S)

    @property
    def is_exact(self) -> bool:
        """Whether it fits in one way only."""
        return self.end_slot - self.first_slot <= self.slots


def serving(
    spots: Sequence[Spot],
    query: Query,
    wanted_at: Callable[[str], Wanted | None],
    now: datetime,
) -> list[Candidate]:
    """Return those of the chargers that serve, in the same order.

    With a span that is all there is to ask about time; with any other wish they may
    be free, and the caller asks when.

    :param wanted_at: the time at a zone; None where there is none on that day
    """
    statement, values = _statement(_filters(query)), _values(query, now)
    terms: dict[int, Sequence[Any]] = {}
    if not isinstance(query.time, Span | Window):
        groups: dict[Wanted | None, list[int]] = {None: [each[1] for each in spots]}
    else:
        groups = _by_time(spots, wanted_at)
    for wanted, ids in groups.items():
        values["ids"] = ids
        if wanted is not None:
            values |= _time_values(wanted, now)
        for row in statement.all(values):
            terms[row[0]] = row
    return [_candidate(each, terms[each[1]]) for each in spots if each[1] in terms]


def _by_time(
    spots: Sequence[Spot], wanted_at: Callable[[str], Wanted | None]
) -> dict[Wanted | None, list[int]]:
    """Return the chargers by the time that is wanted there; those without are left."""
    zones: dict[str, list[int]] = defaultdict(list)
    for _, evse_id, _, _, zone in spots:
        zones[zone].append(evse_id)
    groups: dict[Wanted | None, list[int]] = defaultdict(list)
    for zone, ids in zones.items():
        if (wanted := wanted_at(zone)) is not None:
            groups[wanted] += ids
    return groups


def _candidate(spot: Spot, row: Sequence[Any]) -> Candidate:
    place = (spot.distance_m, spot.evse_id, row[1], spot.lat, spot.lon, spot.zone)
    return Candidate._make((*place, *row[2:10], row[10] == "REQUEST", []))


def _filters(query: Query) -> frozenset[str]:
    wishes = {
        "span": isinstance(query.time, Span),
        "window": isinstance(query.time, Window),
        "now": isinstance(query.time, UntilFull),
        "price": query.max_price is not None,
        "instant": query.is_instant,
        "accessible": query.is_accessible,
        "parking": query.has_free_parking,
        "night": query.is_open_at_night,
    }
    return frozenset(name for name, is_wished in wishes.items() if is_wished)


def _values(query: Query, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if isinstance(query.time, Span):
        values["now"] = now
    if isinstance(query.time, UntilFull):
        values["soon"] = slot_at(ceil_to_grid(now + NOW_WITHIN))
        values["lead"] = NOW_WITHIN // _MINUTE
    if query.max_price is not None:
        for exponent, (milli, names) in query.max_price.milli_by_exponent().items():
            values[f"milli_{exponent}"] = milli
            values[f"currencies_{exponent}"] = list(names)
    return values


def _time_values(wanted: Wanted, now: datetime) -> dict[str, int]:
    """Return the terms that this time asks for.

    Bookings begin and end on the quarter hour, so "not before now and the lead, on
    the grid" means the same as "at least the lead after now".
    """
    latest, earliest = wanted.end_slot - wanted.slots, wanted.first_slot + wanted.slots
    return {
        "first": wanted.first_slot,
        "end": wanted.end_slot,
        "latest": latest,
        "earliest": earliest,
        "slots": wanted.slots,
        "minutes": wanted.duration_s // 60,
        "lead": (start_of(latest) - now) // _MINUTE,
        "ahead": -((now - start_of(earliest)) // _DAY),
    }


# Statements are built once: building them costs more than running them.
@lru_cache(maxsize=128)
def _statement(filters: frozenset[str]) -> Statement:
    statement = (
        select(
            EVSE.c.id,
            EVSE.c.location_id,
            EVSE.c.min_length_min,
            EVSE.c.max_length_min,
            EVSE.c.lead_min,
            EVSE.c.horizon_days,
            EVSE.c.buffer_min,
            TARIFF.c.currency,
            TARIFF.c.energy_milli_per_kwh,
            TARIFF.c.time_milli_per_hour,
            EVSE.c.booking_mode,
        )
        .join(TARIFF, and_(TARIFF.c.evse_id == EVSE.c.id, TARIFF.c.is_current))
        .where(one_of_numbers(EVSE.c.id, "ids"), EVSE.c.is_inoperative == false())
    )
    if filters & {"accessible", "parking"}:
        statement = statement.join(LOCATION, LOCATION.c.id == EVSE.c.location_id)
    if "night" in filters:
        statement = statement.join(
            OPENING_SUMMARY, OPENING_SUMMARY.c.evse_id == EVSE.c.id
        )
    conditions = (_CONDITIONS[name]() for name in sorted(filters))
    return Statement(statement.where(*conditions))


def _has_the_span() -> ColumnElement[bool]:
    # Windows do not overlap, so only the last that has begun can hold the span.
    open_until = (
        select(OPEN_WINDOW.c.end_slot)
        .where(OPEN_WINDOW.c.evse_id == EVSE.c.id, OPEN_WINDOW.c.first_slot <= FIRST)
        .order_by(OPEN_WINDOW.c.first_slot.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    is_claimed = exists().where(
        CLAIMED_SLOT.c.evse_id == EVSE.c.id,
        CLAIMED_SLOT.c.slot >= FIRST,
        # The turnaround after the time must be free as well.
        CLAIMED_SLOT.c.slot < END + (EVSE.c.buffer_min + 14) // 15,
        CLAIM.c.id == CLAIMED_SLOT.c.claim_id,
        STILL_HOLDS,
    )
    return and_(_allows_it(), open_until >= END, ~is_claimed)


def _may_have_the_length() -> ColumnElement[bool]:
    """Return a condition that keeps what is open for long enough in the window."""
    latest, earliest = (bindparam(n, type_=Integer) for n in ("latest", "earliest"))
    is_open = exists().where(
        OPEN_WINDOW.c.evse_id == EVSE.c.id,
        OPEN_WINDOW.c.first_slot <= latest,
        OPEN_WINDOW.c.end_slot >= earliest,
        OPEN_WINDOW.c.end_slot - OPEN_WINDOW.c.first_slot
        >= bindparam("slots", type_=Integer),
    )
    return and_(_allows_it(), is_open)


def _may_begin_now() -> ColumnElement[bool]:
    """Return a condition that keeps what can be booked soon and is open then."""
    soon = bindparam("soon", type_=Integer)
    is_open = exists().where(
        OPEN_WINDOW.c.evse_id == EVSE.c.id,
        OPEN_WINDOW.c.first_slot <= soon,
        OPEN_WINDOW.c.end_slot > soon - NOW_WITHIN // _QUARTER,
    )
    return and_(EVSE.c.lead_min <= bindparam("lead", type_=Integer), is_open)


def _allows_it() -> ColumnElement[bool]:
    """Return whether the charger's terms allow the length, so soon and so late."""
    minutes = bindparam("minutes", type_=Integer)
    return and_(
        EVSE.c.min_length_min <= minutes,
        EVSE.c.max_length_min >= minutes,
        EVSE.c.lead_min <= bindparam("lead", type_=Integer),
        EVSE.c.horizon_days >= bindparam("ahead", type_=Integer),
    )


def _is_not_dearer() -> ColumnElement[bool]:
    """Return a condition that keeps what may be cheap enough in its own currency.

    The price of energy is only a part of what a charge costs, so this lets through
    more than the limit allows; the exact comparison follows.
    """
    return or_(
        *(
            and_(
                one_of_words(TARIFF.c.currency, f"currencies_{exponent}"),
                TARIFF.c.energy_milli_per_kwh
                <= bindparam(f"milli_{exponent}", type_=BigInteger),
            )
            for exponent in _EXPONENTS
        )
    )


_EXPONENTS = tuple(PriceLimit(Decimal(0)).milli_by_exponent())
_CONDITIONS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "span": _has_the_span,
    "window": _may_have_the_length,
    "now": _may_begin_now,
    "price": _is_not_dearer,
    "instant": lambda: EVSE.c.booking_mode == "INSTANT",
    # Where nobody has said so the answer is no.
    "accessible": lambda: LOCATION.c.is_accessible == true(),
    "parking": lambda: LOCATION.c.has_free_parking == true(),
    "night": lambda: OPENING_SUMMARY.c.is_open_at_night == true(),
}
