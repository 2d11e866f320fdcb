"""The browser clears a book by itself and finds what the server found."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.commitment import commitment_of
from tests.house.test_style import ROOT

VERIFY = ROOT / "static" / "auctions" / "verify.js"
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


# One browser serves all of them: starting it costs more than the test.
NO_BOOKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "needs a reserve": lambda book: book.update(slots=3),
    "no whole amount": lambda book: book["reserve"].__setitem__(0, 0.5),
    "no such time": lambda book: book["bids"][0].update(end=9),
    "no whole maximum": lambda book: book["bids"][0].update(maximum=-1),
    "there twice": lambda book: book["bids"].append(book["bids"][0]),
    "command line": lambda book: book.update(capacity=2),
}


def test_the_browser_refuses_what_is_no_book(engine: Page) -> None:
    books = []
    for change in NO_BOOKS.values():
        bid = {"id": "a", "start": 0, "end": 2, "maximum": 5}
        book: dict[str, Any] = {"slots": 2, "reserve": [0, 0], "bids": [bid]}
        change(book)
        books.append(book)

    refusals = engine.evaluate(
        "books => books.map(book => { try { plugbidEngine.clear(book); return ''; }"
        " catch (error) { return error.message; } })",
        books,
    )

    told = zip(NO_BOOKS, refusals, strict=True)
    assert [words for words, message in told if words not in message] == []


ORIGIN, START = 226_000, 226_004


def a_decision() -> dict[str, Any]:
    """Return an opened decision: two short bids beat a long one, the first is won."""
    wishes = {
        "Anna": (4, 8, 1_000_000),
        "Bo": (8, 12, 900_000),
        "Cem": (4, 12, 1_200_000),
    }
    bids = []
    for number, (name, (start, end, maximum)) in enumerate(wishes.items()):
        nonce = f"{number:032x}"
        seal = commitment_of(name, ORIGIN + start, ORIGIN + end, maximum, nonce)
        bids.append(
            {
                "id": name,
                "start": start,
                "end": end,
                "maximum": maximum,
                "nonce": nonce,
                "commitment": seal,
            }
        )
    book = {"slots": 12, "reserve": [10_000] * 12, "bids": bids}
    found = clear(Book.from_dict(book)).as_dict()
    result = {
        "winners": ["Anna"],
        "payments": {"Anna": found["payments"]["Anna"]},
        "personal_minimum": {"Anna": found["personal_minimum"]["Anna"]},
        "slot_prices": found["slot_prices"],
        "top_up": found["top_up"],
    }
    return {**book, "origin": ORIGIN, "start": START, "result": result}


@pytest.fixture
def verifier(engine: Page) -> Page:
    """A page that knows how to check a published decision."""
    engine.add_script_tag(path=VERIFY)
    return engine


def test_the_browser_finds_an_honest_decision_right(verifier: Page) -> None:
    problems = verifier.evaluate("it => plugbidVerify.problemsOf(it)", a_decision())

    assert problems == []


CHANGES: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = (
    ("Cem is not the one", lambda it: it["bids"][2].update(maximum=1_100_000)),
    ("Cem is not the one", lambda it: it["bids"][2].update(nonce="f" * 32)),
    ("Anna is not the one", lambda it: it["bids"][0].update(end=9)),
    ("paid something else", lambda it: it["bids"].pop(2)),
    ("Other bids", lambda it: it["result"].update(winners=["Cem"])),
    ("paid something else", lambda it: it["result"]["payments"].update(Anna=1)),
    ("minima", lambda it: it["result"]["personal_minimum"].update(Anna=1)),
    ("quarter hours", lambda it: it["result"]["slot_prices"].__setitem__(5, 1)),
    ("top-up", lambda it: it["result"].update(top_up=1)),
)


def test_the_browser_sees_every_change_of_a_decision(verifier: Page) -> None:
    decisions = [a_decision() for _ in CHANGES]
    for (_, change), decision in zip(CHANGES, decisions, strict=True):
        change(decision)

    found = verifier.evaluate("all => all.map(plugbidVerify.problemsOf)", decisions)

    told = zip(CHANGES, found, strict=True)
    assert [
        (words, problems)
        for (words, _), problems in told
        if not any(words in each for each in problems)
    ] == []


def test_the_browser_hashes_like_everybody_else(verifier: Page) -> None:
    texts = ["", "abc", *("x" * length for length in range(50, 130)), "é" * 200]

    found = verifier.evaluate("texts => texts.map(plugbidVerify.sha256)", texts)

    assert found == [sha256(each.encode()).hexdigest() for each in texts]
