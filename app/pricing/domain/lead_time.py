"""How early drivers ask for an hour, and so for which leads it has prices of its own.

The lead of an hour is the time from now to its start. One curve is assumed for all
regions; a wrong one makes prices a little too high or too low, never below a reserve.
"""

from __future__ import annotations

from itertools import pairwise

# (minutes, share of the drivers who want an hour and ask for it no earlier than so
# long before it). A third of them asks on arrival, a third up to 8 hours and a third
# up to 72 hours before they come, and they stay five hours.
CURVE = (
    (0, 0.02),
    (120, 0.17),
    (240, 0.30),
    (480, 0.53),
    (960, 0.73),
    (1440, 0.78),
    (4320, 1.0),
)
# Where the price changes after the gate; from the last on it is that of well ahead.
# More stretches add nothing that the simulation of docs/market.md could measure.
EDGES_MIN = (480, 1440)


def share_within(lead_min: int) -> float:
    """Return the share of an hour's drivers who are still to ask at this lead.

    >>> share_within(180), share_within(10_000)
    (0.235, 1.0)

    :param lead_min: minutes until the hour begins, zero or more
    """
    for (begin, low), (end, high) in pairwise(CURVE):
        if lead_min <= end:
            return low + (high - low) * (lead_min - begin) / (end - begin)
    return 1.0


def buckets(gate_min: int) -> tuple[tuple[int, float], ...]:
    """Return where each stretch of leads ends, and the share still to come in it.

    The first stretch lies after the gate. A stretch counts with the mean of its ends.

    :returns: pairs of minutes and share, shortest lead first
    """
    ends = (gate_min, *(each for each in EDGES_MIN if each > gate_min))
    return tuple(
        (end, (share_within(begin) + share_within(end)) / 2)
        for begin, end in pairwise((0, *ends))
    )
