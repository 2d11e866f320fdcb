"""Quotes beside pending bids: facts 25 to 27, for every book."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.quotes import Quoter, book_now_total
from tests.support.auction_books import books

spans = st.tuples(st.integers(0, 7), st.integers(1, 8))


def within(book: Book, span: tuple[int, int]) -> tuple[int, int]:
    start = span[0] % book.slots
    return start, min(book.slots, start + span[1])


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_book_now_costs_at_least_the_model_and_what_it_displaces(
    model: int, reserve: int, displaced: int
) -> None:
    price = book_now_total(model, reserve, displaced)

    assert price >= model
    assert price >= reserve + displaced
    if price != model:
        assert price % 50_000 == 0
        assert price < reserve + displaced + 50_000


@given(st.sampled_from([1, 2]).flatmap(lambda k: books(capacity=k)), spans)
def test_a_purchase_never_lowers_the_total_value(
    book: Book, span: tuple[int, int]
) -> None:
    start, end = within(book, span)
    # A bid that nothing can beat is the purchase; its worth is taken off again.
    bought = Bid("bought", start, end, 10**9)
    wider = clear(replace(book, bids=(*book.bids, bought)))
    rest = wider.value - (10**9 - sum(book.reserve[start:end]))

    displaced = Quoter(book).displaced(start, end)

    assert "bought" in wider.winners
    assert displaced + rest == clear(book).value


@given(books(), spans, spans)
def test_more_time_displaces_at_least_as_much(
    book: Book, span: tuple[int, int], more: tuple[int, int]
) -> None:
    quoter = Quoter(book)
    start, end = within(book, span)
    wider = max(0, start - more[0]), min(book.slots, end + more[1])

    assert 0 <= quoter.displaced(start, end) <= quoter.displaced(*wider)


@given(books(), spans, st.integers(0, 80))
def test_a_bid_leads_if_and_only_if_it_beats_what_it_displaces(
    book: Book, span: tuple[int, int], premium: int
) -> None:
    start, end = within(book, span)
    quoter = Quoter(book)
    assume(premium != quoter.displaced(start, end))
    new = Bid("new", start, end, premium + sum(book.reserve[start:end]))

    leads = "new" in clear(replace(book, bids=(*book.bids, new))).winners

    assert quoter.wins(start, end, premium) == leads


@given(books())
def test_the_standing_bids_and_prices_are_those_of_the_clearing(book: Book) -> None:
    quoter = Quoter(book)

    assert quoter.standing == clear(book).winners
    assert quoter.slot_prices == clear(book).slot_prices
