"""Night, day, evening and weekend each have their own spread of values."""

from __future__ import annotations

import math

import pytest

from app.pricing.domain.cold_start import COLD_START
from app.pricing.domain.demand import BLOCKS, BadDemand, Demand
from app.pricing.domain.learning import State, demand_of
from app.schedules.domain import HOURS_A_WEEK

NIGHT, DAY = BLOCKS.index("night"), BLOCKS.index("day")
MONDAY_NOON, MONDAY_3_H = 12, 3


def _after_bids(block: int, spread: float) -> State:
    middle = COLD_START.log_medians[block]
    bids = [(block, middle + sign * spread, 1.0) for sign in (-1, 1)] * 200
    return State().with_bids(bids, COLD_START)


def test_bids_that_differ_little_by_night_leave_the_day_as_it_was() -> None:
    state = _after_bids(NIGHT, 0.3)

    by_night = state.sigma_of(NIGHT, COLD_START)

    assert by_night == pytest.approx(0.3, abs=0.02)
    assert state.sigma_of(DAY, COLD_START) == pytest.approx(state.sigma(COLD_START))


def test_without_any_bid_every_block_has_the_assumed_spread() -> None:
    spreads = [State().sigma_of(block, COLD_START) for block in range(len(BLOCKS))]

    assert spreads == [pytest.approx(COLD_START.sigma)] * len(BLOCKS)


def test_the_demand_of_an_hour_has_the_spread_of_its_block() -> None:
    demand = demand_of(_after_bids(NIGHT, 0.3), COLD_START)

    assert demand.sigma_at(MONDAY_3_H) == pytest.approx(0.3, abs=0.02)
    assert demand.sigma_at(MONDAY_NOON) == pytest.approx(demand.sigma)


def test_one_spread_serves_all_hours_where_no_other_is_known() -> None:
    demand = _demand(sigmas=())

    assert demand.sigma_at(MONDAY_3_H) == demand.sigma


@pytest.mark.parametrize(
    "sigmas",
    [(0.5,), (math.nan,) * HOURS_A_WEEK, (0.5,) * (HOURS_A_WEEK - 1) + (9.0,)],
)
def test_spreads_that_no_formula_bears_are_refused(sigmas: tuple[float, ...]) -> None:
    with pytest.raises(BadDemand):
        _demand(sigmas=sigmas)


def _demand(sigmas: tuple[float, ...]) -> Demand:
    return Demand(
        requests=(1.0,) * HOURS_A_WEEK,
        median_milli_per_hour=(60_000.0,) * HOURS_A_WEEK,
        sigma=0.6,
        sigmas=sigmas,
    )
