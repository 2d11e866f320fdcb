"""Answers order books with OR-Tools CP-SAT, for the auction's benchmark.

Reads a JSON list of books, prints a JSON list of {"seconds", "value", "minima"}: one
solution for the winners and one more without each of them. Slots are written as "at
most one" of the bids that want them, which is much faster here than intervals.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from ortools.sat.python import cp_model


def main() -> None:
    """Answer the books on standard input."""
    books = json.load(sys.stdin)
    answer(books[0])  # The first one loads and warms up.
    print(json.dumps([answer(book) for book in books]))


def answer(book: dict[str, Any]) -> dict[str, float]:
    """Return the figures of one book, and how long they took."""
    started = time.process_time()
    worth = [
        bid["maximum"] - sum(book["reserve"][bid["start"] : bid["end"]])
        for bid in book["bids"]
    ]
    value, winners = solve(book, worth, None)
    minima = 0
    for winner in winners:
        minima += solve(book, worth, winner)[0] - (value - worth[winner])
    return {
        "seconds": time.process_time() - started,
        "value": value,
        "minima": minima,
    }


def solve(
    book: dict[str, Any], worth: list[int], without: int | None
) -> tuple[int, list[int]]:
    """Return the largest total premium and who makes it."""
    model = cp_model.CpModel()
    taken = {
        place: model.new_bool_var("")
        for place, premium in enumerate(worth)
        if premium > 0 and place != without
    }
    wanted: list[list[Any]] = [[] for _ in range(book["slots"])]
    for place, variable in taken.items():
        bid = book["bids"][place]
        for slot in range(bid["start"], bid["end"]):
            wanted[slot].append(variable)
    for rivals in wanted:
        model.add_at_most_one(rivals)
    model.maximize(sum(worth[place] * taken[place] for place in taken))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise SystemExit("CP-SAT found no optimum.")
    winners = [place for place, variable in taken.items() if solver.value(variable)]
    return sum(worth[place] for place in winners), winners


if __name__ == "__main__":
    main()
