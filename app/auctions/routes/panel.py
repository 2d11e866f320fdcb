"""What the bidding panel of a charger shows, with every link ready to tap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.auctions.domain.gates import LAST_CALL_MIN
from app.auctions.routes.links import (
    Choice,
    Links,
    lasting,
    lengths_to_tap,
    steps_to_tap,
)
from app.auctions.routes.strip import Strip, Tip, cheapest, span_words, strip_of
from app.auctions.routes.words import ShownBid, decided_words
from app.auctions.service import AuctionQuote, BidView, BookView, SlotPrice
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.kernel.money import (
    MILLI,
    divide_half_even,
    divide_up,
    exponent_of,
    format_minor,
)
from app.kernel.period import Period
from app.pricing.domain import in_hours
from app.schedules.wall_time import day_window, exact_wall_time, local_date
from app.web.filters import local_span

DAYS_SHOWN = 7
USUAL_LENGTH_S = 2 * 3600
POLL_S, LAST_MINUTE_POLL_S = 5, 1
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
class Panel:
    """Everything on the bidding panel except the form's fields."""

    charger: Charger
    currency: str
    target: str
    is_embedded: bool
    days: tuple[DayTab, ...]
    earlier_url: str | None
    later_url: str | None
    strip: Strip
    period: Period | None
    period_words: str
    from_text: str
    to_text: str
    length_words: str
    lengths: tuple[Choice, ...]
    steps: tuple[Choice, ...]
    quote: AuctionQuote | None
    refusal: DomainError | None
    decided_words: str
    my_bids: tuple[ShownBid, ...]
    poll_url: str
    poll_s: int
    bid_url: str
    book_url: str
    here_url: str
    example_amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the visitor looks at: a day, and a time on it or none."""

    day: date
    period: Period | None
    refusal: DomainError | None = None


def window_of(day: date, today: date, zone: str) -> Period:
    """Return the days shown together with this one: weeks counted from today."""
    first = today + (day - today) // (DAYS_SHOWN * _DAY) * (DAYS_SHOWN * _DAY)
    windows = [
        window
        for offset in range(DAYS_SHOWN)
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


def panel_of(
    charger: Charger,
    book: BookView,
    wanted: Wanted,
    *,
    quote: AuctionQuote | None,
    my_bids: tuple[BidView, ...],
    kept: Mapping[str, str],
    now: datetime,
) -> Panel:
    """Return the panel for a charger, a day and a chosen time."""
    links, zone = Links(charger, kept), charger.time_zone
    period, today = wanted.period, local_date(now, zone)
    length_s = period.duration_s if period else usual_length_s(charger)
    strip = strip_of(
        wanted.day,
        _slots_on(book, wanted.day, zone),
        zone=zone,
        currency=book.currency,
        chosen=period,
        tip=_tip(charger, book, wanted.day, length_s, links, now),
        link=lambda start: links.to(lasting(start.starts_at, length_s)),
    )
    return Panel(
        charger=charger,
        currency=book.currency,
        target="#offer" if links.is_embedded else "#bidding",
        is_embedded=links.is_embedded,
        days=_tabs(book, wanted, links, today, zone),
        earlier_url=_other_week(wanted, links, today, -1, charger),
        later_url=_other_week(wanted, links, today, 1, charger),
        strip=strip,
        period=period,
        period_words=_period_words(period, zone),
        from_text=exact_wall_time(period.starts_at, zone) if period else "",
        to_text=exact_wall_time(period.ends_at, zone) if period else "",
        length_words=in_hours(length_s),
        lengths=lengths_to_tap(charger, period, links),
        steps=steps_to_tap(charger, period, links, now),
        quote=quote,
        refusal=wanted.refusal,
        decided_words=decided_words(quote.decides_at, now, zone) if quote else "",
        my_bids=tuple(ShownBid.of(each, now) for each in my_bids),
        poll_url=links.prices(period, wanted.day),
        poll_s=poll_s([each.decides_at for each in (quote, *my_bids) if each], now),
        bid_url=links.bids(),
        book_url=links.book(period),
        here_url=links.to(period, wanted.day),
        example_amount=_example(quote),
    )


def poll_s(decided: Iterable[datetime | None], now: datetime) -> int:
    """Return how often a page asks for news: every second in the last minute."""
    soon = timedelta(minutes=1)
    is_last = any(at is not None and at - now <= soon for at in decided)
    return LAST_MINUTE_POLL_S if is_last else POLL_S


def _slots_on(book: BookView, day: date, zone: str) -> tuple[SlotPrice, ...]:
    return tuple(each for each in book.slots if local_date(each.starts_at, zone) == day)


def _cheapest(
    charger: Charger, book: BookView, day: date, length_s: int, after: datetime
) -> tuple[Period, int] | None:
    return cheapest(
        {each.slot: each for each in book.slots},
        [
            each
            for each in _slots_on(book, day, charger.time_zone)
            if each.starts_at > after
        ],
        length_s=length_s,
        buffer_min=charger.buffer_min,
    )


def _tip(
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
    book: BookView, wanted: Wanted, links: Links, today: date, zone: str
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
            is_chosen=day == wanted.day,
            is_today=day == today,
            note=_day_note(prices, book.currency),
        )
        for day, prices in sorted(days.items())
    )


def _day_note(prices: list[int], currency: str) -> str:
    if not prices:
        return "nothing open"
    lowest = divide_half_even(4 * min(prices), MILLI)
    return f"from {format_minor(lowest, currency)}"


def _other_week(
    wanted: Wanted, links: Links, today: date, weeks: int, charger: Charger
) -> str | None:
    week = (wanted.day - today).days // DAYS_SHOWN + weeks
    if week < 0 or week * DAYS_SHOWN > charger.horizon_days:
        return None
    return links.to(None, today + timedelta(days=week * DAYS_SHOWN))


def _period_words(period: Period | None, zone: str) -> str:
    return local_span(period.starts_at, period.ends_at, zone) if period else ""


def _example(quote: AuctionQuote | None) -> str:
    """Return an amount in the shape the field takes: half again today's price."""
    if quote is None or exponent_of(quote.currency) != 2:
        return ""
    minor = quote.current_minor * 3 // 2 // 50 * 50
    return f"{minor // 100}.{minor % 100:02d}" if minor else ""
