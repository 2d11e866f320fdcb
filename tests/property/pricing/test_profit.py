"""Laws of income and of the target: right on average, least markup, honest limits."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pricing.domain.profit import (
    Hour,
    Income,
    likely_share,
    monthly,
    occupancy,
    reach,
)
from app.pricing.domain.values import myerson

hours = st.lists(
    st.builds(
        Hour,
        often=st.floats(0.5, 5),
        requests=st.floats(0.05, 4),
        median=st.floats(20_000, 200_000),
        sigma=st.just(0.6),
        cost=st.floats(-10_000, 20_000),
        lowest=st.just(0.0),
        highest=st.just(1e9),
    ),
    min_size=1,
    max_size=6,
)
few = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize(
    ("sigma", "requests", "price"),
    [(0.6, 1.0, 0.82), (0.4, 3.0, 0.0), (1.0, 2.0, 1.35), (0.8, 0.4, 0.5)],
)
def test_the_income_is_what_many_drawn_auctions_bring_on_average(
    sigma: float, requests: float, price: float
) -> None:
    draw = random.Random(7)
    rounds, total = 60_000, 0.0
    for _ in range(rounds):
        # Bidders of one hour, in a Poisson number: gaps add up to at most one.
        bids, gap = [], draw.expovariate(requests)
        while gap < 1:
            bids.append(draw.lognormvariate(0, sigma))
            gap += draw.expovariate(requests)
        best, second = [*sorted(bids, reverse=True), 0.0, 0.0][:2]
        total += max(price, second) if best >= price else 0.0

    assert Income(requests, sigma).at(price) == pytest.approx(total / rounds, abs=8e-3)


@given(hours, st.floats(0.01, 0.99))
@few
def test_the_smallest_share_that_reaches_the_target_is_found(
    week: list[Hour], part: float
) -> None:
    curves = [hour.income() for hour in week]
    least, most = monthly(week, 0.0, curves), monthly(week, 1.0, curves)
    target = least + part * (most - least)

    found = reach(week, target)

    assert found.is_reachable
    assert found.expected >= target
    if found.share > 1e-6:
        assert monthly(week, found.share - 1e-6, curves) < target
    assert 0 <= found.share <= 1


@given(hours, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@few
def test_a_higher_target_takes_no_smaller_share(
    week: list[Hour], one: float, other: float
) -> None:
    most = reach(week, math.inf).at_most

    low, high = sorted((one * most, other * most))

    assert reach(week, low).share <= reach(week, high).share


@given(hours, st.floats(1.001, 3))
@few
def test_a_target_beyond_the_best_prices_is_called_unreachable(
    week: list[Hour], factor: float
) -> None:
    most = reach(week, math.inf).at_most

    found = reach(week, max(most, 1.0) * factor)

    assert not found.is_reachable
    assert (found.share, found.expected) == (1.0, found.at_most)
    assert reach(week, most).is_reachable


@given(hours, st.floats(0.3, 3))
@few
def test_no_other_price_of_an_hour_brings_more_than_its_best(
    week: list[Hour], factor: float
) -> None:
    for hour in week:
        income = Income(hour.requests, hour.sigma)

        best = hour.profit(hour.best_price, income)

        assert hour.profit(hour.best_price * factor, income) <= best + 1e-3 * abs(best)


@given(st.floats(0.5, 400))
@few
def test_the_likely_range_lies_around_the_mean_and_narrows(shape: float) -> None:
    low, high = (likely_share(shape, is_high=each) for each in (False, True))

    assert 0 <= low < 1 < high
    assert likely_share(2 * shape, is_high=True) < high


def test_the_range_of_a_gamma_variable_is_met_by_drawing_it() -> None:
    draw = random.Random(3)
    drawn = sorted(draw.gammavariate(4, 0.25) for _ in range(40_000))

    assert likely_share(4, is_high=False) == pytest.approx(drawn[4_000], abs=0.02)
    assert likely_share(4, is_high=True) == pytest.approx(drawn[36_000], abs=0.02)


def test_the_example_of_the_documentation_comes_out() -> None:
    week = [
        Hour(often, requests, 60_000.0, 0.6, 0.0, 0.0, 1e9)
        for often, requests in ((60, 1.5), (150, 0.6), (200, 0.2))
    ]

    modest, bold = reach(week, 2_000_000), reach(week, 6_000_000)

    assert (modest.share, modest.is_reachable) == (0.0, True)
    assert modest.expected == pytest.approx(2_650_000, rel=0.01)
    assert not bold.is_reachable
    assert bold.at_most == pytest.approx(5_930_000, rel=0.01)
    assert week[0].price_at(bold.share) == pytest.approx(49_200, rel=0.01)


@given(st.floats(0.05, 5), st.floats(0.2, 1.4))
@few
def test_an_hour_is_sold_at_most_for_sure_and_less_often_at_a_higher_price(
    requests: float, sigma: float
) -> None:
    best = myerson(sigma)

    assert 0 < occupancy(best * 1.2, requests, sigma) < occupancy(best, requests, sigma)
    assert occupancy(0.0, requests, sigma) == pytest.approx(1 - math.exp(-requests))


def test_at_a_price_that_nobody_pays_nothing_is_earned() -> None:
    assert Income(2.0, 0.6).at(1e9) == 0
    assert Income(2.0, 0.6, above=1e8).at(1e9) == 0
