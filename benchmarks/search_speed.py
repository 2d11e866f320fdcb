"""Times the same searches on several ways to answer them, taking turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.search_questions import Question

Way = Callable[[Question], object]
Ask = Callable[[Question], list[int]]
WARM = 20


def take_turns(
    ways: Mapping[str, Way], questions: Sequence[Question]
) -> dict[str, list[float]]:
    """Return how many milliseconds each way took for each question.

    Every question is asked once of each way, in an order that rotates, so that none
    profits from what another has just brought into memory more than the others do.
    """
    names = list(ways)
    for question in questions[:WARM]:
        for name in names:
            ways[name](question)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number, question in enumerate(questions[WARM:]):
        for turn in range(len(names)):
            name = names[(number + turn) % len(names)]
            started = time.perf_counter()
            ways[name](question)
            taken[name].append((time.perf_counter() - started) * 1000)
    return taken


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the value below which so many of a hundred lie."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def print_times(taken: dict[str, list[float]], baseline: str) -> None:
    """Print a line for each way: p50, p99, and both as multiples of the baseline."""
    base = {part: percentile(taken[baseline], part) for part in (50, 99)}
    for name, times in taken.items():
        middle, slow = percentile(times, 50), percentile(times, 99)
        print(
            f"  {name:34}{middle:9.2f}{slow:9.2f}"
            f"{middle / base[50]:9.1f}x{slow / base[99]:8.1f}x",
            flush=True,
        )
