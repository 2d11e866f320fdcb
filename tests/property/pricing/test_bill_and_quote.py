"""For every tariff, time and energy: the bill is never above the promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import CURRENCIES
from app.kernel.period import Period
from app.pricing.domain import Line, Tariff, expected, expected_total, quote, rate

tariffs = st.builds(
    Tariff,
    currency=st.sampled_from([code for code in CURRENCIES if code != "JPY"]),
    energy_milli_per_kwh=st.integers(0, 10**8),
    time_milli_per_hour=st.integers(0, 10**8),
)
periods = st.builds(
    lambda start, slots: Period(start, start + timedelta(minutes=15 * slots)),
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    st.integers(1, 96),
)
powers = st.integers(1, 400_000)
energies = st.integers(0, 10**8)
caps = st.none() | st.integers(1, 10**8)


@given(tariffs, periods, powers, caps, energies)
def test_the_bill_is_never_above_the_promise(
    tariff: Tariff, period: Period, power_w: int, cap_wh: int | None, energy_wh: int
) -> None:
    promise = quote(tariff, period, power_w, cap_wh)

    bill = rate(tariff, period, energy_wh, energy_cap_wh=promise.energy_cap_wh)

    assert 0 <= bill.total_minor <= promise.total_minor


@given(tariffs, periods, powers, energies)
def test_the_likely_bill_is_never_above_the_promise(
    tariff: Tariff, period: Period, power_w: int, wanted_wh: int
) -> None:
    likely = expected(tariff, period, power_w=power_w, wanted_wh=wanted_wh)

    assert likely.total_minor <= quote(tariff, period, power_w).total_minor


@given(tariffs, periods, powers, energies, st.none() | st.integers(0, 10**7))
def test_the_sum_for_lists_is_that_of_the_likely_bill(
    tariff: Tariff, period: Period, power_w: int, wanted_wh: int, slot: int | None
) -> None:
    if slot is not None:
        tariff = tariff.promised((slot, 2 * slot))
    likely = expected(tariff, period, power_w=power_w, wanted_wh=wanted_wh)

    found = expected_total(
        tariff, period.duration_s, power_w=power_w, wanted_wh=wanted_wh
    )

    assert found == (likely.energy_wh, likely.total_minor)


@given(tariffs, periods, powers, caps)
def test_the_total_is_the_sum_of_its_lines(
    tariff: Tariff, period: Period, power_w: int, cap_wh: int | None
) -> None:
    promise = quote(tariff, period, power_w, cap_wh)

    assert promise.total_minor == sum(line.amount_minor for line in promise.lines)


@given(tariffs, periods, energies)
def test_each_line_is_the_exact_price_rounded_half_to_even(
    tariff: Tariff, period: Period, energy_wh: int
) -> None:
    for line in rate(tariff, period, energy_wh).lines:
        assert line.amount_minor == round(_exact(line))


@given(tariffs, periods, energies, energies)
def test_more_energy_never_costs_less(
    tariff: Tariff, period: Period, one_wh: int, other_wh: int
) -> None:
    less_wh, more_wh = sorted((one_wh, other_wh))

    less, more = rate(tariff, period, less_wh), rate(tariff, period, more_wh)

    assert less.total_minor <= more.total_minor


@given(tariffs, periods, powers, caps)
def test_the_cap_is_at_most_what_the_driver_set(
    tariff: Tariff, period: Period, power_w: int, cap_wh: int | None
) -> None:
    promised = quote(tariff, period, power_w, cap_wh).energy_cap_wh

    assert promised > 0
    assert cap_wh is None or promised <= cap_wh


def _exact(line: Line) -> Fraction:
    units = Fraction(line.quantity, 1000 if line.unit == "Wh" else 3600)
    return units * line.unit_price_milli / 1000
