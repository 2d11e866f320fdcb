"""The strip of quarter-hour prices: color and height of each bar, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from app.auctions.service import SlotPrice
from app.kernel.money import MILLI, divide_half_even, format_minor
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, slots_of, start_of
from app.schedules.claims import covered
from app.schedules.wall_time import exact_wall_time

LEVELS = 8
LOWEST_BAR, HIGHEST_BAR = 26, 100
# Where every quarter hour costs the same, each bar has this height and color.
CALM_LEVEL = 2
_WORDS = {"TAKEN": "taken", "CLOSED": "closed", "PAST": "over"}

Link = Callable[[Period], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One quarter hour: ``x`` counts from the start of its hour."""

    x: int
    kind: str
    level: int
    height: int
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour to tap, with its four bars; ``url`` is None where nothing is open."""

    words: str
    label: str
    url: str | None
    is_mine: bool
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Neighboring quarter hours with one price, for the list beside the picture."""

    words: str
    price: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """A time worth looking at, with what it costs."""

    words: str
    price: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The prices of one local day."""

    on_date: date
    hours: tuple[Hour, ...]
    runs: tuple[Run, ...]
    cheapest: Tip | None
    highest: str
    lowest: str
    summary: str


def strip_of(
    on_date: date,
    slots: Sequence[SlotPrice],
    *,
    zone: str,
    currency: str,
    chosen: Period | None,
    tip: Tip | None,
    link: Link,
) -> Strip:
    """Return the strip of one day.

    :param slots: the day's quarter hours, ascending
    :param chosen: the time whose bars are marked
    :param tip: the cheapest time of the day, if any is open
    """
    open_prices = [each.price_milli for each in slots if each.state == "OPEN"]
    low, high = (min(open_prices), max(open_prices)) if open_prices else (0, 0)
    mine = slots_of(chosen) if chosen else range(0)
    hours = []
    for _, group in groupby(slots, key=lambda each: _hour_at(each.starts_at, zone)):
        hours.append(_hour(list(group), zone, currency, (low, high), mine, link))
    return Strip(
        on_date=on_date,
        hours=tuple(hours),
        runs=_runs(slots, zone, currency),
        cheapest=tip,
        highest=_an_hour(high, currency),
        lowest=_an_hour(low, currency),
        summary=_summary(open_prices, currency),
    )


def cheapest(
    book: Mapping[int, SlotPrice],
    slots: Sequence[SlotPrice],
    *,
    length_s: int,
    buffer_min: int,
) -> tuple[Period, int] | None:
    """Return the open time of this length that costs least now, the earliest first.

    :param book: every known quarter hour, for a stay that leaves the day
    :param slots: where it may start
    :param buffer_min: turnaround after the stay, which is paid for as well
    :returns: the time and its price in 1/1000 minor units, turnaround included
    """
    best: tuple[Period, int] | None = None
    for first in slots:
        stay = Period(first.starts_at, first.starts_at + timedelta(seconds=length_s))
        sold = [book.get(slot) for slot in slots_of(covered(stay, buffer_min))]
        known = [each for each in sold if each is not None]
        count = length_s // SLOT_S
        is_free = len(known) == len(sold) and all(
            each.state == "OPEN" for each in known[:count]
        )
        if not is_free or any(each.state == "TAKEN" for each in known):
            continue
        total = sum(each.price_milli for each in known)
        if best is None or total < best[1]:
            best = stay, total
    return best


def span_words(period: Period, zone: str) -> str:
    """Return a span of time of day, such as ``18:00–20:00``."""
    return f"{_clock(period.starts_at, zone)}–{_clock(period.ends_at, zone)}"


def _hour(
    slots: list[SlotPrice],
    zone: str,
    currency: str,
    prices: tuple[int, int],
    mine: range,
    link: Link,
) -> Hour:
    clock = _clock(slots[0].starts_at, zone)[:2]
    free = [each for each in slots if each.state == "OPEN"]
    first = next((each for each in free), None)
    words = _WORDS.get(slots[-1].state, "closed")
    if free:
        mean = divide_half_even(sum(each.price_milli for each in free), len(free))
        words = f"{_an_hour(mean, currency)} an hour"
        if len(free) < len(slots):
            words += ", partly open"
    is_mine = any(each.slot in mine for each in slots)
    return Hour(
        words=clock,
        label=f"{clock}:00, {words}{', in your time' if is_mine else ''}",
        url=link(Period(first.starts_at, start_of(first.slot + 1))) if first else None,
        is_mine=is_mine,
        bars=tuple(_bar(each, zone, prices, mine) for each in slots),
    )


def _bar(slot: SlotPrice, zone: str, prices: tuple[int, int], mine: range) -> Bar:
    low, high = prices
    share = (slot.price_milli - low) / (high - low) if high > low else None
    level = CALM_LEVEL if share is None else round(share * LEVELS)
    height = 45
    if share is not None:
        height = LOWEST_BAR + round(share * (HIGHEST_BAR - LOWEST_BAR))
    return Bar(
        x=int(_clock(slot.starts_at, zone)[3:]) // 15,
        kind=slot.state.lower(),
        level=level,
        height=height if slot.state == "OPEN" else 100,
        is_mine=slot.slot in mine,
    )


def _runs(slots: Sequence[SlotPrice], zone: str, currency: str) -> tuple[Run, ...]:
    def same(slot: SlotPrice) -> tuple[str, int]:
        return slot.state, slot.price_milli if slot.state == "OPEN" else 0

    runs = []
    for (state, price_milli), group in groupby(slots, key=same):
        stay = list(group)
        period = Period(stay[0].starts_at, start_of(stay[-1].slot + 1))
        if state != "PAST":
            price = f"{_an_hour(price_milli, currency)} an hour"
            runs.append(
                Run(
                    words=span_words(period, zone),
                    price=_WORDS.get(state, price),
                    kind=state.lower(),
                )
            )
    return tuple(runs)


def _summary(open_prices: list[int], currency: str) -> str:
    if not open_prices:
        return "Nothing is on offer on this day."
    low, high = min(open_prices), max(open_prices)
    if low == high:
        return f"Every open hour costs {_an_hour(low, currency)} right now."
    return (
        f"An hour costs between {_an_hour(low, currency)} "
        f"and {_an_hour(high, currency)} right now."
    )


def _an_hour(slot_milli: int, currency: str) -> str:
    return _rounded(4 * slot_milli, currency)


def _rounded(milli: int, currency: str) -> str:
    return format_minor(divide_half_even(milli, MILLI), currency)


def _clock(at: datetime, zone: str) -> str:
    return exact_wall_time(at, zone)[11:16]


def _hour_at(at: datetime, zone: str) -> str:
    """Return the hour with its offset: on one night a year two have the same name."""
    text = exact_wall_time(at, zone)
    return text[11:13] + text[16:]
