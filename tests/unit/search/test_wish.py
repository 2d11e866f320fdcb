"""What a driver may wish for, and what it means for his battery."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.domain import SearchRefused, Wish, reference_car


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"energy_wh": 999}, "kwh"),
        ({"energy_wh": -5_000}, "kwh"),
        ({"energy_wh": 200_001}, "kwh"),
        ({"soc_from": -1}, "soc_from"),
        ({"soc_from": 100, "soc_to": 100}, "soc_from"),
        ({"soc_from": 0, "soc_to": 0}, "soc_to"),
        ({"soc_from": 20, "soc_to": 101}, "soc_to"),
        ({"soc_from": 80, "soc_to": 80}, "soc_to"),
        ({"soc_from": 80, "soc_to": 20}, "soc_to"),
    ],
)
def test_what_no_car_can_take_is_refused(values: dict[str, int], field: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        Wish(**values)

    assert refused.value.field == field


def test_a_wish_for_energy_is_the_same_for_every_car() -> None:
    assert Wish(energy_wh=20_000).energy_of(1) == 20_000


def test_percentages_are_of_the_cars_battery() -> None:
    car = reference_car()

    assert replace(car, wish=Wish(soc_from=50, soc_to=100)).usual_wh == 29_000
    # The usual charge goes from a fifth to four fifths.
    assert replace(car, wish=Wish()).usual_wh == car.usual_wh


@settings(max_examples=200, deadline=None)
@given(
    battery_wh=st.integers(1, 200_000),
    soc_from=st.integers(0, 99),
    more=st.integers(1, 100),
)
def test_percentages_never_ask_for_nothing_nor_for_more_than_the_battery(
    battery_wh: int, soc_from: int, more: int
) -> None:
    wish = Wish(soc_from=soc_from, soc_to=min(100, soc_from + more))

    assert 1 <= wish.energy_of(battery_wh) <= battery_wh
