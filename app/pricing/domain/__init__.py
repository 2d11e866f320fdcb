"""The rules of price: tariffs and promises, demand, and what an hour is worth."""

from app.pricing.domain.rating import (
    expected,
    expected_total,
    in_hours,
    in_kwh,
    possible_energy_wh,
    quote,
    rate,
    usual_charge_wh,
)
from app.pricing.domain.tariffs import (
    BadQuote,
    BadTariff,
    Bill,
    Line,
    LineKind,
    Quote,
    Tariff,
)
from app.pricing.domain.week import BadWeek, LeadPrices, WeekPrices

__all__ = [
    "BadQuote",
    "BadTariff",
    "BadWeek",
    "Bill",
    "LeadPrices",
    "Line",
    "LineKind",
    "Quote",
    "Tariff",
    "WeekPrices",
    "expected",
    "expected_total",
    "in_hours",
    "in_kwh",
    "possible_energy_wh",
    "quote",
    "rate",
    "usual_charge_wh",
]
