"""Follow me: where a wish sits, and which wishes can be followed at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.auctions.domain.follow import (
    Option,
    best_place,
    check_another,
    check_wish,
    starts_within,
    waiting_place,
)
from app.auctions.domain.rules import BidRefused
from app.kernel.period import Period
from app.kernel.slots import OffGrid

SIX_PM = datetime(2026, 6, 10, 18, tzinfo=UTC)
EVENING = Period(SIX_PM, SIX_PM + timedelta(hours=5))


def option(**changes):
    values = {
        "evse_id": 1,
        "rank": 0,
        "first_slot": 72,
        "end_slot": 80,
        "reserve_milli": 100_000,
        "displaced_milli": 0,
    }
    return Option(**{**values, **changes})


def test_the_bid_sits_where_it_adds_most():
    cheap = option(evse_id=2, rank=1, reserve_milli=60_000, displaced_milli=30_000)
    dear = option(evse_id=1, reserve_milli=100_000)

    assert best_place([dear, cheap], 150_000) == cheap
    assert cheap.gain_milli(150_000) == 60_000


def test_of_equal_places_the_earliest_then_the_first_named_counts():
    late = option(first_slot=76, end_slot=84)
    second = option(evse_id=2, rank=1)
    first = option(evse_id=3, rank=0)

    assert best_place([late, second, first], 150_000) == first
    assert best_place([late, second], 150_000) == second


def test_a_bid_that_only_equals_what_stands_there_does_not_lead():
    equal = option(displaced_milli=50_000)

    assert best_place([equal], 150_000) is None
    assert waiting_place([equal], 150_000) == equal


def test_without_a_leading_place_it_waits_where_least_is_missing():
    far = option(displaced_milli=90_000)
    near = option(evse_id=2, rank=1, displaced_milli=60_000)

    assert best_place([far, near], 150_000) is None
    assert waiting_place([far, near], 150_000) == near


def test_without_any_option_there_is_no_place():
    assert best_place([], 150_000) is None
    assert waiting_place([], 150_000) is None


def test_two_hours_fit_thirteen_times_between_six_and_eleven():
    found = starts_within(EVENING, 120)

    assert len(found) == 13
    assert found[0].starts_at == SIX_PM
    assert found[-1].ends_at == EVENING.ends_at


def test_a_length_of_the_whole_window_fits_once():
    assert starts_within(EVENING, 300) == (EVENING,)


def test_a_wish_of_two_hours_at_three_chargers_can_be_followed():
    check_wish([3, 1, 2], EVENING, 120)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"charger_ids": []}, "charger_ids"),
        ({"charger_ids": list(range(11))}, "charger_ids"),
        ({"charger_ids": [1, 2, 1]}, "charger_ids"),
        ({"window": Period(SIX_PM, SIX_PM + timedelta(hours=25))}, "ends_at"),
        ({"length_min": 0}, "length_min"),
        ({"length_min": -15}, "length_min"),
        ({"length_min": 100}, "length_min"),
        ({"length_min": 315}, "length_min"),
    ],
)
def test_a_wish_that_cannot_be_followed_is_refused_at_its_field(change, field):
    wish = {"charger_ids": [1, 2], "window": EVENING, "length_min": 120, **change}

    with pytest.raises(BidRefused) as refusal:
        check_wish(**wish)

    assert refusal.value.field == field


def test_a_window_off_the_quarter_hour_is_refused():
    window = Period(SIX_PM, SIX_PM + timedelta(minutes=200))

    with pytest.raises(OffGrid):
        check_wish([1], window, 120)


def test_a_fifth_wish_passes_and_a_sixth_does_not():
    check_another(4)

    with pytest.raises(BidRefused, match="already have 5 wishes"):
        check_another(5)
