"""What may be bid: amounts, times, limits, and taking a bid back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.auctions.domain import rules
from app.auctions.domain.gates import BidClosed
from app.auctions.domain.rules import (
    BidRefused,
    BidState,
    BidTaken,
    NotWhileLeading,
    Standing,
)
from app.kernel.errors import DomainError
from app.kernel.period import Period
from tests.support.factories_bookings import car
from tests.support.factories_chargers import TYPE_2, charger_view

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
TWO_HOURS = Period(NOON, NOON + timedelta(hours=2))


def after(begin_min: int, end_min: int) -> Period:
    return Period(
        NOON + timedelta(minutes=begin_min), NOON + timedelta(minutes=end_min)
    )


@pytest.mark.parametrize(
    ("changes", "bidder_id", "words"),
    [
        ({}, 1, "your own charger"),
        ({"listing_state": "PAUSED"}, 2, "no bids at the moment"),
        ({"listing_state": "ARCHIVED"}, 2, "no bids at the moment"),
        ({"is_inoperative": True}, 2, "out of service"),
    ],
)
def test_a_charger_that_takes_no_bids_says_why(
    changes: dict[str, Any], bidder_id: int, words: str
) -> None:
    with pytest.raises(BidRefused, match=words):
        rules.check_offered(charger_view(**changes), bidder_id)


def test_anybody_else_may_bid_even_unknown() -> None:
    rules.check_offered(charger_view(), 2)
    rules.check_offered(charger_view(), None)


@pytest.mark.parametrize(
    ("period", "changes", "field"),
    [
        (after(1, 60), {}, "starts_at"),
        (after(0, 61), {}, "ends_at"),
        (after(-120, 60), {}, "starts_at"),
        (after(0, 60), {"lead_min": 240}, "starts_at"),
        (after(0, 15), {}, "ends_at"),
        (after(0, 721 + 14), {}, "ends_at"),
        (after(27 * 1440, 27 * 1440 + 60), {"horizon_days": 27}, "ends_at"),
    ],
)
def test_a_time_that_is_not_sold_is_refused_at_its_field(
    period: Period, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        rules.check_times(period, charger_view(**changes), NOW)

    assert refused.value.field == field


def test_a_time_that_begins_at_this_instant_is_too_late() -> None:
    with pytest.raises(BidRefused, match="already begun"):
        rules.check_times(TWO_HOURS, charger_view(), NOON)


def test_a_sellable_time_passes() -> None:
    rules.check_times(TWO_HOURS, charger_view(), NOW)
    rules.check_open(TWO_HOURS, [TWO_HOURS])


def test_a_time_partly_closed_is_refused() -> None:
    with pytest.raises(BidRefused, match="closed during part"):
        rules.check_open(TWO_HOURS, [after(0, 60), after(75, 120)])


@pytest.mark.parametrize("amount", [True, 4.2, float("nan"), "420", None])
def test_only_a_whole_number_is_an_amount(amount: Any) -> None:
    with pytest.raises(BidRefused, match="give an amount"):
        rules.check_maximum(amount, TWO_HOURS, "EUR")


@pytest.mark.parametrize("amount", [-1, 0, 4])
def test_less_than_the_smallest_bid_is_refused(amount: int) -> None:
    with pytest.raises(BidRefused, match="smallest bid is €0.05"):
        rules.check_maximum(amount, TWO_HOURS, "EUR")


def test_a_thousand_an_hour_is_the_most() -> None:
    assert rules.check_maximum(200_000, TWO_HOURS, "EUR") == 200_000
    assert rules.check_maximum(2_000, TWO_HOURS, "JPY") == 2_000
    with pytest.raises(BidRefused, match="€1,000.00 an hour"):
        rules.check_maximum(200_001, TWO_HOURS, "EUR")
    with pytest.raises(BidRefused, match="¥1,000 an hour"):
        rules.check_maximum(2_001, TWO_HOURS, "JPY")


def test_a_bid_is_in_the_charger_s_currency() -> None:
    rules.check_currency("EUR", "EUR")
    with pytest.raises(BidRefused, match="paid in EUR"):
        rules.check_currency("USD", "EUR")


def test_limits_per_bidder_count_the_new_bid() -> None:
    limits: dict[str, Any] = {"maximum_minor": 100, "currency": "EUR"}

    rules.check_room(open_bids=19, exposure_minor=49_900, **limits)
    with pytest.raises(BidRefused, match="20 bids open"):
        rules.check_room(open_bids=20, exposure_minor=0, **limits)
    with pytest.raises(BidRefused, match="€0.99 of it is left"):
        rules.check_room(open_bids=0, exposure_minor=49_901, **limits)
    with pytest.raises(BidRefused, match="€0.00 of it is left"):
        rules.check_room(open_bids=0, exposure_minor=60_000, **limits)


def test_room_in_the_book_is_counted_apart_for_bids_and_alerts() -> None:
    rules.check_space(eligible=999, alerts=1_000, is_alert=False)
    rules.check_space(eligible=1_000, alerts=999, is_alert=True)
    with pytest.raises(BidRefused, match="more bids than"):
        rules.check_space(eligible=1_000, alerts=0, is_alert=False)
    with pytest.raises(BidRefused, match="more price alerts"):
        rules.check_space(eligible=0, alerts=1_000, is_alert=True)


@pytest.mark.parametrize(
    ("decides_in_min", "grace_min"), [(60, 10), (15, 10), (9, 4), (5, 0), (1, 0)]
)
def test_the_grace_ends_after_ten_minutes_or_before_late_changes_count(
    decides_in_min: int, grace_min: int
) -> None:
    decides_at = NOW + timedelta(minutes=decides_in_min)

    ends = rules.grace_ends(NOW, decides_at, has_stepped_back=False)

    assert ends == NOW + timedelta(minutes=grace_min)
    assert rules.grace_ends(NOW, decides_at, has_stepped_back=True) == NOW


@pytest.mark.parametrize("cap_wh", [0, -1, 10_000_001])
def test_an_impossible_limit_of_energy_is_refused(cap_wh: int) -> None:
    with pytest.raises(BidRefused) as refused:
        rules.check_energy_cap(cap_wh)

    assert refused.value.field == "energy_cap_wh"


def test_a_limit_of_energy_is_a_choice() -> None:
    rules.check_energy_cap(None)
    rules.check_energy_cap(10_000)


def test_raising_goes_by_steps_and_lowering_goes_down() -> None:
    rules.check_raise(420, 425, "EUR")
    rules.check_lower(420, 419, "EUR")
    with pytest.raises(BidRefused, match="at least €4.25"):
        rules.check_raise(420, 424, "EUR")
    with pytest.raises(BidRefused, match="under €4.20"):
        rules.check_lower(420, 420, "EUR")


def test_what_has_ended_or_is_due_is_not_changed() -> None:
    rules.check_undecided(BidState.PENDING, NOON, NOW)
    with pytest.raises(BidClosed, match="has ended"):
        rules.check_undecided(BidState.LOST, NOON, NOW)
    with pytest.raises(BidClosed, match="being decided"):
        rules.check_undecided(BidState.PENDING, NOON, NOON)


def test_a_leading_bid_is_bound_after_ten_minutes() -> None:
    rules.check_step_back(Standing.LEADING, NOON, NOW)
    rules.check_step_back(Standing.OUTBID, NOW, NOON)
    rules.check_step_back(Standing.ALERT, NOW, NOON)
    rules.check_step_back(None, NOW, NOON)
    with pytest.raises(NotWhileLeading, match="only raise it"):
        rules.check_step_back(Standing.LEADING, NOON, NOON)


def test_a_taken_time_is_a_conflict_at_the_start() -> None:
    taken = BidTaken()

    assert (taken.status, taken.field) == (409, "starts_at")


def test_the_power_is_what_plug_and_car_share() -> None:
    charger = charger_view(
        connectors=(TYPE_2, replace(TYPE_2, max_power_w=3_700, standard="SAE_J1772"))
    )

    assert rules.power_w(charger, None) == 11_000
    assert rules.power_w(charger, car(max_ac_w=7_400)) == 7_400


def test_a_car_without_its_plug_is_refused_with_the_plugs_there_are() -> None:
    charger = charger_view(connectors=(TYPE_2,))

    with pytest.raises(BidRefused, match="does not fit: this charger has Type 2"):
        rules.power_w(charger, car(standards=("CHADEMO",)))
