"""Laws of the formulas: virtual values, the auction's value, and booking at once."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pricing.domain.book_now import (
    auction_value,
    book_now,
    late_price,
    late_value,
    reserve,
)
from app.pricing.domain.profit import Income
from app.pricing.domain.values import (
    MAX_SIGMA,
    MIN_SIGMA,
    density,
    myerson,
    price_for,
    survival,
    virtual_value,
)

sigmas = st.floats(MIN_SIGMA, MAX_SIGMA)
usual_sigmas = st.floats(0.2, 1.4)
numbers = st.floats(0.01, 50)
few = settings(max_examples=60, deadline=None)


@given(st.floats(-3, 200), sigmas)
@few
def test_the_virtual_value_of_the_price_for_a_cost_is_the_cost(
    cost: float, sigma: float
) -> None:
    price = price_for(cost, sigma)

    assert virtual_value(price, sigma) == pytest.approx(cost, rel=1e-6, abs=1e-9)


@given(st.floats(-8, 30), st.floats(0.001, 3), sigmas)
@few
def test_the_virtual_value_grows_with_the_price(
    spreads: float, more: float, sigma: float
) -> None:
    price, dearer = math.exp(sigma * spreads), math.exp(sigma * (spreads + more))

    assert virtual_value(price, sigma) < virtual_value(dearer, sigma)


def test_nobody_sells_below_what_nearly_everybody_would_pay() -> None:
    assert virtual_value(1e-9, 0.05) == -math.inf
    assert (survival(0.0, 0.6), density(0.0, 0.6)) == (1.0, 0.0)


@given(st.floats(0.05, 20), usual_sigmas)
@few
def test_the_virtual_value_is_the_price_less_the_inverse_hazard(
    price: float, sigma: float
) -> None:
    normal = NormalDist(0, sigma)
    chance = density(price, sigma)

    assert chance == pytest.approx(normal.pdf(math.log(price)) / price, rel=1e-9)
    if survival(price, sigma) > 1e-12 and chance > 1e-300:
        expected = price - survival(price, sigma) / chance
        assert virtual_value(price, sigma) == pytest.approx(expected, rel=1e-6)


@given(usual_sigmas, st.floats(0.05, 20), st.floats(0.3, 3))
@few
def test_the_best_lowest_price_is_the_same_however_many_come(
    sigma: float, requests: float, other: float
) -> None:
    best = myerson(sigma)
    income = Income(requests, sigma)

    assert income.at(best) >= income.at(best * other) * (1 - 1e-4)


@given(usual_sigmas, numbers, st.floats(-0.5, 3), st.floats(0.1, 10))
@few
def test_what_an_auction_brings_grows_ever_more_slowly(
    sigma: float, requests: float, cost: float, more: float
) -> None:
    values = [auction_value(requests + n * more, cost, sigma) for n in range(3)]

    assert values[0] <= values[1] <= values[2]
    assert values[2] - values[1] < values[1] - values[0] + 1e-12


@given(usual_sigmas, numbers, st.floats(0.1, 10))
@few
def test_posted_prices_bring_ever_more_slowly_and_never_more_than_bids(
    sigma: float, requests: float, more: float
) -> None:
    values = [late_value(requests + n * more, 0.0, sigma) for n in range(3)]

    assert values[0] < values[1] < values[2]
    assert values[2] - values[1] <= (values[1] - values[0]) * (1 + 1e-9)
    assert auction_value(requests, 0.0, sigma) >= values[0]


@given(usual_sigmas, numbers, st.floats(-0.5, 3), st.floats(1.01, 4))
@few
def test_booking_at_once_costs_no_less_than_the_reserve_and_more_where_more_come(
    sigma: float, requests: float, cost: float, factor: float
) -> None:
    price = book_now(requests, cost, sigma)

    assert price >= reserve(cost, sigma) >= cost
    assert book_now(requests * factor, cost, sigma) >= price


@given(st.floats(0.0, 3), st.floats(0.0, 3), st.floats(0.05, 5), sigmas)
@settings(max_examples=40, deadline=None)
def test_a_cost_is_a_head_start_on_the_same_curve_of_late_values(
    one: float, more: float, requests: float, sigma: float
) -> None:
    cost = late_value(one, 0.0, sigma)

    # Cost 0 after this many requests is worth what a start at that cost is.
    assert late_value(more, cost, sigma) == pytest.approx(
        late_value(one + more, 0.0, sigma), rel=1e-6, abs=1e-9
    )
    assert late_value(0.0, cost, sigma) == pytest.approx(cost, abs=1e-9)
    assert late_price(requests, cost, sigma) >= late_price(requests, 0.0, sigma)
    gain = late_value(more, -0.5, sigma)
    assert -0.5 - 1e-9 <= gain <= late_value(more, 0.0, sigma) + 1e-9


@given(usual_sigmas, numbers)
@few
def test_the_late_price_rises_with_those_still_to_come(
    sigma: float, requests: float
) -> None:
    assert late_price(requests * 1.5, 0.0, sigma) >= late_price(requests, 0.0, sigma)
    assert late_value(0.0, 0.0, sigma) == 0
    assert late_price(0.0, 0.0, sigma) == pytest.approx(0.8 * myerson(sigma), rel=1e-9)
