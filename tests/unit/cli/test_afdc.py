"""What the texts of the station file are taken to mean, and what is refused."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from app.chargers.domain import Connector
from app.cli.afdc import RowRefused, Station, hours, prices, rows, station_of
from app.cli.afdc.hours import opening_of
from app.cli.afdc.prices import DEFAULT, FREE, tariff_of
from app.cli.afdc.zones import zone_of_state
from app.schedules.domain import ALWAYS, OpeningRule
from tests.support.stations import row

WEEK = range(1, 8)
LEVEL_2 = Connector(
    standard="IEC_62196_T1",
    format="CABLE",
    power_type="AC_2_PHASE_SPLIT",
    max_power_w=7_200,
)


def windows(days: Any, begin: int, end: int) -> tuple[OpeningRule, ...]:
    return tuple(OpeningRule(day, begin, end) for day in days)


@pytest.mark.parametrize("module", [hours, prices, rows])
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
    priced = tariff_of(text)

    assert (priced.tariff.energy_milli_per_kwh, priced.tariff.time_milli_per_hour) == (
        energy,
        hour,
    )
    assert (priced.tariff.currency, priced.remark) == ("USD", "")


def test_an_idle_fee_is_left_out_and_said_so() -> None:
    priced = tariff_of("$0.25 per kWh; $5 per hour idle fee")

    assert priced.tariff.energy_milli_per_kwh == 25_000
    assert priced.tariff.time_milli_per_hour == 0
    assert "idle fee is left out" in priced.remark


@pytest.mark.parametrize(
    "text",
    [
        "$1 per session; $0.39 per kWh",
        "$2 per session",
        "$0.50 initiation fee + $0.18 per kWh",
        "$0.54/kWh + tax",
        "$0.39 per kWh; free for internal use",
        "$0.26 per kWh after 8 hours",
        "$0.00-$4.00/Hr Variable Parking Fee",
        "$0.00 per kWh",
        "Free for guests only",
        "Free; parking fee",
        "$0.30 per kWh; $0.40 per kWh",
        "$5 per hour idle fee and more",
        "$999 per minute",
        "$999 per hour; $1001 per kWh",
        "-$1 per kWh",
        "nonsense",
    ],
)
def test_any_other_price_becomes_the_default_with_its_words_in_the_remark(
    text: str,
) -> None:
    priced = tariff_of(text)

    assert priced.tariff == DEFAULT
    assert repr(text) in priced.remark


def test_an_idle_fee_alone_means_nothing_else_is_paid() -> None:
    assert tariff_of("$5 per hour idle fee").tariff == FREE


def test_no_price_is_the_default_without_a_remark() -> None:
    assert (tariff_of(" ").tariff, tariff_of(" ").remark) == (DEFAULT, "")


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", ALWAYS),
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
        ("Sun 12:00pm - 5:00pm; Mon 8:10am - 5:05pm",
         (OpeningRule(1, 495, 1020), OpeningRule(7, 720, 1020))),
    ],
)  # fmt: skip
def test_usual_hours_are_understood_without_a_remark(
    text: str, rules: tuple[OpeningRule, ...]
) -> None:
    opened = opening_of(text)

    assert (opened.rules, opened.remark) == (rules, "")


@pytest.mark.parametrize(
    "text",
    [
        "Dealership business hours",
        "Contact station for hours of availability.",
        "Dawn to dusk daily",
        "8am-5pm M-F, 24 hours Sat-Sun",
        "7:30-7:30 M-F, 8:00-12:00 S",
        "6am - 11pm",
        "Mon 6:00am - 9:00pm; Tue closed",
        "Mon 13:00am - 2:00pm",
        "Mon 6:75am - 2:00pm",
        "0am-5pm daily",
        "Mon 9:01am - 9:14am",
        "Mon 9:00am - 9:00am",
        "Mon 11:50pm - 12:00am",
    ],
)
def test_other_hours_count_as_always_with_their_words_in_the_remark(text: str) -> None:
    opened = opening_of(text)

    assert opened.rules == ALWAYS
    assert repr(text) in opened.remark


def test_each_state_has_one_zone_and_strangers_have_none() -> None:
    assert zone_of_state("NY") == "America/New_York"
    assert zone_of_state("ca") == "America/Los_Angeles"
    assert zone_of_state("ON") is None
    assert len({zone_of_state(state) for state in ("AZ", "CO", "HI", "AK", "IL")}) == 5


def plugs_of(**overrides: str) -> list[tuple[str, str, int]]:
    station = station_of(row(**overrides))
    return [
        (each.standard, each.power_type, each.max_power_w)
        for each in station.command.connectors
    ]


@pytest.mark.parametrize(
    ("columns", "plugs"),
    [
        ({}, [("IEC_62196_T1", "AC_2_PHASE_SPLIT", 7_200)]),
        (
            {"EV_Level2_EVSE_Num": "", "EV_Level1_EVSE_Num": "1"},
            [("IEC_62196_T1", "AC_1_PHASE", 1_900)],
        ),
        (
            {"EV_Connector_Types": "CHADEMO J1772 J1772COMBO", "EV_DC_Fast_Count": "1"},
            [
                ("CHADEMO", "DC", 50_000),
                ("IEC_62196_T1", "AC_2_PHASE_SPLIT", 7_200),
                ("IEC_62196_T1_COMBO", "DC", 50_000),
            ],
        ),
        (
            {"EV_Connector_Types": "TESLA"},
            [("SAE_J3400", "AC_2_PHASE_SPLIT", 7_200)],
        ),
        (
            {"EV_Connector_Types": "TESLA", "EV_DC_Fast_Count": "8"},
            [("SAE_J3400", "DC", 50_000)],
        ),
        (
            {"EV_Connector_Types": "J1772 NEMA520 J1772"},
            [
                ("IEC_62196_T1", "AC_2_PHASE_SPLIT", 7_200),
                ("NEMA_5_20", "AC_1_PHASE", 1_900),
            ],
        ),
        ({"EV_DC_Fast_Count": "many"}, [("IEC_62196_T1", "AC_2_PHASE_SPLIT", 7_200)]),
    ],
)
def test_plugs_and_powers_follow_from_types_and_counts(
    columns: dict[str, str], plugs: list[tuple[str, str, int]]
) -> None:
    assert plugs_of(**columns) == plugs


def test_a_whole_row_becomes_a_station_that_keeps_the_stations_own_words() -> None:
    station = station_of(row(Access_Days_Time="24 hours daily; customers only"))

    assert isinstance(station, Station)
    assert station.source_id == "1001"
    assert station.command.name == "City Hall"
    assert station.command.time_zone == "America/New_York"
    assert station.command.connectors == (LEVEL_2,)
    assert station.command.parking_type == "PARKING_GARAGE"
    assert station.command.house_rules == (
        "How to find it: Behind the fountain\n"
        "Hours as the station states them: 24 hours daily; customers only\n"
        "Price as the station states it: $0.30 per kWh\n"
        "Network: Non-Networked"
    )
    assert station.remarks == ()


def test_unknown_plugs_beside_known_ones_are_left_out_and_said() -> None:
    station = station_of(row(EV_Connector_Types="J1772 HYPERPLUG"))

    assert station.command.connectors == (LEVEL_2,)
    assert station.remarks == ("unknown plugs left out: HYPERPLUG",)


def test_a_very_long_name_is_shortened_rather_than_refused() -> None:
    name = station_of(row(Station_Name="x" * 200)).command.name

    assert (len(name), name[-1]) == (80, "…")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"ID": ""}, "no numeric ID"),
        ({"ID": "12a"}, "no numeric ID"),
        ({"ID": "9" * 20}, "no numeric ID"),
        ({"State": "ON", "Country": "CA"}, "'ON' in 'CA'"),
        ({"State": "ZZ"}, "'ZZ' in 'US'"),
        ({"Latitude": "north"}, "latitude is 'north'"),
        ({"Latitude": "nan"}, "latitude must lie"),
        ({"Longitude": ""}, "longitude is ''"),
        ({"Longitude": "-200"}, "longitude must lie"),
        ({"Station_Name": " "}, "Please give a name"),
        ({"Street_Address": ""}, "Please give an address"),
        ({"City": "x" * 90}, "at most 80"),
        ({"EV_Connector_Types": ""}, "no plug that we know"),
        ({"EV_Connector_Types": "HYPERPLUG"}, "'HYPERPLUG'"),
    ],
)
def test_what_nobody_may_guess_refuses_the_row(
    columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        station_of(row(**columns))


def test_a_row_that_is_cut_off_is_refused_and_one_too_long_is_read() -> None:
    cut_off: dict[str, Any] = {**row(), "Latitude": None, "Longitude": None}
    too_long: dict[Any, Any] = {**row(), None: ["surplus"]}

    with pytest.raises(RowRefused, match="latitude"):
        station_of(cut_off)
    assert station_of(too_long).source_id == "1001"
