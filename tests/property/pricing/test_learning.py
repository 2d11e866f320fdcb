"""Laws of learning: between what was assumed and what was seen, in any order."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.pricing.domain.cold_start import COLD_START
from app.pricing.domain.demand import BLOCKS
from app.pricing.domain.learning import HALF_LIFE_WEEKS, State, demand_of, prior_from

few = settings(max_examples=50, deadline=None)
middle = COLD_START.log_medians[0]
bids = st.lists(
    st.tuples(
        st.integers(0, len(BLOCKS) - 1),
        st.floats(middle - 1.5, middle + 1.5),
        st.floats(0.1, 1.0),
    ),
    min_size=1,
    max_size=30,
)
counts = st.dictionaries(st.integers(0, 167), st.floats(0, 40), min_size=1, max_size=20)


@given(counts, st.floats(0.5, 60))
@few
def test_the_expected_requests_lie_between_assumption_and_sight(
    seen: dict[int, float], weeks: float
) -> None:
    state = State().watched(weeks, seen)
    assumed = state.volume(COLD_START)

    for hour, number in enumerate(state.requests(COLD_START)):
        prior, rate = assumed * COLD_START.requests[hour], seen.get(hour, 0) / weeks
        low, high = sorted((prior, rate))
        assert low - 1e-9 <= number <= high + 1e-9


@given(bids)
@few
def test_the_expected_value_lies_between_assumption_and_bids(
    seen: list[tuple[int, float, float]],
) -> None:
    state = State().with_bids(seen, COLD_START)

    for block in range(len(BLOCKS)):
        logs = [log_bid for at, log_bid, _ in seen if at == block] or [middle]
        found = state.log_median(block, COLD_START)
        assert min(middle, *logs) - 1e-9 <= found <= max(middle, *logs) + 1e-9


@given(bids, counts, st.randoms(use_true_random=False))
@few
def test_without_forgetting_the_order_does_not_matter(
    seen: list[tuple[int, float, float]], wanted: dict[int, float], draw: object
) -> None:
    shuffled = list(seen)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]

    one = State().with_bids(seen, COLD_START).watched(2.0, wanted)
    other = State().watched(2.0, wanted).with_bids(shuffled, COLD_START)

    for block in range(len(BLOCKS)):
        assert one.log_median(block, COLD_START) == pytest.approx(
            other.log_median(block, COLD_START)
        )
    assert one.sigma(COLD_START) == pytest.approx(other.sigma(COLD_START))
    assert one.requests(COLD_START) == pytest.approx(other.requests(COLD_START))


@given(bids, counts)
@few
def test_what_is_old_counts_half_after_eight_weeks(
    seen: list[tuple[int, float, float]], wanted: dict[int, float]
) -> None:
    state = State().with_bids(seen, COLD_START).watched(3.0, wanted)

    faded = state.after(HALF_LIFE_WEEKS)

    assert faded.weeks == pytest.approx(state.weeks / 2)
    assert faded.counts == pytest.approx(tuple(each / 2 for each in state.counts))
    assert [each.weight for each in faded.blocks] == pytest.approx(
        [each.weight / 2 for each in state.blocks]
    )
    assert state.after(4).after(4).counts == pytest.approx(faded.counts)


@given(st.floats(-2, 2), st.integers(0, 3))
@few
def test_who_takes_a_price_is_worth_more_and_who_declines_less(
    away: float, block: int
) -> None:
    state, price = State(), middle + away

    taken = state.with_answer(block, price, is_yes=True, prior=COLD_START)
    declined = state.with_answer(block, price, is_yes=False, prior=COLD_START)

    before = state.log_median(block, COLD_START)
    assert declined.log_median(block, COLD_START) < before
    assert taken.log_median(block, COLD_START) > before
    assert taken.blocks[block].hint_weight > 0
    assert taken.sigma(COLD_START) == state.sigma(COLD_START)


def test_a_surprising_answer_teaches_more_than_an_expected_one() -> None:
    def moved(price: float, *, is_yes: bool) -> float:
        state = State().with_answer(0, price, is_yes=is_yes, prior=COLD_START)
        return abs(state.log_median(0, COLD_START) - middle)

    assert moved(middle + 1, is_yes=True) > 5 * moved(middle - 1, is_yes=True)
    assert moved(middle - 1, is_yes=False) > 5 * moved(middle + 1, is_yes=False)


def test_answers_to_many_prices_lead_to_the_true_median() -> None:
    draw = random.Random(5)
    truth, state = middle + 0.7, State()
    for _ in range(1_500):
        price = middle + draw.uniform(-1, 2)
        says_yes = draw.gauss(truth, 0.6) >= price
        state = state.with_answer(1, price, is_yes=says_yes, prior=COLD_START)

    assert state.log_median(1, COLD_START) == pytest.approx(truth, abs=0.06)


def test_many_bids_lead_to_the_true_median_and_spread() -> None:
    draw = random.Random(6)
    seen = [(2, draw.gauss(middle + 0.5, 0.9), 1.0) for _ in range(3_000)]

    state = State()
    for first in range(0, len(seen), 50):
        state = state.with_bids(seen[first : first + 50], COLD_START)

    assert state.log_median(2, COLD_START) == pytest.approx(middle + 0.5, abs=0.06)
    assert state.sigma(COLD_START) == pytest.approx(0.9, abs=0.06)


def test_one_absurd_bid_counts_no_more_than_a_rare_one() -> None:
    wild = State().with_bids([(0, middle + 50, 1.0)], COLD_START)

    assert wild.log_median(0, COLD_START) <= middle + 3 * 0.6 / 11 + 1e-9


def test_a_region_teaches_values_to_its_cells_and_a_state_survives_storage() -> None:
    region = State().with_bids([(0, middle + 1, 1.0)] * 30, COLD_START)

    prior = prior_from(region, COLD_START)
    demand = demand_of(State.from_dict(region.as_dict()), prior, scale=2.0)

    assert prior.log_medians[0] > middle
    assert prior.requests == COLD_START.requests
    assert demand.median_milli_per_hour[3] > 2 * math.exp(prior.log_medians[0])
    assert State.from_dict(region.as_dict()) == region
