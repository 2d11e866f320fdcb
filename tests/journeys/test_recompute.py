"""The browser clears a book by itself and finds what the server found."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import clear
from tests.house.test_style import ROOT

ENGINE = ROOT / "static" / "auctions" / "engine.js"
CLEAR = "books => books.map(book => globalThis.plugbidEngine.clear(book))"
# Small amounts make many ties, large ones test that every number stays exact.
LARGEST_BIDS = (3, 20, 1_000, 1_000_000_000)


@pytest.fixture
def engine(browser: Browser) -> Page:
    """An empty page that knows nothing but the engine."""
    page = browser.new_page()
    page.add_script_tag(path=ENGINE)
    return page


def some_book(rng: random.Random) -> dict[str, Any]:
    """Return a book with up to 25 bids on up to 30 slots, many of them in conflict."""
    slots, largest = rng.randint(1, 30), rng.choice(LARGEST_BIDS)
    reserve = [rng.randint(0, rng.choice([0, 2, largest // 4])) for _ in range(slots)]
    bids = []
    for number in range(rng.randint(0, 25)):
        start = rng.randrange(slots)
        end = rng.randint(start + 1, min(slots, start + rng.choice([2, 8, 30])))
        above = rng.choice([0, rng.randint(-2, largest * (end - start))])
        maximum = max(0, sum(reserve[start:end]) + above)
        bids.append(
            {"id": f"b{number}", "start": start, "end": end, "maximum": maximum}
        )
    return {"slots": slots, "reserve": reserve, "bids": bids}


def test_the_browser_clears_random_books_exactly_like_the_server(engine: Page) -> None:
    rng = random.Random(20261123)
    books = [some_book(rng) for _ in range(300)]

    found = engine.evaluate(CLEAR, books)

    assert found == [clear(Book.from_dict(each)).as_dict() for each in books]
    assert sum(len(each["winners"]) > 1 for each in found) > 100
    assert sum(each["top_up"] > 0 for each in found) > 30


def test_the_browser_finds_the_worked_example(engine: Page) -> None:
    times = {
        "Anna": (0, 8, 420_000),
        "Bo": (8, 16, 300_000),
        "Cem": (4, 12, 500_000),
        "Dia": (16, 24, 150_000),
        "Eva": (0, 16, 610_000),
        "Fil": (12, 20, 260_000),
    }
    bids = [
        {"id": name, "start": start, "end": end, "maximum": maximum}
        for name, (start, end, maximum) in times.items()
    ]

    found = engine.evaluate(CLEAR, [{"slots": 24, "reserve": [0] * 24, "bids": bids}])

    (answer,) = found
    assert answer["winners"] == ["Anna", "Bo", "Dia"]
    assert answer["income"] == 760_000
    assert sum(answer["payments"].values()) == 760_000
    assert round(answer["top_up"] / 1000) in {73, 74}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: book.update(slots=3), "needs a reserve"),
        (lambda book: book["reserve"].__setitem__(0, 0.5), "no whole amount"),
        (lambda book: book["bids"][0].update(end=9), "no such time"),
        (lambda book: book["bids"][0].update(maximum=-1), "no whole maximum"),
        (lambda book: book["bids"].append(book["bids"][0]), "there twice"),
        (lambda book: book.update(capacity=2), "command line"),
    ],
)
def test_the_browser_refuses_what_is_no_book(
    engine: Page, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    book: dict[str, Any] = {
        "slots": 2,
        "reserve": [0, 0],
        "bids": [{"id": "a", "start": 0, "end": 2, "maximum": 5}],
    }
    change(book)

    refusal = engine.evaluate(
        "book => { try { plugbidEngine.clear(book); return ''; }"
        " catch (error) { return error.message; } }",
        book,
    )

    assert words in refusal
