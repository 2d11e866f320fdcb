"""What a single driver gains by not telling what the time is worth to him.

Exactly one driver deviates at a time: the world is replayed from the moment he asks
until his bid is decided, everybody else truthful and the book as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.market_rules import GATE, LAST_CALL, Prices, Rolling, by_time
from benchmarks.market_world import Request

# Each driver states this share of the truth, always the same; 100 is the truth.
SHARES_PERCENT = (60, 70, 80, 90, 95, 98, 100, 105, 110, 120, 130, 150)
TRUTH = SHARES_PERCENT.index(100)


def may_bid(request: Request) -> bool:
    """Return whether the driver could place a bid: nobody else can gain by a lie.

    Whoever only looks at a price that is already set buys or leaves; stating less than
    the truth makes him leave where buying was better, and nothing else.
    """
    lead = request.start - request.asked
    return lead > LAST_CALL and not (lead > GATE and request.needs_certainty)


def utilities(
    requests: Sequence[Request], prices: Prices, days: int
) -> NDArray[np.float64]:
    """Return one row a day: what all its bidders earn if each alone states a share.

    Value minus payment in milli-minor, a column for each of ``SHARES_PERCENT``.
    """
    table = np.zeros((days, len(SHARES_PERCENT)))
    arrivals = by_time(requests)
    book = Rolling(prices)
    for now in range(min(arrivals), max(each.start for each in requests) + 1):
        for place, request in enumerate(arrivals.get(now, ())):
            if may_bid(request):
                book.forget(now)
                table[request.day] += [
                    _earned(book.copy(), request, share, arrivals, place)
                    for share in SHARES_PERCENT
                ]
            book.arrive(request, request.value)
        book.decide(now)
    return table


def _earned(
    book: Rolling,
    request: Request,
    share: int,
    arrivals: dict[int, list[Request]],
    place: int,
) -> int:
    """Return what the driver earns, playing on from when he asks until he knows."""
    now = request.asked
    book.arrive(request, request.value * share // 100)
    others = arrivals[now][place + 1 :]
    while book.waits(request):
        for other in others:
            book.arrive(other, other.value)
        book.decide(now)
        now += 1
        others = arrivals.get(now, [])
    return sum(
        request.value - sale.paid for sale in book.sales if sale.request is request
    )
