"""The market simulation keeps its own books straight, on a small made-up world."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.market_figures import by_day, ratios
from benchmarks.market_incentives import TRUTH, may_bid, utilities
from benchmarks.market_prices import best_fixed_price
from benchmarks.market_rules import Rolling, Sale, auction, first_come
from benchmarks.market_world import Request, Stay, World

DAYS = 21
STAYS = tuple(Stay(60 * hour, 1.0 + hour % 5, 9.0) for hour in range(6, 23))
WORLD = World(stays=STAYS, load=3.0)
REQUESTS = WORLD.requests(DAYS, seed=5)


class Flat:
    """One reserve for all slots, twice as much for booking at once."""

    def reserve(self, slot: int) -> int:
        return 5_000

    def book_now(self, now: int, start: int, end: int) -> int:
        return 10_000 * (end - start)


def _request(number: int, asked: int, start: int, end: int, value: int) -> Request:
    return Request(number, asked, start, end, 9_000, value, needs_certainty=False)


@pytest.fixture(scope="module", params=["fixed", "auction"])
def sales(request: pytest.FixtureRequest) -> tuple[Sale, ...]:
    if request.param == "fixed":
        return first_come(REQUESTS, 8_000)
    return auction(REQUESTS, Flat())


def test_value_is_what_owner_and_drivers_get_together(sales: tuple[Sale, ...]) -> None:
    table = by_day(sales, DAYS)

    welfare, profit, surplus, served = table.sum(axis=0)
    assert welfare == profit + surplus == sum(sale.request.value for sale in sales)
    assert profit == sum(sale.paid for sale in sales)
    assert served == len(sales) > 20


def test_no_quarter_hour_and_no_wish_is_served_twice(sales: tuple[Sale, ...]) -> None:
    slots = Counter(
        slot for sale in sales for slot in range(sale.request.start, sale.request.end)
    )

    assert max(slots.values()) == 1
    assert len({sale.request.number for sale in sales}) == len(sales)


def test_nobody_pays_more_than_his_value_or_less_than_the_reserve(
    sales: tuple[Sale, ...],
) -> None:
    for sale in sales:
        length = sale.request.end - sale.request.start
        assert 5_000 * length <= sale.paid <= sale.request.value


def test_every_way_to_be_served_occurs() -> None:
    ways = {sale.how for sale in auction(REQUESTS, Flat())}

    assert ways == {"gate", "last call", "book now", "instant"}


def test_stating_the_truth_alone_earns_what_it_earns_in_the_whole_run() -> None:
    sold = auction(REQUESTS, Flat())

    earned = utilities(REQUESTS, Flat(), DAYS)[:, TRUTH].sum()

    bidders = [sale for sale in sold if may_bid(sale.request)]
    assert earned == sum(sale.request.value - sale.paid for sale in bidders) > 0


def test_the_winner_pays_what_the_loser_would_have_paid() -> None:
    anna = _request(1, asked=0, start=40, end=48, value=90_000)
    bo = _request(2, asked=1, start=40, end=48, value=70_000)

    (sale,) = auction((anna, bo), Flat())

    assert (sale.request, sale.paid, sale.how) == (anna, 70_000, "gate")


def test_booking_at_once_costs_at_least_what_it_displaces() -> None:
    book = Rolling(Flat())
    waiting = _request(1, asked=0, start=40, end=48, value=300_000)
    late = _request(2, asked=33, start=40, end=48, value=310_000)

    book.arrive(waiting, waiting.value)
    book.arrive(late, late.value)

    assert [(sale.request, sale.paid) for sale in book.sales] == [(late, 300_000)]


def test_the_tuned_fixed_price_earns_no_less_than_its_neighbors() -> None:
    best = best_fixed_price(REQUESTS)

    incomes = [
        sum(sale.paid for sale in first_come(REQUESTS, best + step))
        for step in (-250, 0, 250)
    ]
    assert incomes[1] == max(incomes)


def test_a_mechanism_compared_with_itself_is_exactly_even() -> None:
    table = by_day(first_come(REQUESTS, 8_000), DAYS)

    assert all(
        (each.value, each.low, each.high) == (1, 1, 1)
        for each in ratios(table, table, seed=1)
    )
