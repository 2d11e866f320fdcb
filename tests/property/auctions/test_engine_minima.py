"""Personal minima: facts 9 to 12, and 20, for every book."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from tests.support.auction_books import books, evening_book
from tests.support.auction_oracles import (
    best_value,
    best_value_by_highs,
    places_of,
    premiums,
    reserve_of,
)


def with_maximum(book: Book, place: int, maximum: int) -> Book:
    bid = replace(book.bids[place], maximum=maximum)
    return replace(book, bids=(*book.bids[:place], bid, *book.bids[place + 1 :]))


@settings(deadline=None)
@given(books())
def test_a_minimum_is_what_the_others_lose(book: Book) -> None:
    found, worth = clear(book), premiums(book)

    for place in places_of(book, found):
        bid = book.bids[place]
        lost = best_value(book, without=place) - (found.value - worth[place])
        assert found.personal_minimum[bid.id] == reserve_of(book, bid) + lost


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 120), st.integers(0, 10**6))
def test_a_minimum_is_what_highs_finds_that_the_others_lose(
    count: int, seed: int
) -> None:
    book = evening_book(count, 48, seed)
    found, worth = clear(book), premiums(book)

    for place in places_of(book, found):
        lost = best_value_by_highs(book, place) - (found.value - worth[place])
        assert found.personal_minimum[book.bids[place].id] == lost


@given(books())
def test_a_minimum_lies_between_the_reserve_and_the_maximum(book: Book) -> None:
    found = clear(book)

    for place in places_of(book, found):
        bid = book.bids[place]
        least = found.personal_minimum[bid.id]
        assert reserve_of(book, bid) <= least <= bid.maximum


@given(books(), st.integers(0, 7), st.integers(0, 80))
def test_a_minimum_does_not_depend_on_the_own_bid(
    book: Book, which: int, more: int
) -> None:
    found = clear(book)
    assume(found.winners)
    place = places_of(book, found)[which % len(found.winners)]
    name, least = book.bids[place].id, found.personal_minimum[book.bids[place].id]

    raised = clear(with_maximum(book, place, least + 1 + more))

    assert name in raised.winners
    assert raised.personal_minimum[name] == least


@given(books(), st.integers(0, 7), st.integers(0, 80))
def test_with_personal_minima_as_prices_nobody_gains_by_lying(
    book: Book, which: int, said: int
) -> None:
    assume(book.bids)
    place = which % len(book.bids)
    bid = book.bids[place]

    def gain(outcome_of: Book) -> int:
        found = clear(outcome_of)
        return bid.maximum - found.personal_minimum.get(bid.id, bid.maximum)

    assert gain(with_maximum(book, place, said)) <= gain(book)


@given(books(), st.integers(0, 7), st.integers(0, 80))
def test_no_winning_report_costs_less_than_the_personal_minimum(
    book: Book, which: int, said: int
) -> None:
    found = clear(book)
    assume(found.winners)
    place = places_of(book, found)[which % len(found.winners)]
    bid = book.bids[place]

    other = clear(with_maximum(book, place, said))

    saved = found.payments[bid.id] - other.payments.get(bid.id, found.payments[bid.id])
    assert saved <= found.payments[bid.id] - found.personal_minimum[bid.id]
    assert saved <= found.top_up


@given(books(), st.integers(0, 3))
def test_one_bidder_alone_owes_nothing_but_the_reserve(book: Book, price: int) -> None:
    bid = Bid("only", 0, book.slots, 100)
    alone = Book((price,) * book.slots, (bid,))

    assert clear(alone).payments == {"only": price * book.slots}
