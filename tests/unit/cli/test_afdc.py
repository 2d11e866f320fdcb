"""What the rows of the station file become, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.chargers.domain import Connector
from app.cli.afdc import station_of
from app.cli.afdc.prices import DEFAULT
from app.cli.afdc.zones import zone_of_state
from app.cli.stations.station import RowRefused, listing_of, public_of
from tests.support.stations import row

LEVEL_2 = Connector(
    standard="IEC_62196_T1",
    format="CABLE",
    power_type="AC_2_PHASE_SPLIT",
    max_power_w=7_200,
)


def test_each_state_has_one_zone_and_strangers_have_none() -> None:
    assert zone_of_state("NY") == "America/New_York"
    assert zone_of_state("ca") == "America/Los_Angeles"
    assert zone_of_state("ON") is None
    assert len({zone_of_state(state) for state in ("AZ", "CO", "HI", "AK", "IL")}) == 5


def plugs_of(**overrides: str) -> list[tuple[str, str, int]]:
    station = station_of(row(**overrides))
    return [
        (each.standard, each.power_type, each.max_power_w)
        for each in station.connectors
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

    assert (station.source, station.source_id) == ("afdc", "1001")
    assert (station.name, station.city, station.country_code) == (
        "City Hall",
        "Albany",
        "US",
    )
    assert station.time_zone == "America/New_York"
    assert station.connectors == (LEVEL_2,)
    assert station.parking_type == "PARKING_GARAGE"
    assert station.house_rules == (
        "How to find it: Behind the fountain\n"
        "Hours as the station states them: 24 hours daily; customers only\n"
        "Price as the station states it: $0.30 per kWh\n"
        "Network: Non-Networked"
    )
    assert (station.is_accessible, station.has_free_parking) == (None, False)
    assert station.not_public == ""


@pytest.mark.parametrize(
    ("columns", "has_free_parking"),
    [
        ({"Facility_Type": "PAY_GARAGE"}, False),
        ({"Facility_Type": "PAY_LOT"}, False),
        ({"Facility_Type": "HOTEL"}, None),
        ({"Facility_Type": "", "EV_Pricing": "Free; parking fee"}, False),
        ({"Facility_Type": "", "Access_Days_Time": "24 hours daily; pay lot"}, False),
        ({"Facility_Type": "", "EV_Pricing": "Free"}, None),
    ],
)
def test_parking_is_only_said_to_cost_where_the_row_says_so(
    columns: dict[str, str], has_free_parking: bool | None
) -> None:
    assert station_of(row(**columns)).has_free_parking is has_free_parking


def test_the_clock_is_that_of_the_place_and_at_sea_that_of_the_state() -> None:
    western_kansas = station_of(row(State="KS", Latitude="39.35", Longitude="-101.71"))
    at_sea = station_of(row(State="CA", Latitude="33.0", Longitude="-130.0"))

    assert western_kansas.time_zone == "America/Denver"
    assert at_sea.time_zone == "America/Los_Angeles"


def test_a_price_outside_the_united_states_is_in_no_known_currency() -> None:
    columns = {"State": "ON", "Country": "CA", "Latitude": "43.65"}
    canadian = station_of(row(**columns, Longitude="-79.38"))

    assert canadian.price.tariff is None
    assert "currency" in canadian.price.refusal
    assert public_of(canadian).price_text == "$0.30 per kWh"


def test_what_strangers_may_not_use_is_no_public_station_but_may_be_offered() -> None:
    private = station_of({**row(), "Access Code": "private"})

    with pytest.raises(RowRefused, match="not open to the public"):
        public_of(private)
    assert listing_of(private, None).command.name == "City Hall"


def test_unknown_plugs_beside_known_ones_are_kept_as_they_are_called() -> None:
    station = station_of(row(EV_Connector_Types="J1772 HYPERPLUG"))

    assert station.connectors == (LEVEL_2,)
    assert station.other_plugs == ("HYPERPLUG",)
    assert public_of(station).standards == ("IEC_62196_T1", "HYPERPLUG")
    assert listing_of(station, None).command.connectors == (LEVEL_2,)
    assert "Further plugs: HYPERPLUG" in listing_of(station, None).command.house_rules


def test_the_power_that_is_only_usual_is_not_told_of_a_public_station() -> None:
    assert public_of(station_of(row())).max_power_w is None


def test_a_very_long_name_is_shortened_rather_than_refused() -> None:
    name = listing_of(station_of(row(Station_Name="x" * 200)), None).command.name

    assert (len(name), name[-1]) == (80, "…")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"ID": ""}, "no numeric ID"),
        ({"ID": "12a"}, "no numeric ID"),
        ({"ID": "9" * 20}, "no numeric ID"),
        ({"State": "ZZ", "Latitude": "33", "Longitude": "-130"}, "no time zone"),
        ({"Latitude": "north"}, "latitude is 'north'"),
        ({"Latitude": "nan", "State": "NY"}, "latitude must lie"),
        ({"Longitude": ""}, "longitude is ''"),
        ({"Longitude": "-200"}, "longitude must lie"),
        ({"Station_Name": " ", "Street_Address": ""}, "Please give a name"),
        ({"Street_Address": ""}, "Please give an address"),
        ({"City": "x" * 90}, "at most 80"),
        ({"EV_Connector_Types": ""}, "no plug that we know"),
        ({"EV_Connector_Types": "HYPERPLUG"}, "'HYPERPLUG'"),
        ({"EV_Pricing": "ask"}, "no price that can be asked .not understood."),
        ({"EV_Pricing": ""}, "no price that can be asked; see --price"),
    ],
)
def test_what_nobody_may_guess_refuses_the_row(
    columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        listing_of(station_of(row(**columns)), None)


def test_a_price_asked_by_default_stands_in_for_one_that_is_not_understood() -> None:
    listing = listing_of(station_of(row(EV_Pricing="ask")), DEFAULT)

    assert (listing.tariff, listing.has_own_price) == (DEFAULT, False)


def test_a_planned_station_and_a_row_that_is_cut_off_are_refused() -> None:
    cut_off: dict[str, Any] = {**row(), "Latitude": None, "Longitude": None}

    with pytest.raises(RowRefused, match="planned"):
        station_of({**row(), "Status Code": "P"})
    with pytest.raises(RowRefused, match="latitude"):
        station_of(cut_off)
