"""The worked examples of the auction, and the answers that can be told beforehand."""

from __future__ import annotations

import doctest
import json
from dataclasses import replace

import pytest

from app.auctions.domain import allocation, bids, clearing, quotes
from app.auctions.domain.bids import MAX_MILLI, Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.quotes import Quoter, book_now_total

CENT = 1_000
# Hours after 18:00, and maxima in cents.
EVENING = {
    "Anna": (0, 2, 420),
    "Bo": (2, 4, 300),
    "Cem": (1, 3, 500),
    "Dia": (4, 6, 150),
    "Eva": (0, 4, 610),
    "Fil": (3, 5, 260),
}


def evening(slots_an_hour: int = 4, reserve: int = 0) -> Book:
    """Return the evening of the worked example."""
    return Book(
        reserve=(reserve,) * (6 * slots_an_hour),
        bids=tuple(
            Bid(name, start * slots_an_hour, end * slots_an_hour, cents * CENT)
            for name, (start, end, cents) in EVENING.items()
        ),
    )


@pytest.mark.parametrize("module", [allocation, bids, clearing, quotes])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_the_evening_is_won_and_paid_as_worked_out_by_hand() -> None:
    found = clear(evening())

    assert found.winners == ("Anna", "Bo", "Dia")
    assert found.personal_minimum == {
        "Anna": 310 * CENT,
        "Bo": 190 * CENT,
        "Dia": 40 * CENT,
    }
    # 760 - 540 shared by three: 73 1/3 cents each, and one of them pays 1 milli less.
    assert found.payments == {"Anna": 383_333, "Bo": 263_334, "Dia": 113_333}
    assert (found.top_up, found.income, found.value) == (73_334, 760_000, 870_000)


def test_in_whole_cents_the_evening_gives_the_printed_potentials() -> None:
    book = evening(slots_an_hour=1)
    book = replace(
        book,
        bids=tuple(replace(bid, maximum=bid.maximum // CENT) for bid in book.bids),
    )

    found = clear(book)

    assert found.slot_prices == (0, 383, 117, 147, 113, 0)
    assert found.payments == {"Anna": 383, "Bo": 264, "Dia": 113}
    assert found.top_up == 74


def test_prices_say_why_each_loser_of_the_evening_lost() -> None:
    prices = clear(evening()).slot_prices

    assert sum(prices[4:12]) == 500_000  # Cem offered just that.
    assert sum(prices[0:16]) == 646_667  # Eva offered 610.
    assert sum(prices[12:20]) == 260_000  # Fil offered just that.


def test_two_neighbours_share_what_a_long_bid_offered() -> None:
    book = Book(
        (0, 0),
        (Bid("Anna", 0, 1, 1_000), Bid("Bo", 1, 2, 1_000), Bid("Cem", 0, 2, 1_200)),
    )

    found = clear(book)

    assert found.payments == {"Anna": 600, "Bo": 600}
    assert found.personal_minimum == {"Anna": 200, "Bo": 200}
    assert (found.top_up, found.income, found.value) == (400, 1_200, 2_000)


def test_the_reserve_is_part_of_what_is_paid() -> None:
    found = clear(evening(reserve=CENT))

    assert found.income == sum(found.payments.values())
    assert found.value == 870 * CENT - 24 * CENT
    assert all(price >= CENT for price in found.slot_prices)


def test_on_two_connectors_more_are_served_and_each_pays_less() -> None:
    alone, shared = clear(evening()), clear(replace(evening(), capacity=2))

    assert shared.winners == ("Anna", "Cem", "Bo", "Fil", "Dia")
    assert shared.value == (420 + 500 + 300 + 260 + 150) * CENT
    assert all(shared.payments[name] <= alone.payments[name] for name in alone.winners)


@pytest.mark.parametrize("capacity", [1, 3])
def test_a_book_without_bids_or_without_time_is_cleared_to_nothing(
    capacity: int,
) -> None:
    assert clear(Book((), (), capacity)).as_dict() == {
        "winners": [],
        "payments": {},
        "personal_minimum": {},
        "slot_prices": [],
        "income": 0,
        "top_up": 0,
        "value": 0,
    }
    assert clear(Book((7, 8), (), capacity)).slot_prices == (7, 8)


def test_a_bid_below_the_reserve_is_only_a_price_alert() -> None:
    found = clear(Book((5, 5), (Bid("alert", 0, 2, 9),)))

    assert found.winners == ()
    assert found.slot_prices == (5, 5)


def test_the_largest_amounts_are_exact() -> None:
    long = Bid("long", 0, 2, MAX_MILLI)
    book = Book((0, 0), (Bid("a", 0, 1, MAX_MILLI), Bid("b", 1, 2, MAX_MILLI), long))

    found = clear(book)

    assert found.income == MAX_MILLI
    assert sorted(found.payments.values()) == [MAX_MILLI // 2, MAX_MILLI // 2]


def test_the_answer_survives_json() -> None:
    answer = clear(evening()).as_dict()

    assert json.loads(json.dumps(answer)) == answer


def test_a_book_survives_json() -> None:
    book = replace(evening(reserve=3), capacity=2)

    assert Book.from_dict(json.loads(json.dumps(book.as_dict()))) == book


def test_a_quote_tells_what_would_be_displaced() -> None:
    quoter = Quoter(evening())

    assert quoter.displaced(0, 24) == 870 * CENT
    assert quoter.displaced(4, 12) == 610 * CENT  # Cem's time: Dia and Fil's rest stay.
    assert quoter.displaced(16, 24) == 150 * CENT
    assert quoter.standing == ("Anna", "Bo", "Dia")
    assert quoter.clearing == clear(evening())


def test_a_new_bid_leads_if_it_beats_what_it_displaces() -> None:
    quoter = Quoter(evening())

    assert not quoter.wins(16, 24, 150 * CENT)
    assert quoter.wins(16, 24, 150 * CENT + 1)


def test_a_bid_at_the_reserve_leads_on_free_time_and_only_there() -> None:
    quoter = Quoter(Book((0, 0), (Bid("first", 0, 1, 0),)))

    assert quoter.wins(1, 2, 0)
    assert not quoter.wins(1, 2, -1)
    assert not quoter.wins(0, 1, 0)


def test_on_a_shared_site_time_on_an_idle_connector_displaces_nobody() -> None:
    quoter = Quoter(Book((0, 0), (Bid("first", 0, 1, 50),), capacity=2))

    assert quoter.displaced(0, 2) == 0
    assert quoter.wins(0, 2, 0)


@pytest.mark.parametrize(
    ("model", "reserve", "displaced", "price"),
    [
        (640_000, 100_000, 0, 640_000),
        (642_300, 100_000, 542_300, 642_300),
        (640_000, 100_000, 540_001, 650_000),
        (0, 0, 0, 0),
        (0, 0, 1, 50_000),
    ],
)
def test_book_now_is_the_model_or_what_is_displaced_in_steps(
    model: int, reserve: int, displaced: int, price: int
) -> None:
    assert book_now_total(model, reserve, displaced) == price
