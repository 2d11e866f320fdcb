"""What a charge means for one car."""

from __future__ import annotations

import pytest

from app.pricing.domain import Tariff
from app.search.domain import (
    Car,
    Charge,
    Plug,
    best_plug,
    booked_time_s,
    estimate,
    range_km,
    reference_car,
)

TYPE_2 = Plug("IEC_62196_T2", "AC_3_PHASE", 22_000)
SLOW = Plug("IEC_62196_T2", "AC_1_PHASE", 3_700)
CCS = Plug("IEC_62196_T2_COMBO", "DC", 150_000)
SCHUKO = Plug("DOMESTIC_F", "AC_1_PHASE", 2_300)
ZOE = Car(
    name="Zoe",
    standards=frozenset({"IEC_62196_T2"}),
    max_ac_w=22_000,
    max_dc_w=0,
    battery_wh=52_000,
)
TARIFF = Tariff(
    currency="EUR", energy_milli_per_kwh=40_000, time_milli_per_hour=100_000
)


def test_the_plug_that_fits_wins_over_a_stronger_one_that_does_not() -> None:
    fit = best_plug([CCS, SLOW], ZOE)

    assert fit.plug == SLOW
    assert fit.fits
    assert fit.power_w == 3_700


def test_of_plugs_that_fit_the_fastest_for_the_car_wins() -> None:
    assert best_plug([SLOW, TYPE_2], ZOE).plug == TYPE_2


def test_a_car_draws_no_more_than_it_can() -> None:
    assert best_plug([TYPE_2], reference_car()).power_w == 11_000


def test_a_plug_whose_current_the_car_cannot_take_does_not_fit() -> None:
    adapter = Car(
        name="Odd",
        standards=frozenset({"IEC_62196_T2_COMBO"}),
        max_ac_w=11_000,
        max_dc_w=0,
        battery_wh=50_000,
    )

    fit = best_plug([CCS], adapter)

    assert not fit.fits
    assert fit.power_w == 150_000


def test_a_charger_without_a_plug_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="without a plug"):
        best_plug([], ZOE)


def test_every_plug_fits_a_car_we_do_not_know() -> None:
    car = reference_car()

    assert car.is_reference
    assert all(best_plug([p], car).fits for p in (TYPE_2, CCS, SCHUKO))


def charge_of(*, usual_wh: int, power_w: int, **limits: int | None) -> Charge:
    booked_s = booked_time_s(usual_wh=usual_wh, power_w=power_w, **limits)  # type: ignore[arg-type]
    return estimate(TARIFF, usual_wh=usual_wh, power_w=power_w, booked_s=booked_s)


def test_without_a_time_the_charge_takes_as_long_as_it_needs() -> None:
    charge = charge_of(
        usual_wh=31_200,
        power_w=11_000,
        booked_s=None,
        min_length_s=1800,
        max_length_s=43_200,
    )

    # 31.2 kWh at 11 kW take 2 h 50 min, sold as 3 h: 12.48 + 3.00.
    assert charge.seconds == 3 * 3600
    assert charge.energy_wh == 31_200
    assert charge.total_minor == 1548
    assert charge.per_kwh_minor == 50


def test_the_longest_booking_limits_the_energy() -> None:
    charge = charge_of(
        usual_wh=31_200,
        power_w=2_300,
        booked_s=None,
        min_length_s=1800,
        max_length_s=4 * 3600,
    )

    assert charge.energy_wh == 9_200
    assert charge.seconds == 4 * 3600


def test_the_shortest_booking_is_paid_even_if_the_car_is_full_before() -> None:
    charge = charge_of(
        usual_wh=5_000,
        power_w=22_000,
        booked_s=None,
        min_length_s=7200,
        max_length_s=43_200,
    )

    assert charge.seconds == 7200
    assert charge.total_minor == 200 + 200


def test_a_booked_time_gives_no_more_than_flows_in_it() -> None:
    charge = charge_of(
        usual_wh=31_200,
        power_w=11_000,
        booked_s=3600,
        min_length_s=1800,
        max_length_s=43_200,
    )

    assert charge.energy_wh == 11_000
    assert charge.total_minor == 440 + 100
    assert charge.km == 60


@pytest.mark.parametrize(
    ("energy_wh", "km"),
    [(0, 0), (3_000, 15), (17_400, 95), (22_000, 120), (34_800, 190)],
)
def test_range_is_rounded_as_people_say_it(energy_wh: int, km: int) -> None:
    assert range_km(energy_wh) == km


def test_even_a_tiny_battery_wants_something() -> None:
    scooter = Car(
        name="Toy", standards=frozenset(), max_ac_w=100, max_dc_w=0, battery_wh=1
    )

    assert scooter.usual_wh == 1
