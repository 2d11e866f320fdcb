"""A site with k identical connectors: facts 33 and 34, for every book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.auctions.domain.allocation import allocate
from app.auctions.domain.bids import Book
from app.auctions.domain.capacity import SharedSite
from app.auctions.domain.clearing import clear
from app.auctions.domain.minima import personal_minima
from tests.support.auction_books import books, evening_book
from tests.support.auction_oracles import (
    best_value,
    best_value_by_highs,
    places_of,
    premiums,
    price_of,
    reserve_of,
)

shared = st.integers(2, 4).flatmap(lambda k: books(max_bids=9, capacity=k))


def load_of(book: Book, places: list[int]) -> list[int]:
    return [
        sum(book.bids[p].start <= slot < book.bids[p].end for p in places)
        for slot in range(book.slots)
    ]


@given(shared)
def test_no_slot_is_sold_more_often_than_there_are_connectors(book: Book) -> None:
    load = load_of(book, places_of(book, clear(book)))

    assert max(load) <= book.capacity


@settings(deadline=None)
@given(shared)
def test_the_value_is_that_of_the_best_of_all_packings(book: Book) -> None:
    assert clear(book).value == best_value(book)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6), st.integers(2, 5))
def test_the_value_is_what_highs_finds(count: int, seed: int, capacity: int) -> None:
    book = replace(evening_book(count, 48, seed), capacity=capacity)

    assert clear(book).value == best_value_by_highs(book)


@settings(deadline=None)
@given(shared)
def test_a_minimum_is_what_the_others_lose(book: Book) -> None:
    found, worth = clear(book), premiums(book)

    for place in places_of(book, found):
        bid = book.bids[place]
        lost = best_value(book, without=place) - (found.value - worth[place])
        assert found.personal_minimum[bid.id] == reserve_of(book, bid) + lost


@given(shared)
def test_prices_are_the_same_for_all_and_idle_time_is_free(book: Book) -> None:
    found = clear(book)
    load = load_of(book, places_of(book, found))

    for units, price, reserve in zip(
        load, found.slot_prices, book.reserve, strict=True
    ):
        assert price >= reserve
        assert units == book.capacity or price == reserve
    for bid in book.bids:
        if bid.id in found.winners:
            least = found.personal_minimum[bid.id]
            assert found.payments[bid.id] == price_of(found, bid) <= bid.maximum
            assert least <= found.payments[bid.id] <= least + found.top_up
        else:
            assert bid.maximum <= price_of(found, bid)


@settings(max_examples=50, deadline=None)
@given(shared)
def test_the_income_is_the_smallest_that_one_price_for_all_allows(book: Book) -> None:
    found = clear(book)
    winners = places_of(book, found)
    load, worth = load_of(book, winners), premiums(book)
    rows, limits = [], []
    for place, bid in enumerate(book.bids):
        if worth[place] >= 0:
            covered = np.zeros(book.slots)
            covered[bid.start : bid.end] = 1 if place in winners else -1
            rows.append(covered)
            limits.append(worth[place] if place in winners else -worth[place])

    least = 0
    if rows:
        solved = linprog(
            np.array(load),
            A_ub=np.array(rows),
            b_ub=limits,
            bounds=[(0, None if units == book.capacity else 0) for units in load],
        )
        least = round(solved.fun)

    reserves = sum(reserve_of(book, book.bids[place]) for place in winners)
    assert found.income - reserves == least


@given(books(max_bids=10))
def test_one_connector_is_cleared_as_a_charger_of_its_own(book: Book) -> None:
    site, one = SharedSite(book), allocate(book)

    assert site.selection().value == one.value
    if site.selection().winners == one.winners:
        assert site.personal_minima() == personal_minima(one)


@given(books(max_bids=6), st.integers(7, 1_000))
def test_with_a_connector_for_everybody_everybody_pays_the_reserve(
    book: Book, capacity: int
) -> None:
    found = clear(replace(book, capacity=capacity))

    assert found.slot_prices == book.reserve
    assert len(found.winners) == sum(premium >= 0 for premium in premiums(book))
