"""Cars that can be, and cars that cannot; and the list of common models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.accounts.car_models import CAR_MODELS, find_car_model
from app.accounts.domain import BadVehicle, SaveVehicle, check_vehicle

ZOE = SaveVehicle(
    name="Zoe",
    standards=("IEC_62196_T2",),
    max_ac_w=22_000,
    max_dc_w=0,
    battery_wh=52_000,
)


def test_an_ordinary_car_passes_unchanged() -> None:
    assert check_vehicle(ZOE) is ZOE


def test_a_car_with_only_a_fast_plug_needs_no_ac_power() -> None:
    car = replace(ZOE, standards=("CHADEMO",), max_ac_w=0, max_dc_w=50_000)

    assert check_vehicle(car) is car


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"standards": ()}, "standards"),
        ({"standards": ("IEC_62196_T2", "HYPERLOOP")}, "standards"),
        ({"max_ac_w": -1}, "max_ac_w"),
        ({"max_ac_w": 1_000_001}, "max_ac_w"),
        ({"max_dc_w": -1}, "max_dc_w"),
        ({"battery_wh": 999}, "battery_wh"),
        ({"battery_wh": 1_000_001}, "battery_wh"),
        ({"max_ac_w": 0}, "max_ac_w"),
        ({"standards": ("IEC_62196_T2_COMBO",)}, "max_dc_w"),
    ],
)
def test_a_car_that_cannot_be_is_refused_with_its_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(BadVehicle) as refused:
        check_vehicle(replace(ZOE, **change))  # type: ignore[arg-type]

    assert refused.value.field == field


@pytest.mark.parametrize("model", CAR_MODELS, ids=lambda model: model.slug)
def test_every_common_model_is_a_car_that_can_be(model) -> None:
    check_vehicle(
        SaveVehicle(
            name=model.name,
            standards=model.standards,
            max_ac_w=model.max_ac_w,
            max_dc_w=model.max_dc_w,
            battery_wh=model.battery_wh,
        )
    )

    assert find_car_model(model.slug) is model


def test_an_unknown_model_is_none() -> None:
    assert find_car_model("delorean") is None
