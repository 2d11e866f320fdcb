"""Money in whole minor units, rates in thousandths of a minor unit, no floats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.errors import DomainError

# ISO 4217 currencies whose minor unit is not one hundredth, among those offered.
_EXPONENTS = {"JPY": 0, "ISK": 0, "HUF": 2}
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "DKK", "NOK", "SEK", "PLN", "CZK", "JPY")
MILLI = 1000
# Few enough decimals that no arithmetic below rounds; no "1_000", "1e3" or "NaN".
_AMOUNT = re.compile(r"[+-]?([0-9]{1,40}([.,][0-9]{0,15})?|[.,][0-9]{1,15})", re.ASCII)


class CurrencyMismatch(DomainError):
    """Two currencies cannot be added."""


class BadAmount(DomainError):
    """The text is not an amount of money."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of one currency.

    >>> Money(150, "EUR") + Money(25, "EUR")
    Money(minor=175, currency='EUR')
    """

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        """Return the sum.

        :raises CurrencyMismatch: if the currencies differ
        """
        if other.currency != self.currency:
            raise CurrencyMismatch(f"Cannot add {other.currency} to {self.currency}.")
        return Money(self.minor + other.minor, self.currency)


def exponent_of(currency: str) -> int:
    """Return how many decimal places the currency's minor unit stands for."""
    return _EXPONENTS.get(currency, 2)


def divide_half_even(numerator: int, denominator: int) -> int:
    """Divide two integers, rounding halves to the even neighbor.

    The product's one rounding rule: each line of a bill is rounded once, so.

    >>> divide_half_even(25, 10), divide_half_even(35, 10)
    (2, 4)
    """
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient % 2):
        return quotient + 1
    return quotient


def divide_up(numerator: int, denominator: int) -> int:
    """Divide two integers, rounding towards plus infinity (for promises)."""
    return -(-numerator // denominator)


def parse_milli(text: str, currency: str) -> int:
    """Return a price written in major units as thousandths of a minor unit.

    >>> parse_milli("0,385", "EUR")
    38500

    :raises BadAmount: if it is not a finite number with at most five decimals
    """
    if not _AMOUNT.fullmatch(text.strip()):
        raise BadAmount("Please give a number, such as 0.39.")
    value = Decimal(text.strip().replace(",", "."))
    if abs(value) > Decimal(10) ** 9:
        raise BadAmount("That is more than can be right.")
    scaled = value * 10 ** exponent_of(currency) * MILLI
    if scaled != scaled.to_integral_value():
        raise BadAmount("Please give at most five decimals.")
    return int(scaled)


def format_minor(minor: int, currency: str) -> str:
    """Return the amount with its currency's sign or code, for people.

    >>> format_minor(640, "EUR"), format_minor(-5, "EUR")
    ('€6.40', '-€0.05')
    """
    signs = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
    exponent = exponent_of(currency)
    number = f"{Decimal(abs(minor)).scaleb(-exponent):,.{exponent}f}"
    sign = signs.get(currency, f"{currency} ")
    return f"{'-' if minor < 0 else ''}{sign}{number}"


def format_milli(milli: int, currency: str) -> str:
    """Return a unit price, with more decimals only where they matter.

    >>> format_milli(38500, "EUR"), format_milli(39000, "EUR")
    ('€0.385', '€0.39')
    """
    if milli % MILLI == 0:
        return format_minor(milli // MILLI, currency)
    exponent = exponent_of(currency)
    digits = format(Decimal(milli).scaleb(-exponent - 3), "f").rstrip("0")
    signs = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
    return f"{signs.get(currency, currency + ' ')}{digits}"
