"""How each charger of a follow-me wish stands at this moment, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from app.auctions import service
from app.auctions.routes.strip import cheapest
from app.auctions.service import BookView, FollowView
from app.chargers.service import Charger
from app.kernel.money import MILLI, divide_up, format_minor
from app.kernel.period import Period
from app.schedules.wall_time import exact_wall_time
from app.web.filters import local_span

_QUARTER = timedelta(minutes=15)
_DELETED = "This charger is not offered any more."
_FIXED = "It has one fixed price now: book it at once instead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One charger of the wish: what is the matter there, or what its time costs.

    :param url: where to look at it; None if it is gone
    """

    name: str
    words: str
    url: str | None


def outlook_of(
    wish: FollowView, known: Mapping[int, Charger], now: datetime
) -> tuple[Outlook, ...]:
    """Return why the wish leads nowhere, charger by charger.

    :returns: nothing where it leads, has ended, or its window is over
    """
    bid = wish.bid if wish.bid and wish.bid.is_pending else None
    is_leading = bid is not None and bid.standing == service.Standing.LEADING
    if not wish.is_active or is_leading or wish.window.ends_at <= now:
        return ()
    return tuple(_outlook(wish, known.get(each), now) for each in wish.charger_ids)


def _outlook(wish: FollowView, charger: Charger | None, now: datetime) -> Outlook:
    if charger is None:
        return Outlook(name="A charger", words=_DELETED, url=None)
    window = Period(max(now, wish.window.starts_at), wish.window.ends_at)
    # A stay at the end of the window pays for the turnaround after it.
    beyond = timedelta(minutes=charger.buffer_min) + _QUARTER
    reach = Period(window.starts_at, window.ends_at + beyond)
    book = service.book_of(charger=charger, now=now, window=reach)
    if book is None:
        return Outlook(
            name=charger.name,
            words=_FIXED,
            url=url_for("bookings.offer", charger_id=charger.id),
        )
    found = _cheapest(book, wish, charger, window)
    asked = {}
    if found:
        asked["from"] = exact_wall_time(found[0].starts_at, charger.time_zone)
        asked["to"] = exact_wall_time(found[0].ends_at, charger.time_zone)
    return Outlook(
        name=charger.name,
        words=_price(found, wish, charger) if found else _why_shut(book, window),
        url=url_for("auctions.bidding", charger_id=charger.id, **asked),  # type: ignore[arg-type]
    )


def _cheapest(
    book: BookView, wish: FollowView, charger: Charger, window: Period
) -> tuple[Period, int] | None:
    """Return the cheapest time of the wanted length in the window, if one is free."""
    length_s = wish.length_min * 60
    last_at = window.ends_at - timedelta(seconds=length_s)
    return cheapest(
        {each.slot: each for each in book.slots},
        [each for each in book.slots if window.starts_at <= each.starts_at <= last_at],
        length_s=length_s,
        buffer_min=charger.buffer_min,
    )


def _price(found: tuple[Period, int], wish: FollowView, charger: Charger) -> str:
    period, price_milli = found
    when = local_span(period.starts_at, period.ends_at, charger.time_zone)
    price_minor = divide_up(price_milli, MILLI)
    words = f"{format_minor(price_minor, wish.currency)} right now for {when}"
    if price_minor > wish.maximum_minor:
        return f"{words}, above your maximum."
    return f"{words}, but others bid more or it is too late to bid."


def _why_shut(book: BookView, window: Period) -> str:
    inside = [each for each in book.slots if each.starts_at < window.ends_at]
    if any(each.state == "TAKEN" for each in inside):
        return "Booked then: no gap is long enough."
    if any(each.state == "OPEN" for each in inside):
        return "Not open for that long then."
    return "Closed then."
