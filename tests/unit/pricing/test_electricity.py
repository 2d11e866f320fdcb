"""Electricity prices: flat, by the time of day, from a list, and what is refused."""

from __future__ import annotations

import pytest

from app.pricing.domain.electricity import BadElectricity, Electricity
from app.pricing.domain.price_list import MAX_CHARACTERS, MAX_LINES, electricity_of_list


def listed(*lines: str) -> tuple[int, ...]:
    return electricity_of_list("\n".join(lines), "EUR").milli_per_kwh


def refusal(*lines: str) -> str:
    with pytest.raises(BadElectricity) as refused:
        electricity_of_list("\n".join(lines), "EUR")
    assert refused.value.field == "electricity"
    return refused.value.message


def test_parts_of_the_day_may_reach_over_midnight() -> None:
    tariff = Electricity.by_time_of_day([(22, 6, 20_000), (6, 22, 30_000)])

    assert tariff.milli_per_kwh[:7] == (20_000,) * 6 + (30_000,)
    assert tariff.milli_per_kwh[22] == tariff.milli_per_kwh[167] == 20_000


@pytest.mark.parametrize(
    ("spans", "reason"),
    [
        ([(0, 12, 1), (11, 24, 1)], "The hour from 11:00 has two prices."),
        ([(0, 12, 1), (13, 24, 1)], "The hour from 12:00 has no price."),
        ([], "The hour from 00:00 has no price."),
        ([(-1, 5, 1)], "Hours of the day lie between 0 and 24."),
        ([(0, 25, 1)], "Hours of the day lie between 0 and 24."),
        ([(0, 1, 1)] * 25, "Please use at most 24 parts of the day."),
        ([(0, 24, -1)], "A price of electricity cannot be negative."),
    ],
)
def test_parts_of_the_day_with_holes_or_doubles_are_refused(
    spans: list[tuple[int, int, int]], reason: str
) -> None:
    with pytest.raises(BadElectricity, match=reason):
        Electricity.by_time_of_day(spans)


def test_a_table_must_have_every_hour_of_the_week() -> None:
    with pytest.raises(BadElectricity, match="168 prices"):
        Electricity("FLAT", (1,) * 167)
    with pytest.raises(BadElectricity, match="There are 25 prices"):
        Electricity.hourly([1] * 25)


def test_a_tariff_survives_storage() -> None:
    for tariff in (
        Electricity.flat(30_000),
        Electricity.by_time_of_day([(22, 6, 20_000), (6, 22, 30_000)]),
        Electricity.hourly(list(range(168))),
    ):
        assert Electricity.from_dict(tariff.as_dict()) == tariff


def test_a_list_of_a_day_holds_for_every_day() -> None:
    prices = listed(*(f"0.{n:02d}" for n in range(10, 34)))

    assert prices[:24] == tuple(n * 1000 for n in range(10, 34))
    assert prices == prices[:24] * 7


def test_a_list_may_name_its_columns_and_hours_in_any_order() -> None:
    rows = [f"{hour};0,{hour + 10}" for hour in reversed(range(24))]

    assert listed("hour;price", *rows)[:2] == (10_000, 11_000)


def test_a_list_of_a_week_starts_on_monday() -> None:
    prices = listed(*(f"{hour},0.{100 + hour}" for hour in range(168)))

    assert (prices[0], prices[167]) == (10_000, 26_700)


def test_commas_may_be_decimal_signs() -> None:
    assert listed(*["0,31"] * 24)[0] == 31_000
    assert listed(*(f"{hour},0,31" for hour in range(24)))[0] == 31_000
    assert listed(*[f'"{hour}","0.31"' for hour in range(24)])[0] == 31_000


def test_dated_prices_are_averaged_for_each_hour_of_the_week() -> None:
    rows = [
        f"2026-06-{day:02d} {hour:02d}:00;{'0.20' if day <= 7 else '0.40'}"
        for day in range(1, 15)
        for hour in range(24)
    ]

    # The first of June 2026 is a Monday.
    assert listed("time;price", *rows) == (30_000,) * 168


def test_dated_prices_of_less_than_a_week_are_averaged_for_each_hour_of_the_day() -> (
    None
):
    rows = [
        f"2026-06-0{day}T{hour:02d}:00,0.{day}0" for day in (1, 2) for hour in range(24)
    ]

    assert listed(*rows) == (15_000,) * 168


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([""], "The list is empty"),
        (["price"], "The list is empty"),
        (["0.3"] * 23, "There are 23 prices"),
        (["0.3", "abc"], "Line 2: “abc” is not a price"),
        (["0.3", "NaN"], "Line 2: “NaN” is not a price"),
        (["0.3", "1e30"], "Line 2: “1e30” is not a price"),
        (["0.3", "-0.1"], "Line 2: a price cannot be negative."),
        (["0.3", "5000000"], "Line 2: that is more than can be right."),
        (["0.3"] * (MAX_LINES + 1), "The list is too long"),
        (["9" * (MAX_CHARACTERS + 1)], "The list is too long"),
        ([f"{n};0.3" for n in range(23)], "The hour 23 has no price."),
        ([f"{n};0.3" for n in range(167)], "Sunday 23:00 has no price."),
        ([f"{n};0.3" for n in range(169)], "Hours go from 0 to 167."),
        (["1;0.3", "1;0.3"], "Monday 01:00 has two prices."),
        (["500;0.3", "500;0.3"], "The hour 500 has two prices."),
        (["1;0.3", "0.3"], "The first column must say the hour on every line"),
        (["2026-13-01 00:00;0.3"], "is not a date and a time"),
        (["2026-06-01 00:00;0.3"], "The hour 1 has no price."),
    ],
)
def test_a_list_that_cannot_be_read_says_where(lines: list[str], reason: str) -> None:
    assert reason in refusal(*lines)
