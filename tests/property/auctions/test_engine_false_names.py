"""False names: fact 21, over 20,000 random splits of a bid into several accounts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear

SEEDS = range(20)
SPLITS = 1_000


def random_book(random: Random) -> Book:
    """Return a book whose first bid is the one that will be split."""
    slots, scale = random.choice((4, 6, 8)), random.choice((10, 100))
    start = random.randrange(slots - 1)
    end = random.randrange(start + 2, slots + 1)
    bids = [Bid("split", start, end, random.randrange(1, scale * (end - start)))]
    for place in range(random.randrange(1, 7)):
        first = random.randrange(slots)
        last = random.randrange(first + 1, slots + 1)
        maximum = random.randrange(scale * (last - first))
        bids.append(Bid(f"other {place}", first, last, maximum))
    return Book(tuple(random.choice((0, 0, 2)) for _ in range(slots)), tuple(bids))


def accounts(random: Random, bid: Bid) -> tuple[Bid, ...]:
    """Return bids under several names for parts of one bid's time."""
    inside = range(bid.start + 1, bid.end)
    cuts = random.sample(inside, k=min(random.choice((1, 2)), len(inside)))
    points = [bid.start, *sorted(cuts), bid.end]
    return tuple(
        Bid(f"name {first}", first, last, random.choice((0, 1, 2)) * bid.maximum // 2)
        if random.random() < 0.5
        else Bid(f"name {first}", first, last, random.randrange(bid.maximum + 1))
        for first, last in zip(points, points[1:], strict=False)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_splitting_a_bid_never_pays_more_than_honesty_at_the_personal_minimum(
    seed: int,
) -> None:
    random = Random(seed)
    for _ in range(SPLITS):
        book = random_book(random)
        bid = book.bids[0]
        names = accounts(random, bid)

        honest = clear(book)
        split = clear(replace(book, bids=(*book.bids[1:], *names)))

        best = bid.maximum - honest.personal_minimum.get(bid.id, bid.maximum)
        has_all = all(name.id in split.winners for name in names)
        paid = sum(split.payments.get(name.id, 0) for name in names)
        assert (bid.maximum if has_all else 0) - paid <= best
