"""Wishes, plans, demand, observations: what is refused, and what survives storage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.kernel.geo import Point
from app.pricing.domain.cold_start import COLD_START, scale_of, usual_milli_per_hour
from app.pricing.domain.demand import BLOCKS, BadDemand, Demand, block_of
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.learning import State
from app.pricing.domain.observation import BadObservation, Observation, learned
from app.pricing.domain.plan import BadPlan, check_gate, step_towards
from app.pricing.domain.wish import BadWish, MarginPerKwh, MonthlyProfit, OwnerWish

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
BERLIN = Point(52.5384, 13.4098)


def wish_of(**values: Any) -> OwnerWish:
    usual: dict[str, Any] = {
        "currency": "EUR",
        "power_w": 11_000,
        "electricity": Electricity.flat(30_000),
        "aim": MarginPerKwh(5_000),
        "ceiling_milli_per_hour": 300_000,
        "open_hours": (4.0,) * 168,
    }
    return OwnerWish(**{**usual, **values})


def seen(**values: Any) -> Observation:
    usual: dict[str, Any] = {
        "at": NOON,
        "person": "dario",
        "place": BERLIN,
        "hours": (18, 19),
        "kind": "WANTED",
        "currency": "EUR",
        "power_w": 7_200,
    }
    return Observation(**{**usual, **values})


def test_a_wish_counts_by_the_share_of_an_hour_it_takes() -> None:
    half = seen(hours=(18, 19), shares=(0.5, 1.0))
    searched = seen(hours=(18,), shares=(0.25,))
    other = seen(person="nell", hours=(18,), shares=(0.75,))

    state = learned(State(), COLD_START, [half, searched, other], 1.0)

    assert state.counts[18] == 0.5 + 0.75
    assert state.counts[19] == 1.0
    assert sum(state.counts) == 2.25


def test_a_bid_counts_in_each_block_by_the_time_it_takes_there() -> None:
    # From 15:45 to 16:30: a quarter of an hour by day, two in the evening.
    bid = seen(hours=(15, 16), shares=(0.25, 0.5), kind="BID", milli_per_hour=50_000)

    state = learned(State(), COLD_START, [bid], 1.0)

    day, evening = (state.blocks[BLOCKS.index(each)] for each in ("day", "evening"))
    assert (day.weight, evening.weight) == pytest.approx((1 / 3, 2 / 3))


@pytest.mark.parametrize(
    "values", [{"shares": (1.0,)}, {"shares": (0.0, 1.0)}, {"shares": (0.5, 1.5)}]
)
def test_shares_that_cannot_be_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadObservation):
        seen(**values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"power_w": 0}, "power_w"),
        ({"efficiency_percent": 5}, "efficiency_percent"),
        ({"floor_milli_per_hour": -1}, "floor"),
        ({"floor_milli_per_hour": 400_000}, "floor"),
        ({"ceiling_milli_per_hour": 10**12}, "ceiling"),
        ({"own_cost_milli_per_hour": -1}, "own_cost"),
        ({"electricity": Electricity.flat(10**12)}, "electricity"),
        ({"aim": MarginPerKwh(-1)}, "margin"),
        ({"aim": MonthlyProfit(0)}, "profit"),
        ({"aim": MonthlyProfit(10**12)}, "profit"),
        ({"open_hours": (4.0,) * 167}, "open_hours"),
        ({"open_hours": (float("nan"),) * 168}, "open_hours"),
        ({"open_hours": (6.0,) * 168}, "open_hours"),
    ],
)
def test_a_wish_that_nobody_can_mean_is_refused_at_its_field(
    values: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadWish) as refused:
        wish_of(**values)

    assert refused.value.field == field


def test_a_wish_survives_storage() -> None:
    for wish in (wish_of(), wish_of(aim=MonthlyProfit(6_000))):
        assert OwnerWish.from_dict(wish.as_dict()) == wish
    assert wish_of().margin_milli_per_kwh == 5_000
    assert wish_of(aim=MonthlyProfit(6_000)).margin_milli_per_kwh == 0
    assert wish_of(aim=MonthlyProfit(6_000)).profit_minor == 6_000
    assert wish_of().profit_minor is None


def test_bids_are_decided_one_to_twelve_hours_before() -> None:
    assert check_gate(60) == 60
    for gate in (59, 721):
        with pytest.raises(BadPlan):
            check_gate(gate)


def test_steps_need_two_tables_of_one_length() -> None:
    with pytest.raises(BadPlan):
        step_towards((1, 2), (1,))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"requests": (1.0,) * 167}, "requests"),
        ({"requests": (-1.0,) * 168}, "requests"),
        ({"requests": (float("inf"),) * 168}, "requests"),
        ({"requests": (1e6,) * 168}, "requests"),
        ({"median_milli_per_hour": (0.0,) * 168}, "median_milli_per_hour"),
        ({"sigma": 2.0}, "sigma"),
        ({"sigma": float("nan")}, "sigma"),
        ({"spread": 0.0}, "spread"),
    ],
)
def test_a_demand_that_no_formula_can_bear_is_refused(
    values: dict[str, Any], field: str
) -> None:
    usual: dict[str, Any] = {
        "requests": (0.5,) * 168,
        "median_milli_per_hour": (60_000.0,) * 168,
        "sigma": 0.6,
    }

    with pytest.raises(BadDemand) as refused:
        Demand(**{**usual, **values})

    assert refused.value.field == field


def test_each_hour_of_the_week_belongs_to_one_block() -> None:
    names = [BLOCKS[block_of(hour)] for hour in range(168)]

    assert [names.count(each) for each in BLOCKS] == [56, 50, 30, 32]


@pytest.mark.parametrize(
    "values",
    [
        {"hours": ()},
        {"hours": (168,)},
        {"currency": "XXX"},
        {"power_w": 0},
        {"kind": "BID"},
        {"milli_per_hour": 5},
    ],
)
def test_what_cannot_have_been_seen_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadObservation):
        seen(**values)


def test_a_person_counts_once_a_day_for_an_hour() -> None:
    same = [seen(), seen(hours=(19, 20)), seen(at=NOON.replace(hour=13))]
    other = [seen(person="nell"), seen(at=NOON.replace(day=11))]

    state = learned(State(), COLD_START, [*same, *other], 1.0)

    assert [state.counts[hour] for hour in (17, 18, 19, 20)] == [0, 3, 3, 1]
    assert state.weeks == 1.0


def test_only_the_last_bid_of_a_day_counts_and_by_its_hours_in_each_block() -> None:
    bids = [
        seen(kind="BID", milli_per_hour=90_000, hours=(14, 15, 16, 17)),
        seen(
            kind="BID",
            milli_per_hour=120_000,
            hours=(14, 15, 16, 17),
            at=NOON.replace(hour=14),
        ),
    ]

    state = learned(State(), COLD_START, bids, 0.0)

    assert [each.weight for each in state.blocks] == [0, 0.5, 0.5, 0]
    assert state.blocks[1].total == pytest.approx(0.5 * bids[1].log_value)


def test_answers_teach_the_block_that_holds_most_of_their_hours() -> None:
    taken = seen(kind="TAKEN", milli_per_hour=90_000, hours=(15, 16, 17))
    declined = seen(kind="DECLINED", milli_per_hour=30_000, hours=(2, 3), person="n")

    state = learned(State(), COLD_START, [taken, declined], 0.0)

    assert [each.hint_weight > 0 for each in state.blocks] == [True, False, True, False]
    assert state.log_median(2, COLD_START) > COLD_START.log_medians[2]
    assert state.log_median(0, COLD_START) < COLD_START.log_medians[0]


def test_a_price_of_nothing_teaches_no_value() -> None:
    free = [
        seen(kind="BID", milli_per_hour=0),
        seen(kind="TAKEN", milli_per_hour=0),
    ]

    state = learned(State(), COLD_START, free, 0.0)

    assert all(each.weight == each.hint_weight == 0 for each in state.blocks)


def test_drivers_who_could_choose_from_many_are_shared_out() -> None:
    alone = learned(State(), COLD_START, [seen()], 1.0)
    among_ten = learned(State(), COLD_START, [seen()], 1.0, chargers=10)

    assert among_ten.requests(COLD_START)[18] < alone.requests(COLD_START)[18]


def test_values_are_assumed_by_currency_and_power() -> None:
    assert usual_milli_per_hour("EUR", 7_200) == pytest.approx(60_000)
    assert usual_milli_per_hour("EUR", 11_000) > usual_milli_per_hour("EUR", 7_200)
    assert scale_of("DKK", 7_200) == 7.5
