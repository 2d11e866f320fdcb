"""What rows of our own table and of Open Charge Map become, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.chargers.domain import Connector
from app.cli.stations import ocm, own_csv
from app.cli.stations.station import (
    Listing,
    RowRefused,
    Station,
    listing_of,
    public_of,
)
from app.pricing.domain import Tariff
from app.schedules.domain import ALWAYS
from tests.support.stations import ocm_row, own_row

EURO = Tariff(currency="EUR", energy_milli_per_kwh=45_000, time_milli_per_hour=0)


def offered(**columns: str) -> Listing:
    return listing_of(own_csv.station_of(own_row(**columns)), None)


def of_ocm(**columns: str) -> Station:
    return ocm.station_of(ocm_row(**columns))


def test_a_row_of_our_own_table_becomes_a_charger_with_hours_and_price() -> None:
    listing = offered(plugs="IEC_62196_T2:22:cable;CHADEMO:50", price_hour="1,50")

    assert listing.command.connectors == (
        Connector(
            standard="IEC_62196_T2",
            format="CABLE",
            power_type="AC_3_PHASE",
            max_power_w=22_000,
        ),
        Connector(
            standard="CHADEMO", format="CABLE", power_type="DC", max_power_w=50_000
        ),
    )
    assert listing.command.time_zone == "Europe/Berlin"
    assert listing.command.parking_type == "ON_DRIVEWAY"
    assert len(listing.rules) == 5
    assert listing.tariff == Tariff(
        currency="EUR", energy_milli_per_kwh=39_000, time_milli_per_hour=150_000
    )
    assert (listing.has_own_hours, listing.has_own_price) == (True, True)


def test_what_the_table_says_is_kept_and_the_rest_is_unknown() -> None:
    said = offered(
        time_zone="Europe/Vienna",
        accessible="yes",
        free_parking="no",
        parking_type="on_street",
        access_notes="Ring\ntwice",
        hours="",
    )
    silent = offered()

    assert said.command.time_zone == "Europe/Vienna"
    assert (said.command.is_accessible, said.command.has_free_parking) == (True, False)
    assert said.command.parking_type == "ON_STREET"
    assert said.command.access_notes == "Ring\ntwice"
    assert (said.rules, said.has_own_hours) == (ALWAYS, False)
    assert (silent.command.is_accessible, silent.command.has_free_parking) == (
        None,
        None,
    )


def test_a_row_without_a_price_needs_one_that_is_asked_by_default() -> None:
    station = own_csv.station_of(own_row(price_kwh="", currency=""))

    with pytest.raises(RowRefused, match="see --price"):
        listing_of(station, None)
    assert listing_of(station, EURO).tariff == EURO


def test_a_price_of_zero_that_is_written_down_is_free() -> None:
    assert offered(price_kwh="0").tariff.energy_milli_per_kwh == 0


def test_everyday_names_of_plugs_are_known_and_strange_ones_kept() -> None:
    station = own_csv.station_of(own_row(plugs="Type 2: 11; Moonplug:5"))

    assert [each.standard for each in station.connectors] == ["IEC_62196_T2"]
    assert station.other_plugs == ("Moonplug",)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"id": ""}, "its id is missing"),
        ({"id": "x" * 41}, "longer than 40"),
        ({"id": "a\x07b"}, "invisible character in its id"),
        ({"name": "", "address": ""}, "Please give a name"),
        ({"country_code": "Neverland"}, "choose a country"),
        ({"latitude": "52,5"}, "its latitude is '52,5'"),
        ({"longitude": "181"}, "longitude must lie"),
        ({"latitude": "0", "longitude": "-30"}, "no time zone is known"),
        ({"time_zone": "Berlin"}, "choose a time zone"),
        ({"plugs": ""}, "no plug that we know"),
        ({"plugs": "IEC_62196_T2"}, "write it as"),
        ({"plugs": "IEC_62196_T2:fast"}, "the power in kW"),
        ({"plugs": "IEC_62196_T2:inf"}, "the power in kW"),
        ({"plugs": "IEC_62196_T2:0"}, "the power in kW"),
        ({"plugs": "IEC_62196_T2:200"}, "0.5 and 100 kW"),
        ({"plugs": "IEC_62196_T2:22:rope"}, "neither a cable nor a socket"),
        ({"plugs": "Moonplug:5"}, "no plug that we know: 'Moonplug'"),
        ({"hours": "always"}, "its hours are 'always'"),
        ({"price_kwh": "cheap"}, "its price is 'cheap EUR per kWh': Please give"),
        ({"price_kwh": "-1"}, "cannot be negative"),
        ({"currency": "XXX"}, "choose a currency"),
        ({"parking_type": "SKY"}, "its parking_type is 'SKY'"),
        ({"accessible": "perhaps"}, "not yes or no"),
        ({"house_rules": "bell\x07"}, "invisible character"),
    ],
)
def test_what_cannot_be_right_refuses_the_row(
    columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        offered(**columns)


def test_a_row_of_the_registry_becomes_a_public_station_without_a_guessed_power() -> (
    None
):
    station = public_of(of_ocm())

    assert (station.name, station.operator, station.country_code) == (
        "Kulturbrauerei",
        "Stadtwerke",
        "DE",
    )
    assert station.standards == ("IEC_62196_T2_COMBO", "IEC_62196_T2")
    assert station.max_power_w is None


def test_a_row_of_the_registry_can_be_offered_with_usual_powers_and_a_price() -> None:
    listing = listing_of(of_ocm(), EURO)

    assert [(each.format, each.max_power_w) for each in listing.command.connectors] == [
        ("CABLE", 50_000),
        ("CABLE", 11_000),
    ]
    assert listing.command.time_zone == "Europe/Berlin"
    assert (listing.has_own_price, listing.has_own_hours) == (False, False)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"id": ""}, "no id of letters and digits"),
        ({"id": "7-1"}, "no id of letters and digits"),
        ({"status": "Removed (Decommissioned)"}, "its status is 'Removed"),
        ({"status": "Planned For Future Date"}, "its status is 'Planned"),
        ({"lat": "91"}, "latitude must lie"),
        ({"lon": ""}, "its longitude is ''"),
        ({"country": "Neverland"}, "its country is 'Neverland'"),
        ({"title": "", "address": "", "operator": ""}, "Please give a name"),
        ({"title": "a\x00b"}, "invisible character"),
        ({"connector_types": "a\x1bb"}, "invisible character"),
    ],
)
def test_what_is_gone_or_nowhere_is_no_public_station(
    columns: dict[str, str], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        public_of(of_ocm(**columns))


def test_an_operator_that_nobody_knows_is_none() -> None:
    assert of_ocm(operator="(Unknown Operator)").operator == ""


def test_a_row_of_wrong_types_is_refused_too() -> None:
    broken: dict[str, Any] = dict.fromkeys(ocm_row(), None)

    with pytest.raises(RowRefused):
        ocm.station_of(broken)
    with pytest.raises(RowRefused):
        own_csv.station_of(broken)
