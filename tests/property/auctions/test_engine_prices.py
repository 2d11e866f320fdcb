"""Core prices and the equal top-up: facts 13 to 19, 22 and 23, for every book."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import Clearing, clear
from tests.support.auction_books import books, evening_book
from tests.support.auction_oracles import (
    core_income,
    core_rows,
    places_of,
    plain_prices,
    premiums,
    price_of,
    reserve_of,
)


def paid_above_reserve(book: Book, found: Clearing, place: int) -> int:
    bid = book.bids[place]
    return found.payments[bid.id] - reserve_of(book, bid)


@given(books(max_bids=12))
def test_prices_are_at_least_the_reserve_and_equal_it_where_unsold(book: Book) -> None:
    found = clear(book)
    sold = {
        slot
        for place in places_of(book, found)
        for slot in range(book.bids[place].start, book.bids[place].end)
    }

    for slot, (price, reserve) in enumerate(
        zip(found.slot_prices, book.reserve, strict=True)
    ):
        assert price >= reserve
        assert slot in sold or price == reserve


@given(books(max_bids=12))
def test_no_loser_would_pay_more_and_no_winner_less_than_the_prices(book: Book) -> None:
    found = clear(book)

    for bid in book.bids:
        if bid.id in found.winners:
            assert found.payments[bid.id] == price_of(found, bid) <= bid.maximum
        else:
            assert bid.maximum <= price_of(found, bid)


@given(books(max_bids=12))
def test_a_payment_lies_between_the_minimum_and_the_minimum_plus_top_up(
    book: Book,
) -> None:
    found = clear(book)

    for bid in book.bids:
        if bid.id in found.winners:
            least = found.personal_minimum[bid.id]
            assert least <= found.payments[bid.id] <= least + found.top_up


@settings(max_examples=60, deadline=None)
@given(books())
def test_the_income_is_the_smallest_of_the_core(book: Book) -> None:
    found = clear(book)
    winners = places_of(book, found)

    above = sum(paid_above_reserve(book, found, place) for place in winners)

    assert found.income == sum(found.payments.values())
    assert above == core_income(book, winners)


@settings(deadline=None)
@given(books())
def test_no_group_of_bidders_and_the_owner_can_do_better(book: Book) -> None:
    found = clear(book)

    for group, least in core_rows(book, places_of(book, found)):
        assert sum(paid_above_reserve(book, found, place) for place in group) >= least


@given(books(max_bids=3), st.integers(100, 200), st.integers(0, 90))
def test_of_two_identical_wishes_the_winner_pays_the_losers_maximum(
    book: Book, high: int, less: int
) -> None:
    rivals = (Bid("low", 0, book.slots, high - less), Bid("high", 0, book.slots, high))

    found = clear(Book((0,) * book.slots, rivals))

    name = "low" if less == 0 else "high"
    assert found.payments == {name: high - less}


@given(books(max_bids=12))
def test_where_the_minima_are_in_the_core_they_are_what_is_paid(book: Book) -> None:
    found = clear(book)

    if found.income == sum(found.personal_minimum.values()):
        assert found.payments == found.personal_minimum
        assert found.top_up == 0
    else:
        assert found.top_up > 0


@settings(deadline=None)
@given(books(max_bids=12, max_slots=12, max_premium=300))
def test_prices_and_top_up_are_those_of_the_rule_as_it_is_written(book: Book) -> None:
    found = clear(book)
    winners = places_of(book, found)
    minima = [
        found.personal_minimum[book.bids[place].id] - reserve_of(book, book.bids[place])
        for place in winners
    ]

    prices, top_up = plain_prices(book, winners, minima)

    assert top_up == found.top_up
    assert found.slot_prices == tuple(
        price + reserve for price, reserve in zip(prices, book.reserve, strict=True)
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(20, 80), st.integers(0, 10**6))
def test_prices_of_an_evening_are_those_of_the_rule_as_it_is_written(
    count: int, seed: int
) -> None:
    book = evening_book(count, 48, seed, reserve=1_000)
    found = clear(book)
    winners = places_of(book, found)
    minima = [
        found.personal_minimum[book.bids[place].id] - reserve_of(book, book.bids[place])
        for place in winners
    ]

    prices, top_up = plain_prices(book, winners, minima)

    assert (top_up, [price + 1_000 for price in prices]) == (
        found.top_up,
        list(found.slot_prices),
    )


@given(books(max_bids=12))
def test_every_number_of_the_answer_is_a_whole_one(book: Book) -> None:
    found = clear(book)

    numbers = [
        *found.slot_prices,
        *found.payments.values(),
        *found.personal_minimum.values(),
        found.income,
        found.top_up,
        found.value,
    ]

    assert {type(number) for number in numbers} <= {int}


@given(books(max_bids=4, max_slots=24))
def test_prices_only_change_where_bids_start_or_end(book: Book) -> None:
    level = replace(book, reserve=(0,) * book.slots)
    worth = premiums(level)
    assume(worth)
    ends = {bid.start for bid in level.bids} | {bid.end for bid in level.bids}

    prices = clear(level).slot_prices

    for slot in range(1, level.slots):
        if slot not in ends:
            assert abs(prices[slot] - prices[slot - 1]) <= 1
