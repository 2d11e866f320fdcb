"""Other searches, one tap away: filters to drop, usual times, orders, wider circles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.kernel.connectors import plug_name
from app.search.asked import ANY_PLUG, CAR_PLUG, CARDS, MAX_CARDS, Asked
from app.search.asking import address_of, let_go
from app.search.domain import (
    Order,
    PriceLimit,
    Span,
    UntilFull,
    Wish,
    usual_spans,
)
from app.search.service import Loosened
from app.web.filters import kw

ORDERS = {
    Order.NEAR: "Nearest",
    Order.TOTAL: "Cheapest charge",
    Order.PRICE: "Cheapest kWh",
    Order.SOON: "Soonest",
}
FLAG_WORDS = {
    "instant": "Book at once",
    "accessible": "Accessible",
    "free_parking": "Free parking",
    "night": "Open at night",
    "public": "Public stations",
}
_LOOSENED = {
    "time": "Any time",
    "plug": "Any plug",
    "min_kw": "Any power",
    "max_price": "Any price per kWh",
    "max_total": "Any total",
    "instant": "On request as well",
    "accessible": "Accessible or not",
    "free_parking": "Paid parking as well",
    "night": "Closed at night as well",
}
# What of a search is one filter, and what it is without it.
_NOTHING: dict[str, Any] = {
    "time": None,
    "wish": None,
    "min_power_w": 0,
    "max_price": None,
    "max_total": None,
    **dict.fromkeys(FLAG_WORDS, False),
}


class Link(NamedTuple):
    """Another search, one tap away."""

    words: str
    url: str
    is_current: bool = False


def search_url(base: str, asked: Asked, **changes: Any) -> str:
    """Return the address of a search with something changed; its list starts anew.

    :param base: the page's own address
    """
    query = address_of(asked, **{"shown": CARDS, **changes})
    return f"{base}?{query}" if query else base


def used(base: str, asked: Asked) -> tuple[Link, ...]:
    """Return each filter in use, with the search without it."""
    price, total = limit_words(asked.max_price), limit_words(asked.max_total)
    words = {
        "time": _time_words(asked),
        "wish": wish_words(asked.wish),
        "min_power_w": f"{kw(asked.min_power_w)} or more" if asked.min_power_w else "",
        "max_price": f"Up to {price}/kWh" if price else "",
        "max_total": f"Up to {total} in all" if total else "",
        **{n: text for n, text in FLAG_WORDS.items() if getattr(asked, n)},
    }
    links = [
        Link(text, search_url(base, asked, **{name: _NOTHING[name]}))
        for name, text in words.items()
        if text
    ]
    if asked.plug != asked.preset_plug:
        url = search_url(base, asked, plug=asked.preset_plug)
        links.insert(0, Link(_plug_words(asked.plug), url))
    return tuple(links)


def without_all(asked: Asked) -> Asked:
    """Return the search of the same place without any filter."""
    return replace(asked, plug=asked.preset_plug, **_NOTHING)


def quick_times(
    base: str, asked: Asked, *, zone: str, now: datetime
) -> tuple[Link, ...]:
    """Return times that drivers often want.

    :param zone: of the place, whose clock counts
    """
    spans = usual_spans(now.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    times: list[tuple[str, Any]] = [
        ("Any time", None),
        ("Now, until full", UntilFull()),
        *spans,
    ]
    return tuple(
        Link(name, search_url(base, asked, time=time), asked.time == time)
        for name, time in times
    )


def orders(base: str, asked: Asked) -> tuple[Link, ...]:
    """Return the orders of the list."""
    return tuple(
        Link(words, search_url(base, asked, order=order), asked.order is order)
        for order, words in ORDERS.items()
    )


def loosened(base: str, asked: Asked, found: Iterable[Loosened]) -> tuple[Link, ...]:
    """Return what to let go where nothing was found, with how many that shows."""
    links = []
    for each in found:
        wider = f"Within {each.query.radius_m // 1000} km"
        count = f"{each.count}+" if each.is_more else str(each.count)
        chargers = "charger" if count == "1" else "chargers"
        words = f"{_LOOSENED.get(each.name, wider)} ({count} {chargers})"
        links.append(
            Link(words, search_url(base, let_go(asked, each.name, each.query)))
        )
    return tuple(links)


def more(base: str, asked: Asked, listed: int, total: int) -> Link | None:
    """Return the search with a longer list, where there is more to list."""
    if listed >= total or asked.shown >= MAX_CARDS:
        return None
    further = min(CARDS, total - listed)
    url = search_url(base, asked, shown=asked.shown + CARDS)
    return Link(f"Show {further} more", url)


def _time_words(asked: Asked) -> str:
    time = asked.time
    if time is None:
        return ""
    if isinstance(time, UntilFull):
        return "Now, until full"
    if isinstance(time, Span):
        return span_words(time)
    return time.words[0].upper() + time.words[1:]


def span_words(span: Span) -> str:
    """Return a span as a chip says it, such as ``Fri 12 Jun 18:00–20:00``."""
    starts, ends = span.starts, span.ends
    last = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%a %H:%M}"
    return f"{starts:%a} {starts.day} {starts:%b} {starts:%H:%M}–{last}"


def limit_words(limit: PriceLimit | None) -> str:
    """Return an amount as prices are written; it has no currency of its own."""
    if limit is None:
        return ""
    cents = f"{limit.amount:.2f}"
    return cents if Decimal(cents) == limit.amount else f"{limit.amount.normalize():f}"


def wish_words(wish: Wish | None) -> str:
    """Return what the car wants, or nothing."""
    if wish is None:
        return ""
    if wish.energy_wh is not None:
        return f"{wish.energy_wh / 1000:g} kWh"
    return f"From {wish.soc_from} to {wish.soc_to} %"


def _plug_words(plug: str) -> str:
    return {ANY_PLUG: "Any plug", CAR_PLUG: "My car's plug"}.get(plug) or plug_name(
        plug
    )
