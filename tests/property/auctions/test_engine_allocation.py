"""Who wins: facts 1 to 8 about the allocation, for every book."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.auctions.domain.allocation import allocate
from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from tests.support.auction_books import books, evening_book
from tests.support.auction_oracles import (
    best_value,
    best_value_by_highs,
    places_of,
    premiums,
)


@given(books(max_bids=12))
def test_winners_never_overlap_and_lie_inside_the_book(book: Book) -> None:
    winning = [book.bids[place] for place in places_of(book, clear(book))]

    assert all(a.end <= b.start for a, b in zip(winning, winning[1:], strict=False))
    assert all(0 <= bid.start < bid.end <= book.slots for bid in winning)


@settings(deadline=None)
@given(books(max_bids=11))
def test_the_value_is_that_of_the_best_of_all_packings(book: Book) -> None:
    assert clear(book).value == best_value(book)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6), st.integers(0, 5_000))
def test_the_value_is_what_highs_finds(count: int, seed: int, reserve: int) -> None:
    book = evening_book(count, 96, seed, reserve)

    assert clear(book).value == best_value_by_highs(book)


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_bids_changes_nothing_but_ties(book: Book, random: object) -> None:
    found = clear(book)
    order = list(book.bids)
    random.shuffle(order)  # type: ignore[attr-defined]
    other = clear(replace(book, bids=tuple(order)))

    assert other.value == found.value
    if set(other.winners) == set(found.winners):
        assert other.as_dict() == found.as_dict()
    else:
        gained = set(other.winners) ^ set(found.winners)
        assert gained  # Two best selections: a tie, decided by seniority.


@given(books(), st.integers(1, 60))
def test_between_equal_bids_the_earlier_one_wins(book: Book, maximum: int) -> None:
    twins = tuple(Bid(name, 0, book.slots, 10**6 + maximum) for name in ("one", "two"))

    found = clear(replace(book, bids=(*book.bids, *twins)))

    assert found.winners == ("one",)


@given(books(), books(max_bids=1))
def test_a_new_bid_gives_the_better_of_both_sides_around_it(
    book: Book, other: Book
) -> None:
    assume(other.bids and other.bids[0].end <= book.slots)
    bid = replace(other.bids[0], id="new")
    wider = replace(book, bids=(*book.bids, bid))
    old, worth = allocate(book), premiums(wider)[-1]

    around = (old.before[bid.start] + old.after[bid.end]) // old.scale + worth

    assert clear(wider).value == max(old.value, around if worth >= 0 else 0)


@given(books(), st.integers(0, 7), st.integers(1, 50), st.integers(0, 3))
def test_who_raises_or_wants_less_time_goes_on_winning(
    book: Book, which: int, more: int, shorter: int
) -> None:
    found = clear(book)
    assume(found.winners)
    name = found.winners[which % len(found.winners)]
    place = [bid.id for bid in book.bids].index(name)
    bid = book.bids[place]
    easier = replace(
        bid,
        maximum=bid.maximum + more,
        start=min(bid.start + shorter, bid.end - 1),
    )
    bids = (*book.bids[:place], easier, *book.bids[place + 1 :])

    assert name in clear(replace(book, bids=bids)).winners


@given(books())
def test_a_bid_below_the_reserve_never_wins_and_changes_nothing(book: Book) -> None:
    worth = premiums(book)
    alerts = {bid.id for bid, w in zip(book.bids, worth, strict=True) if w < 0}
    rest = tuple(bid for bid in book.bids if bid.id not in alerts)

    found = clear(book)

    assert not alerts & set(found.winners)
    assert found == clear(replace(book, bids=rest))


@given(books(), st.integers(1, 8), st.lists(st.integers(0, 9), max_size=3))
def test_a_bid_at_the_reserve_wins_free_time(
    book: Book, length: int, more_reserve: list[int]
) -> None:
    reserve = (*book.reserve, *([4] * length))
    bid = Bid("free", book.slots, book.slots + length, 4 * length)

    found = clear(Book(reserve, (*book.bids, bid)))

    assert "free" in found.winners
    assert found.payments["free"] == 4 * length


@given(books(), books())
def test_independent_times_add_up(morning: Book, evening: Book) -> None:
    later = tuple(
        Bid(f"e{b.id}", b.start + morning.slots, b.end + morning.slots, b.maximum)
        for b in evening.bids
    )
    day = clear(Book(morning.reserve + evening.reserve, morning.bids + later))
    first, second = clear(morning), clear(evening)

    assert day.value == first.value + second.value
    assert day.income == first.income + second.income
    assert day.top_up == max(first.top_up, second.top_up)


@given(books())
def test_reversed_time_gives_the_same_value_and_income(book: Book) -> None:
    mirrored = Book(
        book.reserve[::-1],
        tuple(
            replace(bid, start=book.slots - bid.end, end=book.slots - bid.start)
            for bid in book.bids
        ),
    )
    there, back = clear(book), clear(mirrored)

    assert there.value == back.value
    if set(there.winners) == set(back.winners):
        assert there.income == back.income
