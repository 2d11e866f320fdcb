"""The rules of price: tariff, promised ceiling, and the bill that never exceeds it.

Pure arithmetic in whole minor units; each line is rounded once, half to even.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.kernel.errors import DomainError
from app.kernel.money import (
    CURRENCIES,
    MILLI,
    divide_half_even,
    divide_up,
    exponent_of,
    format_milli,
    format_minor,
)
from app.kernel.period import Period

HOUR_S = 3600
WH_PER_KWH = 1000
# More than this many major units per kWh or hour is a slip of the finger.
HIGHEST_PRICE = 1000
# What a driver usually fills: from a fifth of the battery to four fifths.
USUAL_SHARE_PERCENT = 60

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
    :raises BadTariff: if a price is negative or absurd, or the currency is not offered
    """

    currency: str
    energy_milli_per_kwh: int
    time_milli_per_hour: int

    def __post_init__(self) -> None:
        """Refuse prices that nobody can mean."""
        if self.currency not in CURRENCIES:
            raise BadTariff("Please choose a currency from the list.", field="currency")
        _require_price(self.energy_milli_per_kwh, self.currency, "energy_price")
        _require_price(self.time_milli_per_hour, self.currency, "time_price")

    def as_dict(self) -> dict[str, object]:
        """Return the tariff as plain values, for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Tariff:
        """Return the tariff that ``as_dict`` described."""
        return cls(**{name: values[name] for name in cls.__slots__})


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


def quote(
    tariff: Tariff, period: Period, power_w: int, energy_cap_wh: int | None = None
) -> Quote:
    """Return the ceiling for a booked time: all the hours and all the energy possible.

    :param power_w: the most that can flow, for this plug and this car
    :param energy_cap_wh: the driver's own limit; None leaves power times time
    :raises BadQuote: if the power or the limit is not above zero
    """
    if power_w <= 0:
        raise BadQuote("This car cannot draw power at this plug.", field="vehicle_id")
    if energy_cap_wh is not None and energy_cap_wh <= 0:
        raise BadQuote("The limit must be more than 0 kWh.", field="energy_cap_wh")
    possible_wh = possible_energy_wh(power_w, period)
    cap_wh = possible_wh if energy_cap_wh is None else min(energy_cap_wh, possible_wh)
    lines = _lines(tariff, period, cap_wh)
    total_minor = sum(line.amount_minor for line in lines)
    return Quote(
        lines=lines,
        total_minor=total_minor,
        currency=tariff.currency,
        energy_cap_wh=cap_wh,
        max_power_w=power_w,
        why=_why(tariff, period, power_w, cap_wh, possible_wh),
    )


def rate(
    tariff: Tariff, booked: Period, energy_wh: int, *, energy_cap_wh: int | None = None
) -> Bill:
    """Return the bill: the booked time, because it was kept free, and metered energy.

    :param energy_wh: difference of the meter's registers, never negative
    :param energy_cap_wh: the promised most; anything above it is not billed
    :raises BadQuote: if the energy is negative
    """
    if energy_wh < 0:
        raise BadQuote("A meter does not run backwards.")
    billed_wh = energy_wh if energy_cap_wh is None else min(energy_wh, energy_cap_wh)
    lines = _lines(tariff, booked, billed_wh)
    return Bill(
        lines=lines,
        total_minor=sum(line.amount_minor for line in lines),
        currency=tariff.currency,
        energy_wh=billed_wh,
    )


def expected(
    tariff: Tariff, period: Period, *, power_w: int, wanted_wh: int | None = None
) -> Bill:
    """Return the likely bill: what the car wants, or less where the time is short.

    :param wanted_wh: energy the driver hopes for; None means all that can flow
    """
    possible_wh = possible_energy_wh(power_w, period)
    energy_wh = possible_wh if wanted_wh is None else min(wanted_wh, possible_wh)
    return rate(tariff, period, energy_wh)


def usual_charge_wh(battery_wh: int) -> int:
    """Return the energy of a usual charge: 60 percent of the battery.

    >>> usual_charge_wh(58_000)
    34800
    """
    return battery_wh * USUAL_SHARE_PERCENT // 100


def possible_energy_wh(power_w: int, period: Period) -> int:
    """Return the watt-hours that can flow at most, rounded up as promises are."""
    return divide_up(power_w * period.duration_s, HOUR_S)


def in_hours(seconds: int) -> str:
    """Return a length of booked time in words.

    >>> in_hours(5400), in_hours(7200), in_hours(1800)
    ('1 h 30 min', '2 h', '30 min')
    """
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def in_kwh(energy_wh: int) -> str:
    """Return energy in kWh with as many decimals as it has, at least none.

    >>> in_kwh(22_000), in_kwh(12_405)
    ('22 kWh', '12.405 kWh')
    """
    whole, rest = divmod(energy_wh, WH_PER_KWH)
    decimals = f".{rest:03d}".rstrip("0").rstrip(".")
    return f"{whole}{decimals} kWh"


def _lines(tariff: Tariff, period: Period, energy_wh: int) -> tuple[Line, ...]:
    """Return the line of energy and, where time costs anything, the line of time."""
    currency = tariff.currency
    energy = Line(
        kind="ENERGY",
        quantity=energy_wh,
        unit="Wh",
        unit_price_milli=tariff.energy_milli_per_kwh,
        amount_minor=divide_half_even(
            energy_wh * tariff.energy_milli_per_kwh, WH_PER_KWH * MILLI
        ),
        text=f"{in_kwh(energy_wh)} × "
        f"{format_milli(tariff.energy_milli_per_kwh, currency)} per kWh",
    )
    if not tariff.time_milli_per_hour:
        return (energy,)
    time = Line(
        kind="TIME",
        quantity=period.duration_s,
        unit="s",
        unit_price_milli=tariff.time_milli_per_hour,
        amount_minor=divide_half_even(
            period.duration_s * tariff.time_milli_per_hour, HOUR_S * MILLI
        ),
        text=f"{in_hours(period.duration_s)} × "
        f"{format_milli(tariff.time_milli_per_hour, currency)} per hour",
    )
    return (time, energy)


def _why(
    tariff: Tariff, period: Period, power_w: int, cap_wh: int, possible_wh: int
) -> str:
    """Return the reason for the ceiling in one or two sentences."""
    length = in_hours(period.duration_s)
    if cap_wh < possible_wh:
        energy = f"You set the limit of {in_kwh(cap_wh)}; the box stops there."
    else:
        kilowatts = in_kwh(power_w).removesuffix("h")
        energy = (
            f"No more than {in_kwh(cap_wh)} can flow: {kilowatts} for {length}. "
            "You pay only what the meter counts."
        )
    if not tariff.time_milli_per_hour:
        return energy
    return f"The {length} are yours alone and are paid as booked. {energy}"


def _require_price(milli: int, currency: str, field: str) -> None:
    if milli < 0:
        raise BadTariff("A price cannot be negative.", field=field)
    highest_minor = HIGHEST_PRICE * 10 ** exponent_of(currency)
    if milli > highest_minor * MILLI:
        most = format_minor(highest_minor, currency)
        raise BadTariff(f"More than {most} cannot be right.", field=field)
