"""What the bidding panel of a charger shows, with every link ready to tap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.auctions.routes.days import (
    Days,
    days_of,
    slots_to_show,
    tip_on,
    usual_length_s,
)
from app.auctions.routes.links import (
    Choice,
    Links,
    lasting,
    lengths_to_tap,
    steps_to_tap,
)
from app.auctions.routes.scale import Scale, scale_of
from app.auctions.routes.strip import Look, Strip, strip_of
from app.auctions.routes.words import ShownBid, decided_words, turnaround_words
from app.auctions.service import AuctionQuote, BidView, BookView
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.kernel.money import exponent_of
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, start_of
from app.pricing.domain import in_hours
from app.schedules.wall_time import exact_wall_time, local_date
from app.web.filters import local_span

POLL_S, LAST_MINUTE_POLL_S = 5, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTime:
    """The time that is looked at, in words and as the form sends it."""

    period: Period | None
    words: str
    from_text: str
    to_text: str
    length_words: str
    lengths: tuple[Choice, ...]
    steps: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything on the bidding panel except the form's fields.

    :param my_bid: the driver's own bid for a part of the chosen time, if any
    """

    charger: Charger
    currency: str
    is_embedded: bool
    days: Days
    strip: Strip
    time: ChosenTime
    quote: AuctionQuote | None
    refusal: DomainError | None
    decided_words: str
    my_bids: tuple[ShownBid, ...]
    my_bid: ShownBid | None
    poll_url: str
    poll_s: int
    bid_url: str
    book_url: str
    here_url: str
    example_amount: str
    turnaround_words: str

    @property
    def target(self) -> str:
        """What a tap on a link replaces."""
        return "#offer" if self.is_embedded else "#bidding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the visitor looks at: a day, and a time on it or none.

    :param scale: of the colors on the page that asks for news, if one does
    """

    day: date
    period: Period | None
    scale: Scale | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the services say about what the visitor looks at, at one moment."""

    charger: Charger
    book: BookView
    quote: AuctionQuote | None
    my_bids: tuple[BidView, ...]
    now: datetime

    @property
    def zone(self) -> str:
        """Where the charger stands."""
        return self.charger.time_zone

    @property
    def today(self) -> date:
        """The date there."""
        return local_date(self.now, self.zone)


def panel_of(found: Found, wanted: Wanted, kept: Mapping[str, str]) -> Panel:
    """Return the panel for a charger, a day and a chosen time."""
    links, quote, now = Links(found.charger, kept), found.quote, found.now
    gate = quote.decides_at if quote else None
    scale = wanted.scale or scale_of(found.book.slots)
    return Panel(
        charger=found.charger,
        currency=found.book.currency,
        is_embedded=links.is_embedded,
        days=days_of(found.charger, found.book, wanted.day, links, found.today),
        strip=_strip(found, wanted, links, scale),
        time=_time(found, wanted.period, links),
        quote=quote,
        refusal=wanted.refusal,
        decided_words=decided_words(gate, now, found.zone),
        my_bids=tuple(ShownBid.of(each, now) for each in found.my_bids),
        my_bid=_my_bid_at(quote, found.my_bids, now),
        poll_url=links.prices(wanted.period, wanted.day, scale.text()),
        poll_s=poll_s((gate, *(bid.decides_at for bid in found.my_bids)), now),
        bid_url=links.bids(),
        book_url=links.book(wanted.period),
        here_url=links.to(wanted.period, wanted.day),
        example_amount=_example(quote),
        turnaround_words=_turnaround(quote),
    )


def _strip(found: Found, wanted: Wanted, links: Links, scale: Scale) -> Strip:
    charger, book, day = found.charger, found.book, wanted.day
    length_s = _length_s(charger, wanted.period)
    return strip_of(
        day,
        slots_to_show(book, day, found.zone),
        Look(
            zone=found.zone,
            currency=book.currency,
            scale=scale,
            link=lambda start: links.to(lasting(start.starts_at, length_s)),
        ),
        chosen=wanted.period,
        tip=tip_on(charger, book, day, length_s, links, found.now),
    )


def _time(found: Found, period: Period | None, links: Links) -> ChosenTime:
    charger, zone = found.charger, found.zone
    return ChosenTime(
        period=period,
        words=local_span(period.starts_at, period.ends_at, zone) if period else "",
        from_text=exact_wall_time(period.starts_at, zone) if period else "",
        to_text=exact_wall_time(period.ends_at, zone) if period else "",
        length_words=in_hours(_length_s(charger, period)),
        lengths=lengths_to_tap(charger, period, links),
        steps=steps_to_tap(charger, period, links, found.now),
    )


def _length_s(charger: Charger, period: Period | None) -> int:
    """Return how long a tapped time lasts: as the chosen one, within what is sold."""
    if period is None:
        return usual_length_s(charger)
    # Prices are summed up for every possible start, so the length must have an end.
    longest_s = min(period.duration_s, charger.max_length_min * 60)
    return longest_s // SLOT_S * SLOT_S or usual_length_s(charger)


def _my_bid_at(
    quote: AuctionQuote | None, my_bids: tuple[BidView, ...], now: datetime
) -> ShownBid | None:
    """Return the driver's own bid for a part of this time: one has one at most."""
    if quote is None:
        return None
    first, end = quote.sold.start, quote.sold.stop
    for bid in my_bids:
        if bid.first_slot < end and first < bid.end_slot:
            return ShownBid.of(bid, now)
    return None


def poll_s(decided: Iterable[datetime | None], now: datetime) -> int:
    """Return how often a page asks for news: every second in the last minute."""
    soon = timedelta(minutes=1)
    is_last = any(at is not None and at - now <= soon for at in decided)
    return LAST_MINUTE_POLL_S if is_last else POLL_S


def _turnaround(quote: AuctionQuote | None) -> str:
    """Return that the price covers more than the wanted time; empty if it does not."""
    if quote is None:
        return ""
    beyond = start_of(quote.sold.stop) - quote.period.ends_at
    return turnaround_words(beyond // timedelta(minutes=1))


def _example(quote: AuctionQuote | None) -> str:
    """Return an amount in the shape the field takes: half again today's price."""
    if quote is None or exponent_of(quote.currency) != 2:
        return ""
    minor = quote.current_minor * 3 // 2 // 50 * 50
    return f"{minor // 100}.{minor % 100:02d}" if minor else ""
