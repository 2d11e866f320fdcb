"""Laws of suggestions: in scale, within limits, energy passed on, targets reached."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pricing.domain.demand import Demand
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.plan import step_towards
from app.pricing.domain.suggestion import suggest
from app.pricing.domain.wish import MarginPerKwh, MonthlyProfit, OwnerWish
from app.pricing.domain.words import why

few = settings(max_examples=8, deadline=None)
money = st.integers(0, 400_000)


def wish_of(**values: object) -> OwnerWish:
    usual: dict[str, object] = {
        "currency": "EUR",
        "power_w": 11_000,
        "electricity": Electricity.flat(30_000),
        "aim": MarginPerKwh(0),
        "ceiling_milli_per_hour": 5_000_000,
        "open_hours": (4.0,) * 168,
    }
    return OwnerWish(**{**usual, **values})  # type: ignore[arg-type]


def demand_of_median(median: float, requests: float = 0.5) -> Demand:
    return Demand(
        requests=(requests,) * 168, median_milli_per_hour=(median,) * 168, sigma=0.6
    )


@given(st.integers(2, 9), st.floats(100_000, 400_000), st.floats(0.1, 4))
@few
def test_prices_scale_with_what_drivers_would_pay(
    factor: int, median: float, requests: float
) -> None:
    one = suggest(wish_of(), demand_of_median(median, requests))
    other = suggest(wish_of(), demand_of_median(factor * median, requests))

    for name in ("reserve_milli_per_hour", "book_now_milli_per_hour"):
        # Each price is rounded to a whole minor unit.
        assert getattr(other, name)[0] == pytest.approx(
            factor * getattr(one, name)[0], abs=1_000 * (factor + 1)
        )


@given(
    st.lists(st.integers(0, 90_000), min_size=24, max_size=24),
    st.integers(10, 100),
    st.integers(0, 50_000),
)
@few
def test_drivers_pay_for_the_energy_what_it_costs_and_the_margin(
    prices: list[int], efficiency: int, margin: int
) -> None:
    wish = wish_of(
        electricity=Electricity.hourly(prices),
        efficiency_percent=efficiency,
        aim=MarginPerKwh(margin),
    )

    found = suggest(wish, demand_of_median(60_000))

    cost = sum(prices) / 24 * 100 / efficiency
    assert cost - 1e-3 <= found.energy_milli_per_kwh - margin < cost + 1
    assert found.energy_milli_per_kwh <= found.billed_energy_milli_per_kwh
    assert found.billed_energy_milli_per_kwh % 100 == 0


@given(st.integers(0, 90_000), st.integers(10, 100), st.floats(0.1, 3))
@few
def test_with_one_price_of_electricity_the_profit_is_the_income_of_time_alone(
    price: int, efficiency: int, requests: float
) -> None:
    wish = wish_of(electricity=Electricity.flat(price), efficiency_percent=efficiency)
    free = wish_of(electricity=Electricity.flat(0))

    found = suggest(wish, demand_of_median(60_000, requests))
    without = suggest(free, demand_of_median(60_000, requests))

    assert found.reserve_milli_per_hour == without.reserve_milli_per_hour
    assert found.expected_minor_a_month == without.expected_minor_a_month


@given(money, money, st.floats(20_000, 300_000), st.sampled_from([0, 3_000, 60_000]))
@few
def test_no_price_leaves_the_limits_and_booking_at_once_is_never_cheaper(
    one: int, other: int, median: float, margin: int
) -> None:
    floor, ceiling = sorted((one, other))
    aims = MarginPerKwh(margin), MonthlyProfit(3_000), MonthlyProfit(10**7)
    for aim in aims:
        wish = wish_of(
            floor_milli_per_hour=floor, ceiling_milli_per_hour=ceiling, aim=aim
        )
        found = suggest(wish, demand_of_median(median))
        for low, high in zip(
            found.reserve_milli_per_hour, found.book_now_milli_per_hour, strict=True
        ):
            assert floor <= low <= high <= ceiling


@given(
    st.floats(0.01, 20),
    st.floats(0.2, 1.4),
    st.sampled_from((60, 120, 480, 720)),
    st.sampled_from((MarginPerKwh(0), MarginPerKwh(9_000), MonthlyProfit(3_000))),
    st.lists(st.integers(0, 90_000), min_size=24, max_size=24),
)
@few
def test_booking_at_once_gets_cheaper_with_less_notice_but_not_than_the_reserve(
    requests: float,
    sigma: float,
    gate_min: int,
    aim: MarginPerKwh | MonthlyProfit,
    electricity: list[int],
) -> None:
    wish = wish_of(
        aim=aim,
        electricity=Electricity.hourly(electricity),
        floor_milli_per_hour=10_000,
        ceiling_milli_per_hour=150_000,
    )
    demand = replace(demand_of_median(60_000, requests), sigma=sigma)

    found = suggest(wish, demand, gate_min)

    tables = (
        found.reserve_milli_per_hour,
        *(each.milli_per_hour for each in found.by_lead),
        found.book_now_milli_per_hour,
    )
    assert found.by_lead[0].below_min == gate_min
    for shorter, longer in pairwise(tables):
        assert all(low <= high for low, high in zip(shorter, longer, strict=True))


@given(st.integers(100, 30_000), st.floats(0.05, 2))
@few
def test_a_reachable_profit_is_expected_and_another_is_called_out_of_reach(
    profit: int, requests: float
) -> None:
    wish = wish_of(aim=MonthlyProfit(profit))

    found = suggest(wish, demand_of_median(60_000, requests))

    if found.reachable:
        assert found.expected_minor_a_month >= profit - 1
        assert found.at_most_minor >= profit - 1
    else:
        assert found.at_most_minor < profit
    assert (
        found.expected_low_minor
        <= found.expected_minor_a_month
        <= found.expected_high_minor
    )


@given(st.sets(st.integers(0, 167), min_size=1, max_size=160))
@few
def test_every_hour_has_one_sentence_and_closed_hours_say_what_they_would_add(
    closed: set[int],
) -> None:
    hours = tuple(0.0 if hour in closed else 4.0 for hour in range(168))

    found = suggest(wish_of(open_hours=hours), demand_of_median(60_000))

    assert {each.hour_of_week for each in found.best_extra_hours} == closed
    gains = [each.gain_minor for each in found.best_extra_hours]
    assert gains == sorted(gains, reverse=True)
    for hour in range(168):
        sentence = why(found, hour)
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0
        assert sentence.startswith("Closed") == (hour in closed)


def test_an_hour_with_dearer_electricity_asks_more() -> None:
    day = [20_000] * 12 + [40_000] * 12

    found = suggest(
        wish_of(electricity=Electricity.hourly(day)), demand_of_median(60_000)
    )

    assert found.reserve_milli_per_hour[20] > found.reserve_milli_per_hour[3]
    assert "its electricity costs €0.61 more" in why(found, 20)
    assert "its electricity costs €0.61 less" in why(found, 3)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=20),
    st.integers(1, 50),
)
@few
def test_a_step_leads_towards_the_suggestion_and_never_too_far(
    pairs: list[tuple[int, int]], percent: int
) -> None:
    current = tuple(old for old, _ in pairs)
    wanted = tuple(new for _, new in pairs)

    moved = step_towards(current, wanted, percent)

    for old, new, at in zip(current, wanted, moved, strict=True):
        assert min(old, new) <= at <= max(old, new)
        assert abs(at - old) * 100 <= old * percent or (old == 0 and at <= 1_000)


def test_the_margin_on_energy_counts_towards_the_price_of_an_hour() -> None:
    plain = suggest(wish_of(), demand_of_median(60_000))
    with_margin = suggest(wish_of(aim=MarginPerKwh(5_000)), demand_of_median(60_000))

    difference = plain.reserve_milli_per_hour[0] - with_margin.reserve_milli_per_hour[0]
    assert difference == pytest.approx(with_margin.margin_milli_per_hour, abs=1_000)
    assert replace(with_margin.wish, aim=MarginPerKwh(0)) == plain.wish
