"""A week of suggested prices as a picture: a row an hour, a column a day, and heat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.money import MILLI, exponent_of
from app.pricing.domain.electricity import HOURS_A_DAY
from app.schedules.domain import HOURS_A_WEEK

# From the cheapest to the dearest open hour.
HEATS = 6


@dataclass(frozen=True, slots=True)
class HourCell:
    """One hour of the week; the heats are 1 to ``HEATS``, 0 where it is closed."""

    hour_of_week: int
    reserve: str
    book_now: str
    reserve_heat: int
    book_now_heat: int
    is_open: bool


def week_rows(
    currency: str,
    reserve: Sequence[int],
    book_now: Sequence[int],
    open_hours: Sequence[float],
) -> tuple[tuple[HourCell, ...], ...]:
    """Return 24 rows of seven cells, Monday first.

    :param reserve: 168 prices in 1/1000 minor units, likewise ``book_now``
    """
    reserve_heats = _heats(reserve, open_hours)
    book_now_heats = _heats(book_now, open_hours)
    cells = [
        HourCell(
            hour,
            short_price(reserve[hour], currency),
            short_price(book_now[hour], currency),
            reserve_heats[hour],
            book_now_heats[hour],
            bool(open_hours[hour]),
        )
        for hour in range(HOURS_A_WEEK)
    ]
    return tuple(tuple(cells[hour::HOURS_A_DAY]) for hour in range(HOURS_A_DAY))


def short_price(milli: int, currency: str) -> str:
    """Return a price without its currency, as short as a small cell needs.

    >>> short_price(39_000, "EUR"), short_price(1_234_000, "EUR")
    ('0.39', '12.3')
    >>> short_price(96_000, "JPY")
    '96'
    """
    exponent = exponent_of(currency)
    major = Decimal(milli).scaleb(-exponent) / MILLI
    decimals = 0 if not exponent or major >= 100 else 1 if major >= 10 else 2
    return f"{major:.{decimals}f}"


def _heats(prices: Sequence[int], open_hours: Sequence[float]) -> list[int]:
    shown = [
        price for price, often in zip(prices, open_hours, strict=True) if often
    ] or [0]
    low = min(shown)
    span = max(1, max(shown) - low)
    return [
        1 + min(HEATS - 1, HEATS * (price - low) // span) if often else 0
        for price, often in zip(prices, open_hours, strict=True)
    ]
