"""What to offer who did not get a time: the nearest free times, and a search nearby."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from app.auctions import service
from app.auctions.domain.gates import LAST_CALL_MIN
from app.auctions.routes.links import lasting
from app.auctions.routes.strip import cheapest
from app.auctions.service import BidView, BookView
from app.chargers import service as chargers
from app.kernel.money import MILLI, divide_up, format_minor
from app.kernel.period import Period
from app.schedules.wall_time import exact_wall_time, wall_time
from app.web.filters import duration, local_span

NEAR = timedelta(hours=24)
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """Another time of the same length, with this moment's price.

    :param note: how far from the wanted time
    """

    words: str
    note: str
    price: str
    url: str


def next_best(bid: BidView, now: datetime) -> tuple[NextBest, ...]:
    """Return up to three free times near the one that was wanted, the nearest first."""
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
            note=_note(period, bid),
            price=format_minor(divide_up(milli, MILLI), book.currency),
            url=_url(bid, period),
        )
        for period, milli in _near_times(book, bid, charger.buffer_min, now)
    )


def search_near(bid: BidView, now: datetime) -> str:
    """Return the address of a search around the charger, at that time if it can be."""
    charger = chargers.find_charger(bid.charger_id)
    if charger is None:
        return url_for("search.index")
    # Only the point that everybody may see belongs into an address.
    asked = {
        "lat": f"{charger.public_latitude:.5f}",
        "lon": f"{charger.public_longitude:.5f}",
    }
    starts, ends = (wall_time(at, bid.time_zone) for at in (bid.starts_at, bid.ends_at))
    # The search refuses the past, and an end that the clock change put first.
    if now < bid.starts_at and starts < ends:
        asked |= {"from": starts, "to": ends}
    return url_for("search.index", **asked)  # type: ignore[arg-type]


def _near_times(
    book: BookView, bid: BidView, buffer_min: int, now: datetime
) -> Iterator[tuple[Period, int]]:
    """Yield free times as long as the bid's, the nearest first, without overlaps."""
    length_s, found = bid.period.duration_s, list[Period]()
    known = {each.slot: each for each in book.slots}
    # Later than this nobody can bid any more, and booking at once has another price.
    last_call = now + timedelta(minutes=LAST_CALL_MIN)
    coming = [each for each in book.slots if each.starts_at > last_call]
    for start in sorted(coming, key=lambda each: abs(each.starts_at - bid.starts_at)):
        if len(found) == MOST:
            return
        stay = lasting(start.starts_at, length_s)
        if any(stay.overlaps(other) for other in found):
            continue
        free = cheapest(known, [start], length_s=length_s, buffer_min=buffer_min)
        if free is not None:
            found.append(stay)
            yield free


def _note(period: Period, bid: BidView) -> str:
    away_s = int((period.starts_at - bid.starts_at).total_seconds())
    if not away_s:
        return "the same time"
    return f"{duration(abs(away_s))} {'later' if away_s > 0 else 'earlier'}"


def _url(bid: BidView, period: Period) -> str:
    wanted = {
        "from": exact_wall_time(period.starts_at, bid.time_zone),
        "to": exact_wall_time(period.ends_at, bid.time_zone),
    }
    return url_for("auctions.bidding", charger_id=bid.charger_id, **wanted)  # type: ignore[arg-type]
