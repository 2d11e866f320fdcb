"""Prices: ceilings, bills, and the words that explain them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.period import Period
from app.pricing.domain import (
    BadQuote,
    BadTariff,
    Quote,
    Tariff,
    expected,
    in_hours,
    in_kwh,
    quote,
    rate,
    usual_charge_wh,
)

START = datetime(2026, 6, 10, 18, tzinfo=UTC)
TWO_HOURS = Period(START, START + timedelta(hours=2))
TARIFF = Tariff(
    currency="EUR", energy_milli_per_kwh=20_000, time_milli_per_hour=100_000
)


def test_the_ceiling_is_all_the_time_and_all_the_energy_that_can_flow() -> None:
    promise = quote(TARIFF, TWO_HOURS, 11_000)

    assert promise.total_minor == 200 + 440
    assert promise.energy_cap_wh == 22_000
    assert [line.kind for line in promise.lines] == ["TIME", "ENERGY"]
    assert promise.lines[0].text == "2 h × €1.00 per hour"
    assert promise.lines[1].text == "22 kWh × €0.20 per kWh"
    assert promise.why == (
        "The 2 h are yours alone and are paid as booked. "
        "No more than 22 kWh can flow: 11 kW for 2 h. "
        "You pay only what the meter counts."
    )


def test_the_drivers_own_limit_lowers_the_ceiling() -> None:
    promise = quote(TARIFF, TWO_HOURS, 11_000, 5_000)

    assert promise.total_minor == 200 + 100
    assert promise.energy_cap_wh == 5_000
    assert "You set the limit of 5 kWh" in promise.why


def test_a_limit_above_what_can_flow_changes_nothing() -> None:
    assert quote(TARIFF, TWO_HOURS, 11_000, 90_000) == quote(TARIFF, TWO_HOURS, 11_000)


def test_free_time_is_no_line_and_no_word() -> None:
    tariff = Tariff(currency="EUR", energy_milli_per_kwh=20_000, time_milli_per_hour=0)

    promise = quote(tariff, TWO_HOURS, 11_000)

    assert [line.kind for line in promise.lines] == ["ENERGY"]
    assert "booked" not in promise.why


def test_free_energy_is_still_a_line_because_the_receipt_says_how_much_flowed() -> None:
    tariff = Tariff(currency="EUR", energy_milli_per_kwh=0, time_milli_per_hour=0)

    bill = rate(tariff, TWO_HOURS, 7_300)

    assert bill.total_minor == 0
    assert bill.lines[0].quantity == 7_300


def test_possible_energy_is_rounded_up_because_it_is_a_promise() -> None:
    quarter = Period(START, START + timedelta(minutes=15))

    assert quote(TARIFF, quarter, 3_681).energy_cap_wh == 921


@pytest.mark.parametrize(
    ("energy_wh", "amount_minor"),
    [(25, 0), (75, 2), (125, 2), (175, 4), (126, 3)],
)
def test_a_line_is_rounded_half_to_even(energy_wh: int, amount_minor: int) -> None:
    bill = rate(TARIFF, TWO_HOURS, energy_wh)

    assert bill.lines[-1].amount_minor == amount_minor


def test_energy_above_the_promise_is_not_billed() -> None:
    bill = rate(TARIFF, TWO_HOURS, 22_350, energy_cap_wh=22_000)

    assert bill.energy_wh == 22_000
    assert bill.total_minor == 640


def test_the_bill_is_booked_time_and_metered_energy() -> None:
    bill = rate(TARIFF, TWO_HOURS, 12_405, energy_cap_wh=22_000)

    assert [line.amount_minor for line in bill.lines] == [200, 248]
    assert bill.total_minor == 448


def test_the_likely_bill_is_for_what_the_car_wants() -> None:
    assert expected(TARIFF, TWO_HOURS, power_w=11_000, wanted_wh=10_000).energy_wh == (
        10_000
    )


def test_the_likely_bill_is_limited_by_the_time() -> None:
    for wanted_wh in (60_000, None):
        likely = expected(TARIFF, TWO_HOURS, power_w=11_000, wanted_wh=wanted_wh)

        assert likely.energy_wh == 22_000


@pytest.mark.parametrize("power_w", [0, -1])
def test_no_power_no_promise(power_w: int) -> None:
    with pytest.raises(BadQuote, match="cannot draw power") as refused:
        quote(TARIFF, TWO_HOURS, power_w)

    assert refused.value.field == "vehicle_id"


@pytest.mark.parametrize("cap_wh", [0, -5])
def test_a_limit_of_nothing_is_refused(cap_wh: int) -> None:
    with pytest.raises(BadQuote, match="more than 0 kWh") as refused:
        quote(TARIFF, TWO_HOURS, 11_000, cap_wh)

    assert refused.value.field == "energy_cap_wh"


def test_a_meter_never_runs_backwards() -> None:
    with pytest.raises(BadQuote, match="backwards"):
        rate(TARIFF, TWO_HOURS, -1)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"energy_milli_per_kwh": -1}, "energy_price", "negative"),
        ({"time_milli_per_hour": -1}, "time_price", "negative"),
        ({"energy_milli_per_kwh": 10**8 + 1}, "energy_price", "€1,000.00"),
        ({"time_milli_per_hour": 10**8 + 1}, "time_price", "€1,000.00"),
        ({"currency": "XXX"}, "currency", "choose a currency"),
    ],
)
def test_prices_that_nobody_can_mean_are_refused(
    values: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(BadTariff, match=words) as refused:
        Tariff.from_dict({**TARIFF.as_dict(), **values})

    assert refused.value.field == field


def test_the_highest_price_is_still_a_price() -> None:
    tariff = Tariff(
        currency="JPY", energy_milli_per_kwh=10**6, time_milli_per_hour=10**6
    )

    assert quote(tariff, TWO_HOURS, 1_000).total_minor == 2_000 + 2_000


def test_a_tariff_survives_its_snapshot() -> None:
    assert Tariff.from_dict(TARIFF.as_dict()) == TARIFF


def test_a_quote_survives_its_snapshot() -> None:
    promise = quote(TARIFF, TWO_HOURS, 11_000)

    assert Quote.from_dict({**promise.as_dict(), "asked": "more"}) == promise


def test_the_lines_of_one_kind_are_summed() -> None:
    promise = quote(TARIFF, TWO_HOURS, 11_000)

    assert (promise.amount_of("TIME"), promise.amount_of("ENERGY")) == (200, 440)


def test_a_quote_becomes_plain_values() -> None:
    values = quote(TARIFF, TWO_HOURS, 11_000).as_dict()

    assert values["total_minor"] == 640
    assert values["lines"][1] == {  # type: ignore[index]
        "kind": "ENERGY",
        "quantity": 22_000,
        "unit": "Wh",
        "unit_price_milli": 20_000,
        "amount_minor": 440,
        "text": "22 kWh × €0.20 per kWh",
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(900, "15 min"), (3600, "1 h"), (5400, "1 h 30 min"), (0, "0 min")],
)
def test_lengths_in_words(seconds: int, words: str) -> None:
    assert in_hours(seconds) == words


@pytest.mark.parametrize(
    ("energy_wh", "words"),
    [(0, "0 kWh"), (500, "0.5 kWh"), (12_405, "12.405 kWh"), (22_000, "22 kWh")],
)
def test_energy_in_words(energy_wh: int, words: str) -> None:
    assert in_kwh(energy_wh) == words


def test_a_usual_charge_is_sixty_percent_of_the_battery() -> None:
    assert usual_charge_wh(77_000) == 46_200
