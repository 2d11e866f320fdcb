"""What OCPI Locations become: one station an EVSE, or a refusal with its reason."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.chargers.domain import Connector
from app.cli.stations.ocpi import stations_of
from app.cli.stations.ocpi_hours import hours_of
from app.cli.stations.station import (
    Hours,
    RowRefused,
    Station,
    listing_of,
    public_of,
)
from app.config import ROOT
from app.pricing.domain import Tariff
from app.schedules.domain import ALWAYS, OpeningRule
from tests.support.stations import location

EURO = Tariff(currency="EUR", energy_milli_per_kwh=45_000, time_milli_per_hour=0)
DATA = Path(os.environ.get("PLUGBID_DATA") or ROOT.parent / "shared" / "data") / "ocpi"


def evse(uid: str, **overrides: Any) -> dict[str, Any]:
    return {**location()["evses"][0], "uid": uid, **overrides}


def plug(**overrides: Any) -> dict[str, Any]:
    return {**location()["evses"][0]["connectors"][0], **overrides}


def only(**overrides: Any) -> Station:
    (station,) = stations_of(location(**overrides))
    assert isinstance(station, Station), station
    return station


def refusal(**overrides: Any) -> str:
    (outcome,) = stations_of(location(**overrides))
    assert isinstance(outcome, RowRefused)
    return str(outcome)


def test_a_location_with_one_evse_becomes_one_charger() -> None:
    station = only()
    listing = listing_of(station, EURO)

    assert (station.source, station.source_id) == ("ocpi:DEABC", "E1")
    assert (station.name, station.country_code) == ("Am Park", "DE")
    assert (station.latitude, station.longitude) == (52.5301, 13.3847)
    assert listing.command.connectors == (
        Connector(
            standard="IEC_62196_T2",
            format="SOCKET",
            power_type="AC_3_PHASE",
            max_power_w=11_040,
        ),
    )
    assert (listing.rules, listing.has_own_hours) == (ALWAYS, True)
    assert (listing.tariff, listing.has_own_price) == (EURO, False)
    assert public_of(station).max_power_w == 11_040


def test_several_evses_become_several_chargers_with_names_of_their_own() -> None:
    evses = [evse("E1", physical_reference="B1"), evse("E2"), "x", evse("")]

    first, second, third, fourth = stations_of(location(evses=evses))

    assert isinstance(first, Station)
    assert isinstance(second, Station)
    assert [first.name, second.name] == ["Am Park · B1", "Am Park · 2"]
    assert [first.source_id, second.source_id] == ["E1", "E2"]
    assert str(third) == "EVSE 3: its EVSE is not an object"
    assert "EVSE 4: its uid is missing" in str(fourth)


@pytest.mark.parametrize(
    ("connector", "power_w"),
    [
        ({"max_electric_power": 22000}, 22_000),
        ({"power_type": "AC_1_PHASE"}, 3_680),
        ({"power_type": "AC_2_PHASE"}, 3_680),
        ({"max_voltage": 400, "power_type": "DC", "standard": "CHADEMO"}, 6_400),
        ({"max_electric_power": True}, 11_040),
        ({"max_electric_power": -5}, 11_040),
    ],
)
def test_power_is_what_is_stated_or_follows_from_volts_and_amperes(
    connector: dict[str, Any], power_w: int
) -> None:
    station = only(evses=[evse("E1", connectors=[plug(**connector)])])

    assert station.connectors[0].max_power_w == power_w


def test_plugs_that_cannot_be_listed_are_kept_by_name() -> None:
    plugs = [
        plug(),
        plug(standard="GBT_DC", power_type="DC"),
        plug(standard="MOONPLUG", power_type="LIGHT"),
        plug(standard="NEMA_5_20", max_voltage=None),
        plug(standard=7),
        "x",
    ]
    station = only(evses=[evse("E1", connectors=plugs)])

    assert [each.standard for each in station.connectors] == ["IEC_62196_T2", "GBT_DC"]
    assert station.other_plugs == ("MOONPLUG", "NEMA_5_20")
    rules = listing_of(station, EURO).command.house_rules
    assert "Further plugs: GBT_DC, MOONPLUG, NEMA_5_20" in rules


def test_a_space_kept_for_disabled_drivers_is_said_in_either_version() -> None:
    older = only(evses=[evse("E1", parking_restrictions=["DISABLED"])])
    newer = only(
        evses=[evse("E1", parking=["P1"])],
        parking_places=[{"id": "P1", "vehicle_types": ["DISABLED"]}, "x"],
    )
    other = only(
        evses=[evse("E1", parking=["P2"])],
        parking_places=[{"id": "P1", "vehicle_types": ["DISABLED"]}],
    )

    assert (older.is_accessible, newer.is_accessible) == (True, True)
    assert "disability permit" in newer.house_rules
    assert other.is_accessible is None
    assert older.has_free_parking is None


def test_what_its_operator_does_not_publish_may_be_offered_but_not_shown() -> None:
    station = only(publish=False, name=None)

    assert station.name == "Parkweg 3"
    assert listing_of(station, EURO).command.name == "Parkweg 3"
    with pytest.raises(RowRefused, match="does not want it published"):
        public_of(station)


def test_the_clock_follows_from_the_place_where_it_is_not_said() -> None:
    assert only(time_zone=None).time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"country_code": None}, "country_code and party_id"),
        ({"party_id": "ABCDEFGH"}, "country_code and party_id"),
        ({"evses": None}, "no EVSEs"),
        ({"evses": []}, "no EVSEs"),
        ({"coordinates": None}, "no coordinates"),
        ({"coordinates": {"latitude": "x", "longitude": "1"}}, "latitude is 'x'"),
        ({"coordinates": {"latitude": 1.5}}, "longitude is 'missing'"),
        ({"coordinates": {"latitude": 95, "longitude": 1}}, "latitude must lie"),
    ],
)
def test_a_location_without_a_place_or_a_party_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(RowRefused, match=reason):
        list(stations_of(location(**changes)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "REMOVED"}, "its status is REMOVED"),
        ({"status": "PLANNED"}, "its status is PLANNED"),
        ({"uid": "x" * 41}, "longer than 40"),
    ],
)
def test_an_evse_that_is_gone_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert reason in refusal(evses=[{**evse("E1"), **changes}])


def regular(*hours: Any) -> dict[str, Any]:
    return {"twentyfourseven": False, "regular_hours": list(hours)}


def hour(weekday: Any, begin: Any, end: Any) -> dict[str, Any]:
    return {"weekday": weekday, "period_begin": begin, "period_end": end}


@pytest.mark.parametrize(
    ("times", "rules"),
    [
        ({"twentyfourseven": True}, ALWAYS),
        (regular(hour(1, "08:00", "20:00")), (OpeningRule(1, 480, 1200),)),
        (regular(hour(5, "20:00", "02:00")), (OpeningRule(5, 1200, 120),)),
        (regular(hour(7, "08:10", "23:59")), (OpeningRule(7, 495, 1440),)),
    ],
)
def test_opening_times_become_weekly_windows(
    times: dict[str, Any], rules: tuple[OpeningRule, ...]
) -> None:
    assert hours_of(times).rules == rules


@pytest.mark.parametrize("times", [None, [], "x", {}, {"regular_hours": 5}, regular()])
def test_no_opening_times_are_neither_taken_nor_refused(times: Any) -> None:
    assert hours_of(times) == Hours()


@pytest.mark.parametrize(
    "entry",
    ["x", hour(0, "08:00", "20:00"), hour("1", "08:00", "20:00"), hour(1, 8, 20),
     hour(1, "08:75", "20:00"), hour(1, "25:00", "26:00"), hour(1, "09:01", "09:14"),
     hour(1, "08:00", "08:00"), hour(1, "23:59", "24:00")],
)  # fmt: skip
def test_opening_times_with_one_odd_entry_are_refused_whole(entry: Any) -> None:
    said = hours_of(regular(hour(2, "08:00", "20:00"), entry))

    assert said.rules is None
    assert said.refusal == "not understood"
    assert said.text.startswith("Tu 08:00-20:00; ")


@pytest.mark.skipif(
    not DATA.exists(), reason=f"the OCPI examples are not there: {DATA} (PLUGBID_DATA)"
)
def test_the_examples_of_the_specification_become_chargers() -> None:
    files = ("location_example.json", "location_example_uc5_home_charge_point.json")
    gent, home = (
        list(stations_of(json.loads((DATA / name).read_text()))) for name in files
    )

    names = [each.name for each in gent if isinstance(each, Station)]
    assert names == ["Gent Zuid · 1", "Gent Zuid · 2"]
    (driveway,) = home
    assert isinstance(driveway, Station)
    assert listing_of(driveway, EURO).command.parking_type == "ON_DRIVEWAY"
    assert driveway.connectors[0].max_power_w == 1_840
