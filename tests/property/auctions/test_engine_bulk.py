"""The arrays for very large books give exactly what the plain code gives."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.auctions.domain import bulk
from app.auctions.domain.bids import MAX_MILLI, Bid, Book
from app.auctions.domain.clearing import Clearing, clear
from tests.support.auction_books import books, evening_book


def clear_in_bulk(book: Book) -> Clearing:
    with patch.object(bulk, "MANY_BIDS", 0):
        assert bulk.suits(book)
        return clear(book)


@settings(deadline=None)
@given(books(max_bids=14))
def test_a_small_book_is_cleared_alike_with_arrays(book: Book) -> None:
    assert clear_in_bulk(book) == clear(book)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(0, 10**6), st.integers(0, 3_000))
def test_an_evening_is_cleared_alike_with_arrays(
    count: int, seed: int, reserve: int
) -> None:
    book = evening_book(count, 96, seed, reserve)

    assert clear_in_bulk(book) == clear(book)


def test_a_large_book_is_cleared_alike_with_arrays() -> None:
    book = evening_book(6_000, 1_500, seed=7, reserve=2_000)
    assert bulk.suits(book)

    with patch.object(bulk, "MANY_BIDS", 10**9):
        plain = clear(book)

    assert clear(book) == plain


@pytest.mark.parametrize("capacity", [1, 2])
def test_money_too_large_for_arrays_and_sites_are_cleared_plainly(
    capacity: int,
) -> None:
    count = 5_000
    bids = tuple(
        Bid(str(slot), slot, slot + 1, MAX_MILLI if capacity == 1 else 5)
        for slot in range(count)
    )
    book = Book((0,) * count, bids, capacity)

    assert not bulk.suits(book)
    if capacity == 1:
        assert clear(book).value == count * MAX_MILLI
