"""What an owner asks, and what a promise and a bill are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.kernel.errors import DomainError
from app.kernel.money import (
    CURRENCIES,
    MILLI,
    exponent_of,
    format_minor,
)

# More than this many major units per kWh or hour is a slip of the finger.
HIGHEST_PRICE = 1000

LineKind = Literal["ENERGY", "TIME"]


class BadTariff(DomainError):
    """These prices cannot be asked."""


class BadQuote(DomainError):
    """No promise can be made for this power or this limit of energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What an owner asks, in 1/1000 minor units of one currency.

    :param energy_milli_per_kwh: for each kWh that the meter counts
    :param time_milli_per_hour: for each hour that is booked
    :param slots_milli: where the time has prices of its own, that of each quarter
        hour sold, in order; they replace the hourly price
    :raises BadTariff: if a price is negative or absurd, or the currency is not offered
    """

    currency: str
    energy_milli_per_kwh: int
    time_milli_per_hour: int
    slots_milli: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse prices that nobody can mean."""
        if self.currency not in CURRENCIES:
            raise BadTariff("Please choose a currency from the list.", field="currency")
        _require_price(self.energy_milli_per_kwh, self.currency, "energy_price")
        _require_price(self.time_milli_per_hour, self.currency, "time_price")
        if any(slot < 0 for slot in self.slots_milli):
            raise BadTariff("A price cannot be negative.", field="time_price")

    @property
    def costs_time(self) -> bool:
        """Whether the time itself has a price."""
        return any(self.slots_milli or (self.time_milli_per_hour,))

    def promised(self, slots_milli: tuple[int, ...]) -> Tariff:
        """Return the tariff with these quarter-hour prices for one sold time."""
        return replace(self, slots_milli=slots_milli)

    def as_dict(self) -> dict[str, object]:
        """Return the tariff as plain values, for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tariff:
        """Return the tariff that ``as_dict`` described.

        Snapshots older than the auction have no prices of quarter hours.
        """
        return cls(
            currency=values["currency"],
            energy_milli_per_kwh=values["energy_milli_per_kwh"],
            time_milli_per_hour=values["time_milli_per_hour"],
            slots_milli=tuple(values.get("slots_milli", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a quote or bill.

    :param quantity: in ``unit``: watt-hours for energy, seconds for time
    :param unit_price_milli: 1/1000 minor units per kWh or per hour
    :param text: quantity and unit price in words, such as ``2 h × €1.00 per hour``
    """

    kind: LineKind
    quantity: int
    unit: Literal["Wh", "s"]
    unit_price_milli: int
    amount_minor: int
    text: str

    def as_dict(self) -> dict[str, object]:
        """Return the line as plain values, for a snapshot or a receipt."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Line:
        """Return the line that ``as_dict`` described."""
        return cls(**{name: values[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A promise: whatever happens, the bill for this time is not above the total."""

    lines: tuple[Line, ...]
    total_minor: int
    currency: str
    energy_cap_wh: int
    max_power_w: int
    why: str

    def as_dict(self) -> dict[str, object]:
        """Return the quote as plain values, for a snapshot."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "lines": [line.as_dict() for line in self.lines]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Quote:
        """Return the quote that ``as_dict`` described; other keys are left alone."""
        plain = {name: values[name] for name in cls.__slots__}
        lines = tuple(Line.from_dict(line) for line in plain["lines"])
        return cls(**{**plain, "lines": lines})

    def amount_of(self, kind: LineKind) -> int:
        """Return what the lines of one kind come to, in minor units."""
        return sum(line.amount_minor for line in self.lines if line.kind == kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What is to be paid for booked time and metered energy."""

    lines: tuple[Line, ...]
    total_minor: int
    currency: str
    energy_wh: int


def _require_price(milli: int, currency: str, field: str) -> None:
    if milli < 0:
        raise BadTariff("A price cannot be negative.", field=field)
    highest_minor = HIGHEST_PRICE * 10 ** exponent_of(currency)
    if milli > highest_minor * MILLI:
        most = format_minor(highest_minor, currency)
        raise BadTariff(f"More than {most} cannot be right.", field=field)
