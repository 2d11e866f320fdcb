"""What to offer a driver whose bid was not the one: the nearest cheap times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from app.auctions import service
from app.auctions.routes.links import lasting
from app.auctions.routes.strip import cheapest
from app.auctions.service import BidView, BookView
from app.chargers import service as chargers
from app.kernel.money import MILLI, divide_up, format_minor
from app.kernel.period import Period
from app.schedules.wall_time import exact_wall_time
from app.web.filters import local_span

NEAR = timedelta(hours=24)
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """Another time of the same length, with this moment's price."""

    words: str
    price: str
    url: str


def next_best(bid: BidView, now: datetime) -> tuple[NextBest, ...]:
    """Return up to three cheap free times near the one that was wanted."""
    charger = chargers.find_charger(bid.charger_id)
    window_ends_at = bid.starts_at + 2 * NEAR
    if charger is None or window_ends_at <= now:
        return ()
    window = Period(max(now, bid.starts_at - NEAR), window_ends_at)
    book = service.book_of(charger=charger, now=now, window=window)
    if book is None:
        return ()
    return tuple(
        NextBest(
            words=local_span(period.starts_at, period.ends_at, bid.time_zone),
            price=format_minor(divide_up(milli, MILLI), book.currency),
            url=_url(bid, period),
        )
        for period, milli in _cheap_times(book, bid, charger.buffer_min)
    )


def _cheap_times(
    book: BookView, bid: BidView, buffer_min: int
) -> Iterator[tuple[Period, int]]:
    """Yield free times as long as the bid's, the cheapest first, without overlaps."""
    length_s, found = bid.period.duration_s, list[Period]()
    known = {each.slot: each for each in book.slots}
    for _ in range(MOST):
        free = [
            each
            for each in book.slots
            if not any(
                lasting(each.starts_at, length_s).overlaps(other) for other in found
            )
        ]
        best = cheapest(known, free, length_s=length_s, buffer_min=buffer_min)
        if best is None:
            return
        found.append(best[0])
        yield best


def _url(bid: BidView, period: Period) -> str:
    wanted = {
        "from": exact_wall_time(period.starts_at, bid.time_zone),
        "to": exact_wall_time(period.ends_at, bid.time_zone),
    }
    return url_for("auctions.bidding", charger_id=bid.charger_id, **wanted)  # type: ignore[arg-type]
