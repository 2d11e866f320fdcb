"""Spreads a total over quarter hours in whole units, as evenly as they stand."""

from __future__ import annotations

from collections.abc import Sequence


def spread(amounts: Sequence[int], total: int) -> tuple[int, ...]:
    """Return the amounts with what is missing to the total spread evenly on top.

    The first ones take the rest that cannot be divided; the sum is exact.

    >>> spread((10, 20, 30), 67)
    (13, 22, 32)

    :raises ValueError: if the total is less than the amounts, or there are none
    """
    missing = total - sum(amounts)
    if missing < 0 or not amounts:
        raise ValueError("Only something more can be spread over something.")
    each, rest = divmod(missing, len(amounts))
    return tuple(amount + each + (place < rest) for place, amount in enumerate(amounts))
