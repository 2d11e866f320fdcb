"""Which descriptions of a charger are accepted, and where each reason is shown."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from app.chargers.domain import (
    MAX_CONNECTORS,
    Connector,
    ListingRefused,
    Photo,
    check_connector,
    check_listing,
    is_time_zone,
    small_key,
)
from app.kernel.connectors import PLUG_NAMES
from app.kernel.geo import Point
from tests.support.factories_chargers import TYPE_2, listing
from tests.support.factories_chargers import charger_view as charger

CCS = Connector(
    standard="IEC_62196_T2_COMBO", format="CABLE", power_type="DC", max_power_w=50_000
)


def test_an_ordinary_charger_is_accepted_and_gives_its_true_point() -> None:
    assert check_listing(listing()) == Point(52.5384, 13.4098)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "  ", "name"),
        ("name", "x" * 81, "80"),
        ("name", "a\0b", "invisible"),
        ("name", "a\nb", "invisible"),
        ("address", "", "address"),
        ("address", "x" * 121, "120"),
        ("city", "", "town"),
        ("city", "x" * 81, "80"),
        ("postal_code", "x" * 17, "16"),
        ("access_notes", "x" * 2001, "2000"),
        ("access_notes", "\ud800", "invisible"),
        ("house_rules", "a\0", "invisible"),
        ("country_code", "Germany", "country"),
        ("country_code", "de", "country"),
        ("time_zone", "", "time zone"),
        ("time_zone", "Europe/Atlantis", "time zone"),
        ("time_zone", "../../etc/passwd", "time zone"),
        ("time_zone", "localtime", "time zone"),
        ("parking_type", "MOON", "where the car stands"),
        ("booking_mode", "SOMETIMES", "at once or on request"),
        ("latitude", math.nan, "latitude"),
        ("latitude", 90.5, "latitude"),
        ("longitude", math.inf, "longitude"),
        ("longitude", -181.0, "longitude"),
        ("min_length_min", 0, "quarter hours"),
        ("min_length_min", 20, "quarter hours"),
        ("min_length_min", 1455, "quarter hours"),
        ("max_length_min", 15, "not shorter"),
        ("max_length_min", 100, "quarter hours"),
        ("max_length_min", 1455, "24 h"),
        ("lead_min", -1, "between 0 and"),
        ("lead_min", 10081, "between 0 and"),
        ("horizon_days", 0, "between 1 and 28"),
        ("horizon_days", 29, "between 1 and 28"),
        ("buffer_min", -5, "between 0 and 120"),
        ("buffer_min", 121, "between 0 and 120"),
    ],
)
def test_each_fault_is_refused_at_its_own_field(
    field: str, value: Any, words: str
) -> None:
    with pytest.raises(ListingRefused, match=words) as refusal:
        check_listing(replace(listing(), **{field: value}))

    assert refusal.value.field == field
    assert refusal.value.status == 422


def test_more_notice_than_horizon_could_never_be_booked() -> None:
    command = listing(lead_min=24 * 60, horizon_days=1)

    with pytest.raises(ListingRefused, match="notice") as refusal:
        check_listing(command)

    assert refusal.value.field == "horizon_days"


def test_notes_may_have_several_lines_and_any_script() -> None:
    check_listing(
        listing(access_notes="Ring\r\nat Müller\t2. OG", name="充電器\u00a0⚡ №1")
    )


def test_a_charger_has_between_one_and_six_plugs() -> None:
    for count in (0, MAX_CONNECTORS + 1):
        with pytest.raises(ListingRefused, match="plugs") as refusal:
            check_listing(listing(connectors=(TYPE_2,) * count))
        assert refusal.value.field == "standard"
    check_listing(listing(connectors=(TYPE_2,) * MAX_CONNECTORS))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"standard": "NACS"}, "standard", "list"),
        ({"standard": ""}, "standard", "list"),
        ({"format": "WIRELESS"}, "format", "socket or a cable"),
        ({"power_type": "XC"}, "power_type", "AC or DC"),
        ({"power_type": "DC"}, "power_type", "Type 2 carries AC only"),
        ({"max_power_w": 0}, "max_power_w", "0.5 and 100 kW"),
        ({"max_power_w": 499}, "max_power_w", "0.5"),
        ({"max_power_w": 100_001}, "max_power_w", "100 kW"),
        ({"max_power_w": -3}, "max_power_w", "0.5"),
    ],
)
def test_a_plug_that_cannot_be_is_refused(
    change: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ListingRefused, match=words) as refusal:
        check_connector(replace(TYPE_2, **change))

    assert refusal.value.field == field


def test_a_dc_plug_carries_dc_only_and_up_to_a_megawatt() -> None:
    check_connector(replace(CCS, max_power_w=1_000_000))
    with pytest.raises(ListingRefused, match="CCS 2 carries DC only"):
        check_connector(replace(CCS, power_type="AC_3_PHASE"))
    with pytest.raises(ListingRefused, match="1000 kW"):
        check_connector(replace(CCS, max_power_w=1_000_001))


def test_the_north_american_plug_carries_both() -> None:
    nacs = replace(TYPE_2, standard="SAE_J3400")

    check_connector(replace(nacs, power_type="AC_1_PHASE"))
    check_connector(replace(nacs, power_type="DC"))


def test_every_plug_of_the_list_can_be_offered() -> None:
    for standard in PLUG_NAMES:
        kinds = [
            power_type
            for power_type in ("AC_1_PHASE", "DC")
            if _accepts(replace(TYPE_2, standard=standard, power_type=power_type))
        ]
        assert kinds


def _accepts(connector: Connector) -> bool:
    try:
        check_connector(connector)
    except ListingRefused:
        return False
    return True


def test_only_real_time_zones_can_be_computed_with() -> None:
    assert is_time_zone("Australia/Lord_Howe")
    assert not is_time_zone("Factory")


def test_a_photo_knows_the_name_of_its_small_version() -> None:
    photo = Photo(key="abcd1234.jpg", width_px=4, height_px=3)

    assert photo.small_key == small_key("abcd1234.jpg") == "abcd1234s.jpg"


def test_the_strongest_plug_counts_and_without_plugs_there_is_no_power() -> None:
    both = charger(connectors=(TYPE_2, CCS))

    assert both.max_power_w == 50_000
    assert charger().max_power_w == 0


def test_only_a_published_charger_in_working_order_can_be_booked() -> None:
    assert charger().is_bookable
    assert not charger(listing_state="PAUSED").is_bookable
    assert not charger(is_inoperative=True).is_bookable


def test_only_a_charger_on_request_asks_its_owner_first() -> None:
    assert not charger().asks_first
    assert charger(booking_mode="REQUEST").asks_first


@pytest.mark.parametrize(
    ("mode", "written", "needed"),
    [("INSTANT", 0, 0), ("REQUEST", 0, 60), ("REQUEST", 15, 60), ("REQUEST", 120, 120)],
)
def test_on_request_there_is_an_hour_to_answer(
    mode: str, written: int, needed: int
) -> None:
    assert listing(booking_mode=mode, lead_min=written).notice_min == needed


def test_a_day_ahead_for_a_day_leaves_no_hour_to_answer() -> None:
    same_day = listing(horizon_days=1, max_length_min=24 * 60)

    check_listing(same_day)
    with pytest.raises(ListingRefused, match="nothing could ever be booked"):
        check_listing(replace(same_day, booking_mode="REQUEST"))
