"""Plugs, countries, clocks and hours by the words of files."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from app.chargers.domain import Connector
from app.cli.stations import places, plugs, week
from app.cli.stations.places import country_code, zone_at
from app.cli.stations.plugs import connector, plugs_of_titles
from app.cli.stations.station import Hours, RowRefused, degrees, yes_or_no
from app.cli.stations.week import week_of
from app.kernel.connectors import PLUG_NAMES
from app.schedules.domain import ALWAYS, OpeningRule


@pytest.mark.parametrize("module", [places, plugs, week])
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("titles", "country", "standards", "others"),
    [
        ("CCS (Type 2)|Type 2 (Socket Only)", "DE",
         ["IEC_62196_T2_COMBO", "IEC_62196_T2"], []),
        ("Type 2 (Tethered Connector) ", "DE", ["IEC_62196_T2"], []),
        ("  type 2 (socket only)  |CHADEMO", "DE", ["IEC_62196_T2", "CHADEMO"], []),
        ("Tesla (Model S/X)", "US", ["SAE_J3400"], []),
        ("Tesla Supercharger", "DE", ["TESLA_S"], []),
        ("CEE 7/4 - Schuko - Type F|CEE 3 Pin", "DE",
         ["DOMESTIC_F", "IEC_60309_2_single_16"], []),
        ("CEE 5 Pin|XLR Plug (4 pin)", "DE", [], ["CEE 5 Pin", "XLR Plug (4 pin)"]),
        ("Unknown||CHAdeMO|CHAdeMO", "JP", ["CHADEMO"], []),
        ("", "DE", [], []),
    ],
)  # fmt: skip
def test_titles_of_the_registry_become_standards_and_unknown_ones_are_kept(
    titles: str, country: str, standards: list[str], others: list[str]
) -> None:
    found = plugs_of_titles(titles, country)

    assert [each.standard for each in found.connectors] == standards
    assert list(found.others) == others


def test_a_supercharger_gives_direct_current_through_the_same_plug() -> None:
    (fast,) = plugs_of_titles("Tesla Supercharger", "US").connectors
    (slow,) = plugs_of_titles("Tesla (Model S/X)", "US").connectors

    assert (fast.standard, fast.power_type, fast.max_power_w) == (
        "SAE_J3400",
        "DC",
        50_000,
    )
    assert (slow.standard, slow.power_type, slow.max_power_w) == (
        "SAE_J3400",
        "AC_1_PHASE",
        7_200,
    )


@pytest.mark.parametrize(
    ("standard", "power_w", "power_type", "shape"),
    [
        ("IEC_62196_T2", 22_000, "AC_3_PHASE", "SOCKET"),
        ("IEC_62196_T2", 7_400, "AC_1_PHASE", "SOCKET"),
        ("IEC_62196_T2_COMBO", 150_000, "DC", "CABLE"),
        ("IEC_62196_T1", 7_200, "AC_1_PHASE", "CABLE"),
        ("SAE_J3400", 150_000, "DC", "CABLE"),
        ("SAE_J3400", 11_000, "AC_1_PHASE", "CABLE"),
        ("IEC_60309_2_three_16", 11_000, "AC_3_PHASE", "SOCKET"),
        ("DOMESTIC_F", 2_300, "AC_1_PHASE", "SOCKET"),
        ("NEMA_14_50", 9_600, "AC_1_PHASE", "SOCKET"),
    ],
)
def test_what_a_standard_and_a_power_mean(
    standard: str, power_w: int, power_type: str, shape: str
) -> None:
    assert connector(standard, power_w) == Connector(
        standard=standard, format=shape, power_type=power_type, max_power_w=power_w
    )


def test_every_plug_we_know_has_a_usual_power_that_can_be_listed() -> None:
    for standard in PLUG_NAMES:
        usual = plugs.usual_connector(standard)

        assert 1_000 <= usual.max_power_w <= 50_000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"), ("deu", "DE"), ("Germany", "DE"), ("UNITED STATES", "US"),
        ("Cote d'Ivoire", "CI"), ("Korea, Republic of", "KR"), ("Kosovo", "XK"),
        ("Neverland", "Neverland"), ("", ""),
    ],
)  # fmt: skip
def test_countries_are_known_by_codes_and_names(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [
        (40.71, -74.0, "America/New_York"),
        (28.1, -15.4, "Atlantic/Canary"),
        (0.0, -30.0, ""),
        (91.0, 0.0, ""),
        (float("nan"), 0.0, ""),
        (90.0, 0.0, ""),
    ],
)
def test_a_place_on_land_tells_its_clock(lat: float, lon: float, zone: str) -> None:
    assert zone_at(lat, lon) == zone


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("24/7", ALWAYS),
        ("08:00-18:00", tuple(OpeningRule(day, 480, 1080) for day in range(1, 8))),
        ("Mo 00:00-24:00", (OpeningRule(1, 0, 1440),)),
        ("Sa-Mo 22:00-06:00",
         tuple(OpeningRule(day, 1320, 360) for day in (1, 6, 7))),
        ("mo,we-th 08:00-12:15; Mo 14:00-18:00",
         (OpeningRule(1, 480, 735), OpeningRule(1, 840, 1080),
          OpeningRule(3, 480, 735), OpeningRule(4, 480, 735))),
    ],
)  # fmt: skip
def test_our_own_notation_of_a_week(text: str, rules: tuple[OpeningRule, ...]) -> None:
    assert week_of(text) == Hours(text, rules)


@pytest.mark.parametrize(
    "text",
    ["always", "Mo-Fr 8-18", "Mo-Fr 08:00-18:07", "Mo 25:00-26:00", "Mo 24:00-06:00",
     "Xx 08:00-18:00", "Mo 08:00-18:00;", "08:75-18:00"],
)  # fmt: skip
def test_hours_in_another_notation_refuse_the_row(text: str) -> None:
    with pytest.raises(RowRefused):
        week_of(text)


@pytest.mark.parametrize("value", ["", "north", None, True, [], {}])
def test_no_coordinate_is_no_coordinate(value: object) -> None:
    with pytest.raises(RowRefused, match="its latitude is"):
        degrees(value, "latitude")


def test_a_whole_number_beyond_all_floats_is_no_coordinate() -> None:
    with pytest.raises(RowRefused):
        degrees(10**5000, "latitude")


@pytest.mark.parametrize(
    ("text", "meant"), [("", None), ("Yes", True), ("1", True), ("no", False)]
)
def test_yes_and_no(text: str, meant: bool | None) -> None:
    assert yes_or_no(text, "accessible") is meant


def test_maybe_is_neither_yes_nor_no() -> None:
    with pytest.raises(RowRefused, match="accessible is 'maybe'"):
        yes_or_no("maybe", "accessible")
