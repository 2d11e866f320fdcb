"""What the price and opening texts of the station file are taken to mean."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from app.cli.afdc import hours, prices
from app.cli.afdc.hours import hours_of
from app.cli.afdc.prices import price_of
from app.cli.stations.station import Hours, Price
from app.pricing.domain import Tariff
from app.schedules.domain import ALWAYS, OpeningRule

WEEK = range(1, 8)


def windows(days: Any, begin: int, end: int) -> tuple[OpeningRule, ...]:
    return tuple(OpeningRule(day, begin, end) for day in days)


@pytest.mark.parametrize("module", [hours, prices])
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("text", "energy", "hour"),
    [
        ("$0.39 per kWh", 39_000, 0),
        ("$0.3 per kWh", 30_000, 0),
        ("$1 per kWh", 100_000, 0),
        ("$0.35/kWh", 35_000, 0),
        ("$0.50 / kWh", 50_000, 0),
        ("$0.385 PER KWH", 38_500, 0),
        ("$2.50 per hour", 0, 250_000),
        ("$2 per hr", 0, 200_000),
        ("$1.00 per minute", 0, 6_000_000),
        ("$0.20 per kWh; $1.50 per hour", 20_000, 150_000),
        ("Free", 0, 0),
        ("FREE", 0, 0),
        ("Free; donations encouraged", 0, 0),
        ("Free; Four hour limit", 0, 0),
    ],
)
def test_a_simple_price_is_understood_without_a_remark(
    text: str, energy: int, hour: int
) -> None:
    price = price_of(text)

    assert price.tariff == Tariff(
        currency="USD", energy_milli_per_kwh=energy, time_milli_per_hour=hour
    )
    assert (price.refusal, price.remark) == ("", "")


def test_an_idle_fee_is_left_out_and_said_so() -> None:
    price = price_of("$0.25 per kWh; $5 per hour idle fee")

    assert price.tariff == Tariff(
        currency="USD", energy_milli_per_kwh=25_000, time_milli_per_hour=0
    )
    assert price.remark == "the idle fee is left out"


@pytest.mark.parametrize(
    ("text", "energy", "hour"),
    [
        ("$0.39 per kWh; free for internal use", 39_000, 0),
        ("$0.35 per kWh for public; $0.20 per kWh for employees", 35_000, 0),
        ("$0.25 per kWh for staff, $0.35 per kWh for public", 35_000, 0),
        ("Free for guests and employees; $1 per hour for public", 0, 100_000),
    ],
)
def test_what_insiders_pay_is_left_out_and_said_so(
    text: str, energy: int, hour: int
) -> None:
    price = price_of(text)

    assert price.tariff == Tariff(
        currency="USD", energy_milli_per_kwh=energy, time_milli_per_hour=hour
    )
    assert price.remark == "the price for insiders is left out"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$1 per session; $0.39 per kWh", "fee per session"),
        ("$1per session; $0.35 per kWh", "fee per session"),
        ("$3 session fee; $2 per kWh", "fee per session"),
        ("$0.50 initiation fee + $0.18 per kWh", "fee per session"),
        ("$0.54/kWh + tax", "tax comes on top"),
        ("$0.26 per kWh after 8 hours", "changes during the charge"),
        ("$2 per hr for the first 4 hrs and $10 per hr afterwards", "changes during"),
        ("$0.00-$4.00/Hr", "varies"),
        ("$0.00-$1.00/kWh Variable Energy Fee", "varies"),
        ("$3.00/Hr Parking Fee", "parking fee"),
        ("Free; parking fee", "parking fee"),
        ("$0.00 per kWh", "not understood"),
        ("Free for guests only", "not understood"),
        ("Free for employees", "not understood"),
        ("$0.30 per kWh; $0.40 per kWh", "not understood"),
        ("$5 per hour idle fee and more", "not understood"),
        ("$5 per hour idle fee", "not understood"),
        ("$999 per minute", "not understood"),
        ("$999 per hour; $1001 per kWh", "not understood"),
        ("-$1 per kWh", "not understood"),
        ("nonsense", "not understood"),
        ("\u0663 per kWh $\u0663 per kWh", "not understood"),
        ("$1 per kWh " * 100, "not understood"),
    ],
)
def test_any_other_price_is_refused_with_its_words_and_never_guessed(
    text: str, why: str
) -> None:
    price = price_of(text)

    assert price.tariff is None
    assert price.text == " ".join(text.split())
    assert why in price.refusal


def test_no_price_is_neither_taken_nor_refused() -> None:
    assert price_of(" ") == Price()


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("24 hours daily", ALWAYS),
        ("24 Hours Daily", ALWAYS),
        ("24/7", ALWAYS),
        ("24 hours daily; customers only", ALWAYS),
        ("24 hours daily. Please check the map.", ALWAYS),
        ("6am-9pm daily", windows(WEEK, 360, 1260)),
        ("10am-5:30pm daily; guests only", windows(WEEK, 600, 1050)),
        ("5am-12am daily. Please check.", windows(WEEK, 300, 1440)),
        ("9AM-5PM M-F", windows(range(1, 6), 540, 1020)),
        ("6am-11pm M-Sat; guests only", windows(range(1, 7), 360, 1380)),
        ("9am-9pm M-Sun", windows(WEEK, 540, 1260)),
        ("Mon 6:00am - 11:59pm", windows([1], 360, 1440)),
        ("Mon 12:00am - 12:00am", windows([1], 0, 1440)),
        ("Fri 8:00pm - 2:00am", windows([5], 1200, 120)),
        ("Sat 12:15am - 12:30am", windows([6], 15, 30)),
        ("8am-5pm M-F, 24 hours Sat-Sun",
         (*windows(range(1, 6), 480, 1020), *windows([6, 7], 0, 1440))),
        ("Open during business hours 8am -5pm M-F; need a code",
         windows(range(1, 6), 480, 1020)),
        ("Mon 6:00am - 9:00pm; Tue closed", windows([1], 360, 1260)),
        ("Sun 12:00pm - 5:00pm; Mon 8:10am - 5:05pm",
         (OpeningRule(1, 495, 1020), OpeningRule(7, 720, 1020))),
    ],
)  # fmt: skip
def test_usual_hours_are_understood(text: str, rules: tuple[OpeningRule, ...]) -> None:
    hours_said = hours_of(text)

    assert (hours_said.rules, hours_said.refusal) == (rules, "")


@pytest.mark.parametrize(
    "text",
    [
        "Dealership business hours",
        "Contact station for hours of availability.",
        "Dawn to dusk daily",
        "8am-5pm M-F, 9am-5pm Fri-Sun",
        "8am-5pm Sat-Mon",
        "24 hours daily; closed in winter",
        "24 hours daily; closed Sundays",
        "24 hours daily; students and staff only 5am-5pm",
        "24 hours daily; " + "x" * 500,
        "Mon closed",
        "7:30-7:30 M-F, 8:00-12:00 S",
        "6am - 11pm",
        "Mon 13:00am - 2:00pm",
        "Mon 6:75am - 2:00pm",
        "0am-5pm daily",
        "Mon 9:01am - 9:14am",
        "Mon 9:00am - 9:00am",
        "Mon 11:50pm - 12:00am",
    ],
)
def test_other_hours_are_refused_with_their_words(text: str) -> None:
    said = hours_of(text)

    assert said.rules is None
    assert (said.text, said.refusal) == (text, "not understood")


def test_no_hours_are_neither_taken_nor_refused() -> None:
    assert hours_of(" ") == Hours()
