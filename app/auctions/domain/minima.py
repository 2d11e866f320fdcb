"""What each winner would have to pay alone: its personal minimum (Vickrey's price)."""

from __future__ import annotations

from itertools import accumulate

from app.auctions.domain.allocation import Allocation


def personal_minima(found: Allocation) -> list[int]:
    """Return for each winner the smallest premium with which it would still win.

    A selection without winner i crosses the instant just after i's start either idle
    or with another bid j, and whatever crosses it with j does not contain i. So the
    best value without i is the largest of ``before[s] + after[s + 1]`` (idle) and of
    ``through(j) = before[s_j] + w_j + after[e_j]`` over the losers j that cross; the
    minimum is that minus what the other winners bring, ``W - w_i``. This is Hershberger
    and Suri's "what is an edge worth", on a line.

    The losers paint the winners' starts in order of falling ``through``: the first to
    reach a start decides it. O(n log n).
    """
    before = [value // found.scale for value in found.before]
    after = [value // found.scale for value in found.after]
    starts = [found.starts[place] for place in found.winners]
    without = [before[start] + after[start + 1] for start in starts]
    for index, through in _painted(found, starts, before, after):
        without[index] = max(without[index], through)
    return [
        through - before[-1] + found.premiums[place]
        for through, place in zip(without, found.winners, strict=True)
    ]


def _painted(
    found: Allocation, starts: list[int], before: list[int], after: list[int]
) -> list[tuple[int, int]]:
    """Return (winner, best value through a loser that crosses its start), if any."""
    first = _counts_before(starts, found.slots)
    crossing = []
    for place in found.losers:
        start, end = found.starts[place], found.ends[place]
        if first[start] < first[end]:
            through = before[start] + found.premiums[place] + after[end]
            crossing.append((through, first[start], first[end]))
    crossing.sort(reverse=True)
    painted: list[tuple[int, int]] = []
    bare = list(range(len(starts) + 1))  # The next winner not painted yet, or itself.
    for through, index, stop in crossing:
        if len(painted) == len(starts):
            break
        while (index := _next_bare(bare, index)) < stop:
            painted.append((index, through))
            bare[index] = index + 1
    return painted


def _counts_before(starts: list[int], slots: int) -> list[int]:
    """Return for each slot, and the end, how many of the starts lie before it."""
    marks = [0] * slots
    for start in starts:
        marks[start] = 1
    return [0, *accumulate(marks)]


def _next_bare(bare: list[int], index: int) -> int:
    """Return the first winner at or after the index that is not painted."""
    root = index
    while bare[root] != root:
        root = bare[root]
    while bare[index] != root:  # Shorten the way for the next time.
        bare[index], index = root, bare[index]
    return root
