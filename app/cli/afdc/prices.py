"""Understands those among the price texts of stations that mean one thing only."""

from __future__ import annotations

import re

from app.cli.stations.station import Price
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
NOT_UNDERSTOOD = "not understood"
MAX_TEXT = 500
_AMOUNT = r"\$\s?(?P<amount>\d{1,3}(?:\.\d{1,4})?)"
_PER = {
    "kwh": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*kwh", re.I | re.ASCII),
    "hour": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*(?:hour|hr)", re.I | re.ASCII),
    "minute": re.compile(rf"{_AMOUNT}\s*(?:per\s|/)\s*(?:minute|min)", re.I | re.ASCII),
}
_FREE = re.compile(r"free(?:; (?:donations encouraged|\w+ hour limit))?", re.I)
_IDLE = re.compile(rf"{_AMOUNT} per hour idle fee", re.I | re.ASCII)
# Drivers from here are the public; what insiders pay is no price of ours.
_INSIDERS = re.compile(
    r"(?:free|.*\S) for (?:(?:guests|staff|employees|internal use)(?: and )?)+", re.I
)
_PUBLIC = re.compile(r" for (?:the )?public$", re.I)
# Meanings that are clear and that no tariff here can have; the first one counts.
_REASONS = (
    (re.compile(r"parking", re.I), "a parking fee is part of it"),
    (re.compile(r"\btax\b", re.I), "a tax comes on top, and not how much"),
    (re.compile(r"variable|\d-\$", re.I), "it varies, and not how"),
    (
        re.compile(r"\bfirst\b|\bafter\b|thereafter|following", re.I),
        "it changes during the charge, which no price here can",
    ),
    (
        re.compile(r"per\s?session|session fee|initiation fee", re.I),
        "a fee per session, which no price here can have",
    ),
)


def price_of(text: str) -> Price:
    """Return the price that a text means, or why it was not taken.

    Free, and dollars per kWh, per hour or per minute alone or together, for the
    public; a fee for idling after the charge is left out, since a booking ends by
    itself. Nothing is guessed: what could mean something else is refused.

    >>> price_of("$0.30 per kWh").tariff.energy_milli_per_kwh
    30000
    """
    text = " ".join(text.split())
    if not text:
        return Price()
    if _FREE.fullmatch(text):
        return Price(text, FREE)
    if len(text) > MAX_TEXT:
        return Price(text, refusal=NOT_UNDERSTOOD)
    for pattern, reason in _REASONS:
        if pattern.search(text):
            return Price(text, refusal=reason)
    parts = [part.strip() for part in re.split("[;,]", text)]
    wanted = [part for part in parts if not _INSIDERS.fullmatch(part)]
    prices = [_PUBLIC.sub("", part) for part in wanted if not _IDLE.fullmatch(part)]
    tariff = _sum_of(prices)
    if tariff is None:
        return Price(text, refusal=NOT_UNDERSTOOD)
    remarks = []
    if len(prices) < len(wanted):
        remarks.append("the idle fee is left out")
    if len(wanted) < len(parts):
        remarks.append("the price for insiders is left out")
    return Price(text, tariff, remark="; ".join(remarks))


def _sum_of(parts: list[str]) -> Tariff | None:
    milli = {"kwh": 0, "hour": 0}
    for part in parts:
        read = _read(part)
        if read is None or milli[read[0]]:
            return None
        milli[read[0]] = read[1]
    if not any(milli.values()):
        return None
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
