"""A book with anything odd in it is refused, with a sentence on what and where."""

from __future__ import annotations

from typing import Any

import pytest

from app.auctions.domain.bids import MAX_MILLI, BadBook, Bid, Book

GOOD: dict[str, Any] = {"id": "a", "start": 0, "end": 1, "maximum": 5}


def document(**changes: Any) -> dict[str, Any]:
    return {"slots": 2, "reserve": [0, 0], "bids": [dict(GOOD)], **changes}


def with_bid(**changes: Any) -> dict[str, Any]:
    return document(bids=[{**GOOD, **changes}])


@pytest.mark.parametrize(
    ("book", "sentence"),
    [
        (None, 'A book is an object with "slots", "reserve" and "bids".'),
        ([], 'A book is an object with "slots", "reserve" and "bids".'),
        ({}, 'The book needs a list "reserve".'),
        (document(reserve=None), 'The book needs a list "reserve".'),
        (document(reserve={"0": 1}), 'The book needs a list "reserve".'),
        (document(bids="none"), 'The book needs a list "bids".'),
        (document(slots=3), '"slots" must be 2, one for each reserve.'),
        (document(slots=2.0), '"slots" must be 2, one for each reserve.'),
        (document(slots=1), '"slots" must be 2, one for each reserve.'),
        (document(slots=None), '"slots" must be 2, one for each reserve.'),
        (document(capacity=0), "The capacity is a whole number from 1 to 1000."),
        (document(capacity=True), "The capacity is a whole number from 1 to 1000."),
        (document(capacity=1001), "The capacity is a whole number from 1 to 1000."),
        (document(capacity=None), "The capacity is a whole number from 1 to 1000."),
        (document(bids=[5]), "Bid number 1: it is not an object."),
        (document(bids=[{}]), 'Bid number 1: "id" is missing.'),
        (document(bids=[GOOD, {"id": "b"}]), 'Bid number 2: "start" is missing.'),
        (document(bids=[GOOD, GOOD]), "Bid number 2: another bid has the id 'a'."),
        (with_bid(id=""), "Bid number 1: its id is not a text."),
        (with_bid(id=None), "Bid number 1: its id is not a text."),
        (with_bid(id=True), "Bid number 1: its id is not a text."),
        (
            with_bid(start=1),
            "Bid number 1: it ends at slot 1, not after its start at slot 1.",
        ),
    ],
)
def test_an_odd_document_is_refused_by_a_sentence(book: object, sentence: str) -> None:
    with pytest.raises(BadBook) as refused:
        Book.from_dict(book)

    assert refused.value.message == sentence


@pytest.mark.parametrize("bad", [-1, 3, 0.5, 1.0, True, None, "1", float("nan")])
@pytest.mark.parametrize("key", ["start", "end"])
def test_a_time_is_a_whole_slot_of_the_book(key: str, bad: object) -> None:
    with pytest.raises(BadBook, match="are not whole slots from 0 to 2"):
        Book.from_dict(with_bid(**{key: bad}))


@pytest.mark.parametrize(
    "bad",
    [-1, 5.0, True, None, "5", float("nan"), float("inf"), MAX_MILLI + 1, 10**30],
)
def test_an_amount_is_a_whole_number_within_reason(bad: object) -> None:
    with pytest.raises(BadBook, match="its maximum is not a whole number of milli"):
        Book.from_dict(with_bid(maximum=bad))
    with pytest.raises(BadBook, match="The reserve of slot 1 is not a whole number"):
        Book.from_dict(document(reserve=[0, bad]))


def test_a_number_as_id_becomes_a_text() -> None:
    book = Book.from_dict(document(bids=[{**GOOD, "id": 7}, {**GOOD, "id": "8"}]))

    assert [bid.id for bid in book.bids] == ["7", "8"]


def test_keys_for_other_readers_are_ignored() -> None:
    assert Book.from_dict({**with_bid(nonce="00ff"), "charger": 3}) == Book(
        reserve=(0, 0), bids=(Bid("a", 0, 1, 5),)
    )


def test_a_book_made_in_the_program_is_checked_the_same_way() -> None:
    with pytest.raises(BadBook, match="Bid number 1: it ends at slot 1"):
        Book((0, 0), (Bid("a", 1, 1, 5),))
