"""Prints how long the auction's full answer takes, beside HiGHS and OR-Tools CP-SAT.

.venv/bin/python -m benchmarks.auction [--fast]

The full answer is winners, personal minima, slot prices and the equal top-up. HiGHS
gets to it by linear programs: one for the winners, one more without each winner, one
for the smallest income, one for the top-up; CP-SAT finds only winners and minima. Both
run in processes of their own (in one they crash), on one thread, and must give our
figures. Times are processor time, so a busy machine changes the ratios little; medians.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import Clearing, clear
from tests.support.auction_books import evening_book

ROOT = Path(__file__).resolve().parent.parent
DAY = 96
BOOKS = {20: 40, 100: 20, 1_000: 6}
REPEATS = 5
LARGE = 1_000_000
SOLVERS = {
    "HiGHS, new model for each program": ("benchmarks.auction_highs", "--fresh"),
    "HiGHS, one model kept warm": ("benchmarks.auction_highs",),
    "CP-SAT, winners and minima only": ("benchmarks.auction_cpsat",),
}


def main() -> None:
    """Print the table, then the large book and the many small ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="without the large book")
    options = parser.parse_args()
    print(f"Full answer for a day of {DAY} slots; processor ms, medians")
    for count, number in BOOKS.items():
        compare(count, [evening_book(count, DAY, seed) for seed in range(number)])
    small = [evening_book(20, DAY, seed) for seed in range(2_000)]
    print(f"20-bid books a second on one core: {len(small) / seconds(small):,.0f}")
    print(f"100-bid site with 4 connectors: {shared_site_ms():.1f} ms")
    if not options.fast:
        large()


def compare(count: int, books: list[Book]) -> None:
    """Print one size of book: ours, then each solver with the ratio to ours.

    Ours is timed before, between and after the solvers: they all see the same machine.
    """
    answers = [clear(book) for book in books]
    ours, theirs = samples(books), {}
    for name, command in SOLVERS.items():
        found = ask(command, books)
        for answer, other in zip(answers, found, strict=True):
            require_equal(answer, other, name)
        theirs[name] = statistics.median(other["seconds"] for other in found)
        ours += samples(books)
    own = statistics.median(ours)
    print(f"{count:>6} bids: {own * 1_000:10.2f}  Plugbid")
    for name, taken in theirs.items():
        print(f"{taken * 1_000:23.2f}  {name}: {taken / own:,.0f}x")


def samples(books: list[Book]) -> list[float]:
    """Return how long each book takes, several times."""
    return [seconds([book]) for _ in range(REPEATS) for book in books]


def seconds(books: list[Book]) -> float:
    """Return the processor time that clearing the books takes."""
    started = time.process_time()
    for book in books:
        clear(book)
    return time.process_time() - started


def ask(command: tuple[str, ...], books: list[Book]) -> list[dict[str, Any]]:
    """Return a solver's answers to the same books."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        input=json.dumps([book.as_dict() for book in books]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr[-2_000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def require_equal(ours: Clearing, theirs: dict[str, Any], name: str) -> None:
    """Stop if a solver has found something else; the reserve is 0 in these books."""
    expected = {
        "value": ours.value,
        "minima": sum(ours.personal_minimum.values()),
        "income": ours.income,
        "top_up": ours.top_up,
    }
    for key, value in expected.items():
        if key in theirs and abs(theirs[key] - value) > 1:
            raise SystemExit(f"{name}: {key} is {theirs[key]}, not {value}.")


def shared_site_ms() -> float:
    """Return the median time of a site, in milliseconds."""
    books = [
        Book(book.reserve, book.bids, capacity=4)
        for book in (evening_book(100, DAY, seed) for seed in range(10))
    ]
    return statistics.median(seconds([book]) for book in books) * 1_000


def large() -> None:
    """Print the time of one book of a million bids."""
    book = evening_book(LARGE, LARGE // 4, seed=1)
    np.zeros(1)  # So that loading NumPy is not counted.
    # Everything up to here is the caller's: the collector need not look through it.
    gc.collect()
    gc.freeze()
    started, taken = time.perf_counter(), time.process_time()
    answer = clear(book)
    taken, passed = time.process_time() - taken, time.perf_counter() - started
    print(
        f"{LARGE:,} bids over {book.slots:,} slots: {taken:.2f} s of processor time "
        f"({passed:.2f} s passed), {len(answer.winners):,} winners"
    )


if __name__ == "__main__":
    main()
