"""Answers order books by linear programs with HiGHS, for the auction's benchmark.

Reads a JSON list of books, prints a JSON list of {"seconds", "value", "minima",
"income", "top_up"}. With --fresh every program gets a new model; without, one model of
the winners is kept and starts from its last basis, the best that can be done with it.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

INFINITY = highspy.kHighsInf


def main() -> None:
    """Answer the books on standard input."""
    is_fresh = "--fresh" in sys.argv
    books = json.load(sys.stdin)
    answer(books[0], is_fresh)  # The first one loads and warms up.
    print(json.dumps([answer(book, is_fresh) for book in books]))


def answer(book: dict[str, Any], is_fresh: bool) -> dict[str, float]:
    """Return the figures of one book, and how long they took."""
    started = time.process_time()
    worth = [
        bid["maximum"] - sum(book["reserve"][bid["start"] : bid["end"]])
        for bid in book["bids"]
    ]
    model = allocation(book, worth)
    value = solve(model)
    chosen = model.getSolution().col_value
    winners = [place for place, share in enumerate(chosen) if share > 0.5]
    minima = []
    for winner in winners:
        if is_fresh:
            model = allocation(book, worth)
        model.changeColBounds(winner, 0, 0)
        minima.append(solve(model) - (value - worth[winner]))
        model.changeColBounds(winner, 0, 1)
    income, top_up = prices(book, worth, winners, minima)
    return {
        "seconds": time.process_time() - started,
        "value": value,
        "minima": sum(minima),
        "income": income,
        "top_up": top_up,
    }


def allocation(book: dict[str, Any], worth: Sequence[int]) -> highspy.Highs:
    """Return the program of the winners: at most one bid for each slot."""
    columns = [range(bid["start"], bid["end"]) for bid in book["bids"]]
    program = highspy.HighsLp()
    program.sense_ = highspy.ObjSense.kMaximize
    program.num_col_, program.num_row_ = len(columns), book["slots"]
    program.col_cost_ = np.array(worth, dtype=float)
    program.col_lower_ = np.zeros(len(columns))
    program.col_upper_ = np.array([float(premium >= 0) for premium in worth])
    program.row_lower_ = np.full(book["slots"], -INFINITY)
    program.row_upper_ = np.ones(book["slots"])
    return passed(program, columns, [1.0] * len(columns), is_rowwise=False)


def prices(
    book: dict[str, Any],
    worth: Sequence[int],
    winners: Sequence[int],
    minima: Sequence[float],
) -> tuple[float, float]:
    """Return the smallest income of slot prices, and the smallest top-up with it.

    One column for each slot's price, one for the top-up; a row for each bid, and one
    for each winner's cap.
    """
    if not winners:
        return 0, 0
    slots, winning = book["slots"], set(winners)
    sold = {
        slot
        for place in winners
        for slot in range(book["bids"][place]["start"], book["bids"][place]["end"])
    }
    rows: list[Sequence[int]] = []
    values: list[float] = []
    lower: list[float] = []
    upper: list[float] = []
    for place, bid in enumerate(book["bids"]):
        if worth[place] >= 0:
            rows.append(range(bid["start"], bid["end"]))
            is_winner = place in winning
            lower.append(-INFINITY if is_winner else worth[place])
            upper.append(worth[place] if is_winner else INFINITY)
    ordinary = len(rows)
    for place, least in zip(winners, minima, strict=True):
        bid = book["bids"][place]
        rows.append([*range(bid["start"], bid["end"]), slots])
        lower.append(-INFINITY)
        upper.append(least)
    values = [1.0] * len(rows)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = slots + 1, len(rows)
    program.col_cost_ = np.array([1.0] * slots + [0.0])
    program.col_lower_ = np.zeros(slots + 1)
    program.col_upper_ = np.array(
        [INFINITY if slot in sold else 0.0 for slot in range(slots)] + [INFINITY]
    )
    program.row_lower_, program.row_upper_ = np.array(lower), np.array(upper)
    model = passed(program, rows, values, is_rowwise=True)
    for row in range(ordinary, len(rows)):
        model.changeCoeff(row, slots, -1.0)
    income = solve(model)
    model.addRow(-INFINITY, income + 1e-6, slots, np.arange(slots), np.ones(slots))
    for slot in range(slots):
        model.changeColCost(slot, 0.0)
    model.changeColCost(slots, 1.0)
    return income, math.ceil(solve(model) - 1e-3)


def passed(
    program: highspy.HighsLp,
    vectors: Sequence[Sequence[int]],
    values: Sequence[float],
    *,
    is_rowwise: bool,
) -> highspy.Highs:
    """Return a quiet model of the program on one thread; a vector has one value."""
    matrix = program.a_matrix_
    matrix.format_ = (
        highspy.MatrixFormat.kRowwise if is_rowwise else highspy.MatrixFormat.kColwise
    )
    lengths = [len(vector) for vector in vectors]
    matrix.start_ = np.concatenate(([0], np.cumsum(lengths, dtype=int)))
    matrix.index_ = np.concatenate([np.array(vector) for vector in vectors])
    matrix.value_ = np.repeat(np.array(values), lengths)
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.passModel(program)
    return model


def solve(model: highspy.Highs) -> float:
    """Return the optimum."""
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise SystemExit(f"HiGHS found no optimum: {model.getModelStatus()}.")
    value: float = model.getInfo().objective_function_value
    return value


if __name__ == "__main__":
    main()
