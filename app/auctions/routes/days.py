"""The days of the bidding panel: their tabs, their slots, their cheapest times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.auctions.domain.gates import LAST_CALL_MIN
from app.auctions.routes.links import Links, lasting
from app.auctions.routes.scale import hourly
from app.auctions.routes.strip import Tip, cheapest, local_hour, span_words
from app.auctions.service import BookView, SlotPrice
from app.chargers.service import Charger
from app.kernel.money import MILLI, divide_up, format_minor
from app.kernel.period import Period
from app.schedules.wall_time import day_window, local_date

DAYS_SHOWN = 7
USUAL_LENGTH_S = 2 * 3600
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTab:
    """One date to tap, with the lowest price of an hour on it."""

    on_date: date
    url: str
    is_chosen: bool
    is_today: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A week of dates to tap, and the way to the weeks beside it."""

    tabs: tuple[DayTab, ...]
    earlier_url: str | None
    later_url: str | None


def window_of(day: date, today: date, zone: str, shown: int = DAYS_SHOWN) -> Period:
    """Return the days shown together with this one, and the night after them.

    :param shown: how many at once; days are grouped by it from today on
    """
    first = today + (day - today) // (shown * _DAY) * (shown * _DAY)
    windows = [
        window
        for offset in range(shown + 1)
        if (window := day_window(first + offset * _DAY, zone))
    ]
    return Period(windows[0].starts_at, windows[-1].ends_at)


def usual_length_s(charger: Charger) -> int:
    """Return how long a stay is looked at before anybody has said so."""
    shortest_s, longest_s = charger.min_length_min * 60, charger.max_length_min * 60
    return min(max(USUAL_LENGTH_S, shortest_s), longest_s)


def usual_period(
    charger: Charger, book: BookView, day: date, now: datetime
) -> Period | None:
    """Return the cheapest time of usual length on a day, if possible one to bid for."""
    length_s = usual_length_s(charger)
    for wait_min in (book.gate_min, LAST_CALL_MIN, 0):
        found = _cheapest(
            charger, book, day, length_s, now + timedelta(minutes=wait_min)
        )
        if found:
            return found[0]
    return None


def days_of(
    charger: Charger, book: BookView, chosen: date, links: Links, today: date
) -> Days:
    """Return the week around a date, in tabs."""
    return Days(
        tabs=_tabs(book, chosen, links, today, charger.time_zone),
        earlier_url=_other_week(chosen, links, today, -1, charger),
        later_url=_other_week(chosen, links, today, 1, charger),
    )


def _slots_on(book: BookView, day: date, zone: str) -> tuple[SlotPrice, ...]:
    return tuple(each for each in book.slots if local_date(each.starts_at, zone) == day)


def slots_to_show(book: BookView, day: date, zone: str) -> tuple[SlotPrice, ...]:
    """Return the day's quarter hours from the first hour that is not over."""
    slots = _slots_on(book, day, zone)
    coming = next((each for each in slots if each.state != "PAST"), None)
    if coming is None:
        return slots[-4:]
    begins_at = coming.starts_at - timedelta(minutes=45)
    hour = local_hour(coming.starts_at, zone)
    return tuple(
        each
        for each in slots
        if each.starts_at >= begins_at
        and (each.state != "PAST" or local_hour(each.starts_at, zone) == hour)
    )


def _cheapest(
    charger: Charger, book: BookView, day: date, length_s: int, after: datetime
) -> tuple[Period, int] | None:
    """Return the cheapest time after an instant, if possible one within the day."""
    zone, known = charger.time_zone, {each.slot: each for each in book.slots}
    starts = [each for each in _slots_on(book, day, zone) if each.starts_at > after]
    moment = timedelta(microseconds=1)
    within = [
        each
        for each in starts
        if local_date(lasting(each.starts_at, length_s).ends_at - moment, zone) == day
    ]
    return cheapest(
        known, within or starts, length_s=length_s, buffer_min=charger.buffer_min
    )


def tip_on(
    charger: Charger,
    book: BookView,
    day: date,
    length_s: int,
    links: Links,
    now: datetime,
) -> Tip | None:
    """Return the cheapest time of the day for which bids are not closed yet."""
    last_call = now + timedelta(minutes=LAST_CALL_MIN)
    found = _cheapest(charger, book, day, length_s, last_call)
    if found is None:
        return None
    period, total_milli = found
    return Tip(
        words=span_words(period, charger.time_zone),
        price=format_minor(divide_up(total_milli, MILLI), book.currency),
        url=links.to(period),
    )


def _tabs(
    book: BookView, chosen: date, links: Links, today: date, zone: str
) -> tuple[DayTab, ...]:
    days: dict[date, list[int]] = {}
    for each in book.slots:
        prices = days.setdefault(local_date(each.starts_at, zone), [])
        if each.state == "OPEN":
            prices.append(each.price_milli)
    return tuple(
        DayTab(
            on_date=day,
            url=links.to(None, day),
            is_chosen=day == chosen,
            is_today=day == today,
            note=_day_note(prices, book.currency),
        )
        for day, prices in sorted(days.items())[:DAYS_SHOWN]
    )


def _day_note(prices: list[int], currency: str) -> str:
    if not prices:
        return "nothing open"
    return f"from {hourly(min(prices), currency)}" if min(prices) else "free hours"


def _other_week(
    chosen: date, links: Links, today: date, weeks: int, charger: Charger
) -> str | None:
    week = (chosen - today).days // DAYS_SHOWN + weeks
    if week < 0 or week * DAYS_SHOWN > charger.horizon_days:
        return None
    return links.to(None, today + timedelta(days=week * DAYS_SHOWN))
