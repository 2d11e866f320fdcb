"""Understands the simple ones among the price texts of stations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kernel.errors import DomainError
from app.kernel.money import parse_milli
from app.pricing.domain import Tariff

CURRENCY = "USD"
DEFAULT_PRICE = "0.35"
DEFAULT = Tariff(
    currency=CURRENCY,
    energy_milli_per_kwh=parse_milli(DEFAULT_PRICE, CURRENCY),
    time_milli_per_hour=0,
)
FREE = Tariff(currency=CURRENCY, energy_milli_per_kwh=0, time_milli_per_hour=0)
_AMOUNT = r"\$\s?(?P<amount>\d{1,3}(?:\.\d{1,4})?)"
_PER = {
    "kwh": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*kwh", re.I),
    "hour": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*(?:hour|hr)", re.I),
    "minute": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*(?:minute|min)", re.I),
}
_FREE = re.compile(r"free(?:; (?:donations encouraged|\w+ hour limit))?", re.I)
_IDLE = re.compile(rf"{_AMOUNT} per hour idle fee", re.I)


@dataclass(frozen=True, slots=True)
class Priced:
    """A tariff, and what had to be assumed or left out to get to it."""

    tariff: Tariff
    remark: str = ""


def tariff_of(text: str) -> Priced:
    """Return the tariff that a price text means, or the default with a remark.

    Free, and dollars per kWh, per hour or per minute alone or together; a fee for
    idling after the charge is left out, since a booking ends by itself.

    >>> tariff_of("$0.30 per kWh").tariff.energy_milli_per_kwh
    30000
    """
    text = " ".join(text.split())
    if not text:
        return Priced(DEFAULT)
    if _FREE.fullmatch(text):
        return Priced(FREE)
    parts = [part.strip() for part in text.split(";")]
    prices = [part for part in parts if not _IDLE.fullmatch(part)]
    tariff = _sum_of(prices)
    if tariff is None:
        return Priced(
            DEFAULT, f"price not understood, ${DEFAULT_PRICE} per kWh taken: {text!r}"
        )
    if len(prices) < len(parts):
        return Priced(tariff, f"the idle fee is left out: {text!r}")
    return Priced(tariff)


def _sum_of(parts: list[str]) -> Tariff | None:
    milli = {"kwh": 0, "hour": 0}
    for part in parts:
        read = _read(part)
        if read is None or milli[read[0]]:
            return None
        milli[read[0]] = read[1]
    try:
        return Tariff(
            currency=CURRENCY,
            energy_milli_per_kwh=milli["kwh"],
            time_milli_per_hour=milli["hour"],
        )
    except DomainError:
        return None


def _read(part: str) -> tuple[str, int] | None:
    for unit, pattern in _PER.items():
        match = pattern.fullmatch(part)
        if match:
            milli = parse_milli(match["amount"], CURRENCY)
            # A price of nothing is written "Free"; a zero means something else.
            if milli == 0:
                return None
            return ("hour", milli * 60) if unit == "minute" else (unit, milli)
    return None
