"""The strip of quarter-hour prices: color and height of each bar, and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from app.auctions.routes.scale import Scale, an_hour, hourly
from app.auctions.service import SlotPrice
from app.kernel.money import divide_half_even
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, slots_of, start_of
from app.schedules.claims import covered
from app.schedules.wall_time import exact_wall_time

LEVELS = 8
ROW_HOURS = 12
LOWEST_BAR, HIGHEST_BAR = 26, 100
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
    """The prices of one local day.

    :param rows: the hours, in two rows of the same length where they are many
    """

    on_date: date
    rows: tuple[tuple[Hour, ...], ...]
    runs: tuple[Run, ...]
    cheapest: Tip | None
    summary: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Where and in what money the strip is read, and where its links go.

    :param scale: of all the days that can be tapped
    """

    zone: str
    currency: str
    scale: Scale
    link: Link


def strip_of(
    on_date: date,
    slots: Sequence[SlotPrice],
    look: Look,
    *,
    chosen: Period | None,
    tip: Tip | None,
) -> Strip:
    """Return the strip of a day's quarter hours, with the chosen ones marked."""
    prices = [each.price_milli for each in slots if each.state == "OPEN"]
    mine = slots_of(chosen) if chosen else range(0)
    by_hour = groupby(slots, key=lambda each: local_hour(each.starts_at, look.zone))
    hours = tuple(_hour(list(group), look, mine) for _, group in by_hour)
    return Strip(
        on_date=on_date,
        rows=_rows(hours),
        runs=_runs(slots, look.zone, look.currency),
        cheapest=tip,
        summary=_summary(prices, look.currency),
        legend=look.scale.words(look.currency),
    )


def cheapest(
    book: Mapping[int, SlotPrice],
    starts: Iterable[SlotPrice],
    *,
    length_s: int,
    buffer_min: int,
) -> tuple[Period, int] | None:
    """Return the open time that costs least now, the earliest first, and its price.

    :param book: every known quarter hour, in which the time must lie
    :param buffer_min: turnaround after the stay, which is paid for as well
    """
    best: tuple[Period, int] | None = None
    for first in starts:
        stay = Period(first.starts_at, first.starts_at + timedelta(seconds=length_s))
        price = _price_milli(book, stay, buffer_min)
        if price is not None and (best is None or price < best[1]):
            best = stay, price
    return best


def _price_milli(
    book: Mapping[int, SlotPrice], stay: Period, buffer_min: int
) -> int | None:
    """Return what a stay costs with its turnaround; None if it cannot be had."""
    sold = [book.get(slot) for slot in slots_of(covered(stay, buffer_min))]
    known = [each for each in sold if each is not None]
    is_open = all(each.state == "OPEN" for each in known[: stay.duration_s // SLOT_S])
    if len(known) < len(sold) or not is_open:
        return None
    if any(each.state == "TAKEN" for each in known):
        return None
    return sum(each.price_milli for each in known)


def span_words(period: Period, zone: str) -> str:
    """Return a span of time of day, such as ``18:00–20:00``."""
    return f"{_clock(period.starts_at, zone)}–{_clock(period.ends_at, zone)}"


def _rows(hours: tuple[Hour, ...]) -> tuple[tuple[Hour, ...], ...]:
    """Return the hours so that on a phone each is wide enough for a thumb."""
    if len(hours) <= ROW_HOURS:
        return (hours,)
    half = -(-len(hours) // 2)
    return (hours[:half], hours[half:])


def _hour(slots: list[SlotPrice], look: Look, mine: range) -> Hour:
    zone, link = look.zone, look.link
    clock = _clock(slots[0].starts_at, zone)[:2]
    free = [each for each in slots if each.state == "OPEN"]
    first = next((each for each in free), None)
    words = _WORDS.get(slots[-1].state, "closed")
    if free:
        mean = divide_half_even(sum(each.price_milli for each in free), len(free))
        words = an_hour(mean, look.currency)
        if len(free) < len(slots):
            words += ", partly open"
    is_mine = any(each.slot in mine for each in slots)
    return Hour(
        words=clock,
        label=f"{clock}:00, {words}{', in your time' if is_mine else ''}",
        url=link(Period(first.starts_at, start_of(first.slot + 1))) if first else None,
        is_mine=is_mine,
        bars=tuple(_bar(each, look, mine) for each in slots),
    )


def _bar(slot: SlotPrice, look: Look, mine: range) -> Bar:
    share = look.scale.share(slot.price_milli)
    level = round(share * LEVELS)
    height = LOWEST_BAR + round(share * (HIGHEST_BAR - LOWEST_BAR))
    return Bar(
        x=int(_clock(slot.starts_at, look.zone)[3:]) // 15,
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
            price = an_hour(price_milli, currency)
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
    if high == 0:
        return "Every open hour is free right now."
    if low == high:
        return f"Every open hour costs {hourly(low, currency)} right now."
    return (
        f"An hour costs between {hourly(low, currency)} "
        f"and {hourly(high, currency)} right now."
    )


def _clock(at: datetime, zone: str) -> str:
    return exact_wall_time(at, zone)[11:16]


def local_hour(at: datetime, zone: str) -> str:
    """Return the hour with its offset: on one night a year two have the same name."""
    text = exact_wall_time(at, zone)
    return text[11:13] + text[16:]
