"""The rules of price: tariffs and promises, demand, and what an hour is worth."""

from app.pricing.domain.tariffs import (
    BadQuote,
    BadTariff,
    Bill,
    Line,
    LineKind,
    Quote,
    Tariff,
    expected,
    in_hours,
    in_kwh,
    possible_energy_wh,
    quote,
    rate,
    usual_charge_wh,
)

__all__ = [
    "BadQuote",
    "BadTariff",
    "Bill",
    "Line",
    "LineKind",
    "Quote",
    "Tariff",
    "expected",
    "in_hours",
    "in_kwh",
    "possible_energy_wh",
    "quote",
    "rate",
    "usual_charge_wh",
]
