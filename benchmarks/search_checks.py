"""Compares answers with the scan of every charger."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.search_oracle import Oracle
from benchmarks.search_questions import Question

# Below this two distances are the same: the last digits depend on the formula.
SAME_M = 0.001


def count_different(
    answer: Callable[[Question], Sequence[int]],
    oracle: Oracle,
    questions: Sequence[Question],
    limit: int,
) -> list[tuple[Question, str]]:
    """Return the questions whose answers differ from the truth, and how."""
    wrong = []
    for question in questions:
        why = difference(answer(question), oracle, question, limit)
        if why:
            wrong.append((question, why))
    return wrong


def difference(
    ids: Sequence[int], oracle: Oracle, question: Question, limit: int
) -> str:
    """Return what is wrong with an answer; empty where nothing is.

    Right is: the nearest ones of all that satisfy the question, nearest first, of
    equally near ones the lower number first. Whoever stands on the circle's very line
    may be in or out.
    """
    truth = oracle.everything(question)
    away = dict(zip(truth.ids.tolist(), truth.distance_m.tolist(), strict=True))
    if len(set(ids)) != len(ids):
        return "a charger came twice"
    # What lies within a millimeter of the line may be missing from the truth.
    strangers = [each for each in ids if each not in away]
    if strangers:
        return f"{strangers[0]} does not satisfy the question"
    inner = [each for each, m in away.items() if m < question.radius_m - SAME_M]
    if len(ids) < min(limit, len(inner)):
        return f"{len(ids)} chargers instead of {min(limit, len(inner))}"
    for number, (got, right) in enumerate(zip(ids, truth.ids.tolist(), strict=False)):
        gap = away[got] - away[right]
        if abs(gap) > SAME_M:
            return f"place {number + 1}: {got} is {gap:+.3f} m from where {right} is"
    keys = [(away[each], each) for each in ids]
    for (near_m, first), (far_m, second) in zip(keys, keys[1:], strict=False):
        if near_m == far_m and first > second:
            return f"{first} stands before {second}, which is as near"
    return ""
