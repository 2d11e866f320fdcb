"""The sentences that tell a bidder how it ended and why.

Amounts are 1/1000 minor units.
"""

from __future__ import annotations

from app.kernel.money import MILLI, divide_half_even, divide_up, format_minor

BEGUN = "The time had begun before it could be decided. You pay nothing."


def won_because(paid_milli: int, minimum_milli: int, currency: str) -> str:
    """Return why a winner pays what he pays.

    >>> won_because(264_000, 190_000, "EUR")
    'Your minimum alone was €1.90; other offers added €0.74.'
    """
    minimum = divide_half_even(minimum_milli, MILLI)
    added = divide_half_even(paid_milli, MILLI) - minimum
    alone = format_minor(minimum, currency)
    if added <= 0:
        return f"You pay your own minimum of {alone}; no other offer added to it."
    more = format_minor(added, currency)
    return f"Your minimum alone was {alone}; other offers added {more}."


def too_dear(price_milli: int | None, maximum_minor: int, currency: str) -> str:
    """Return why a bid lost to others.

    :param price_milli: what the time cost in the end; None if only a part of it did
    :param maximum_minor: what the loser offered, in minor units
    """
    if price_milli is None:
        return "Somebody else has won a part of this time."
    price_minor = divide_up(price_milli, MILLI)
    price = format_minor(price_minor, currency)
    if price_minor > maximum_minor:
        return f"Others offered more: in the end this time cost {price}."
    # The winners pay just what this bid forced them to, which is no more than it.
    return (
        "Others' offers together were worth more, or as much and came first. They "
        f"pay {price} for this time: what it took to beat yours, not what they offered."
    )


def under_reserve(reserve_milli: int, currency: str) -> str:
    """Return why a bid under the reserve ended.

    >>> under_reserve(301_500, "EUR")
    'The host asked at least €3.02 for this time.'
    """
    least = format_minor(divide_up(reserve_milli, MILLI), currency)
    return f"The host asked at least {least} for this time."
