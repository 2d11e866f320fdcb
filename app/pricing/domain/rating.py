"""What a booked time costs: the promised ceiling, the likely and the final bill.

Each line is rounded once, half to even.
"""

from __future__ import annotations

from app.kernel.money import MILLI, divide_half_even, divide_up, format_milli
from app.kernel.period import Period
from app.pricing.domain.tariffs import BadQuote, Bill, Line, Quote, Tariff

HOUR_S = 3600
WH_PER_KWH = 1000
# What a driver usually fills: from a fifth of the battery to four fifths.
USUAL_SHARE_PERCENT = 60


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


def expected_total(
    tariff: Tariff, length_s: int, *, power_w: int, wanted_wh: int
) -> tuple[int, int]:
    """Return energy and sum of the likely bill, without its lines.

    For lists of hundreds of chargers, where nobody reads the lines.
    """
    energy_wh = min(wanted_wh, divide_up(power_w * length_s, HOUR_S))
    time_minor = _time_minor(tariff, length_s)
    return energy_wh, time_minor + _energy_minor(tariff, energy_wh)


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
        amount_minor=_energy_minor(tariff, energy_wh),
        text=f"{in_kwh(energy_wh)} × "
        f"{format_milli(tariff.energy_milli_per_kwh, currency)} per kWh",
    )
    time = _time_line(tariff, period)
    return (time, energy) if time else (energy,)


def _time_line(tariff: Tariff, period: Period) -> Line | None:
    """Return the line of time: by the hour, or at the prices of its quarter hours."""
    currency, hourly = tariff.currency, tariff.time_milli_per_hour
    if not tariff.costs_time:
        return None
    length = in_hours(period.duration_s)
    if tariff.slots_milli:
        total_milli = sum(tariff.slots_milli)
        hourly = divide_half_even(total_milli * HOUR_S, period.duration_s)
        text = f"{length} at the prices of their quarter hours"
    else:
        text = f"{length} × {format_milli(hourly, currency)} per hour"
    return Line(
        kind="TIME",
        quantity=period.duration_s,
        unit="s",
        unit_price_milli=hourly,
        amount_minor=_time_minor(tariff, period.duration_s),
        text=text,
    )


def _energy_minor(tariff: Tariff, energy_wh: int) -> int:
    return divide_half_even(energy_wh * tariff.energy_milli_per_kwh, WH_PER_KWH * MILLI)


def _time_minor(tariff: Tariff, length_s: int) -> int:
    """Return what the time costs: at the prices of its quarter hours, if it has any."""
    if tariff.slots_milli:
        return divide_half_even(sum(tariff.slots_milli), MILLI)
    return divide_half_even(length_s * tariff.time_milli_per_hour, HOUR_S * MILLI)


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
    if not tariff.costs_time:
        return energy
    return f"The {length} are yours alone and are paid as booked. {energy}"
