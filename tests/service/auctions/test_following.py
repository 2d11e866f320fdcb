"""Follow me: one bid at a time, at the best place, until the wish is met or ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.service import (
    BidRefused,
    NotWhileLeading,
    Standing,
)
from app.kernel.errors import DomainError, NotFound
from app.kernel.events import EventBus
from tests.support.factories_auctions import (
    EVENING,
    buy,
    evening,
    make_auction,
    make_bid,
)
from tests.support.factories_chargers import make_charger
from tests.support.factories_follow import a_follow, counts

TWO_HOURS_BEFORE = EVENING - timedelta(hours=2)


@pytest.fixture(autouse=True)
def no_mails(app: Flask) -> None:
    """Time is claimed without a booking here, so nobody above may look for one."""
    app.extensions["plugbid_events"] = EventBus()


def test_a_wish_sits_at_the_cheapest_of_its_chargers(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    dear = make_auction(hanna, now=now, reserve=90_000)
    cheap = make_auction(hanna, now=now, reserve=40_000)

    made = service.start_follow(a_follow(dario, dear, cheap), now=now)

    assert made.bid is not None
    assert made.bid.charger_id == cheap.id
    assert made.bid.standing is Standing.LEADING
    assert made.bid.follow_id == made.id
    assert service.follow_for(dario.id, made.code) == made
    assert service.follows_of(dario.id) == (made,)


def test_a_wish_takes_the_first_time_of_its_window_that_nobody_wants(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(nell, charger, 18, 20, 900, now=now)

    made = service.start_follow(
        a_follow(dario, charger, window=evening(18, 23)), now=now
    )

    assert made.bid is not None
    assert made.bid.period == evening(20, 22)


def test_a_double_click_makes_one_wish_and_one_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    first = service.start_follow(a_follow(dario, charger), now=now)
    second = service.start_follow(a_follow(dario, charger), now=now)

    assert first == second
    assert counts() == (1, 1)
    with pytest.raises(BidRefused, match="another wish"):
        service.start_follow(a_follow(dario, charger, maximum_minor=425), now=now)


def test_a_withdrawn_wish_takes_its_bid_back(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(a_follow(dario, charger), now=now)

    ended = service.withdraw_follow(bidder_id=dario.id, code=made.code, now=now)
    again = service.withdraw_follow(bidder_id=dario.id, code=made.code, now=now)

    assert ended == again
    assert ended.state == "WITHDRAWN"
    assert ended.bid is not None
    assert ended.bid.state == "WITHDRAWN"
    assert service.tick(now=now) == 0


def test_a_leading_wish_can_only_be_withdrawn_in_its_first_ten_minutes(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(a_follow(dario, charger), now=now)

    with pytest.raises(NotWhileLeading):
        service.withdraw_follow(
            bidder_id=dario.id, code=made.code, now=now + timedelta(minutes=10)
        )

    assert service.follow_for(dario.id, made.code).is_active


def test_a_wish_without_a_bid_can_be_withdrawn(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(a_follow(dario, charger), now=now)
    buy(charger, evening(18, 20), now=now)

    ended = service.withdraw_follow(bidder_id=dario.id, code=made.code, now=now)

    assert ended.state == "WITHDRAWN"


def test_nell_may_not_see_or_withdraw_a_wish(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(a_follow(dario, charger), now=now)

    assert service.follows_of(nell.id) == ()
    with pytest.raises(NotFound):
        service.follow_for(nell.id, made.code)
    with pytest.raises(NotFound):
        service.withdraw_follow(bidder_id=nell.id, code=made.code, now=now)


def test_a_wish_counts_once_in_what_its_driver_may_have_open(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    service.start_follow(a_follow(dario, first, second, maximum_minor=49_600), now=now)

    with pytest.raises(BidRefused, match="add up to") as refusal:
        make_bid(dario, second, 18, 20, 420, now=now)

    assert refusal.value.field == "maximum"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"length_min": 100}, "length_min"),
        ({"maximum_minor": 0}, "maximum"),
        ({"maximum_minor": 10**30}, "maximum"),
        ({"currency": "USD"}, "currency"),
        ({"vehicle_id": 999}, "vehicle_id"),
        ({"energy_cap_wh": 0}, "energy_cap_wh"),
        ({"window": evening(6, 8)}, "starts_at"),
        ({"idempotency_key": ""}, None),
        ({"idempotency_key": "x" * 65}, None),
    ],
)
def test_a_wish_that_cannot_be_followed_leaves_nothing(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    changes: dict[str, Any],
    field: str | None,
) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(DomainError) as refusal:
        service.start_follow(a_follow(dario, charger, **changes), now=now)

    assert refusal.value.field == field
    assert counts() == (0, 0)


def test_a_charger_that_takes_no_bids_is_left_out_unless_it_is_the_only_one(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    fixed = make_charger(hanna, now=now)
    auctioned = make_auction(hanna, now=now)

    made = service.start_follow(a_follow(dario, fixed, auctioned), now=now)

    assert made.bid is not None
    assert made.bid.charger_id == auctioned.id
    with pytest.raises(BidRefused, match="fixed price"):
        service.start_follow(a_follow(dario, fixed, idempotency_key="w2"), now=now)


def test_a_host_cannot_follow_the_own_charger(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(BidRefused, match="your own charger"):
        service.start_follow(a_follow(hanna, charger), now=now)


def test_a_wish_keeps_off_times_its_driver_bids_for_already(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)

    made = service.start_follow(
        a_follow(dario, charger, window=evening(18, 23)), now=now
    )

    assert made.bid is not None
    assert made.bid.period == evening(20, 22)


def test_when_a_gate_has_closed_the_wish_takes_the_next_place(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    # A price alert is in nobody's way, but its gate is due: no bids at this moment.
    make_bid(nell, charger, 18, 18.5, 5, now=now)

    made = service.start_follow(
        a_follow(dario, charger, window=evening(18, 22)), now=TWO_HOURS_BEFORE
    )

    assert made.bid is not None
    assert made.bid.period == evening(18.25, 20.25)


def test_a_window_whose_gates_have_all_closed_is_refused(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(nell, charger, 18, 18.5, 5, now=now)

    with pytest.raises(BidRefused, match="open and free for that long"):
        service.start_follow(a_follow(dario, charger), now=TWO_HOURS_BEFORE)

    assert counts() == (0, 1)


def test_a_driver_has_at_most_five_wishes_at_a_time(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = [
        service.start_follow(
            a_follow(
                dario,
                charger,
                window=evening(hour, hour + 1),
                length_min=60,
                idempotency_key=f"wish-{hour}",
            ),
            now=now,
        )
        for hour in range(13, 18)
    ]
    sixth = a_follow(dario, charger, idempotency_key="wish-6")

    with pytest.raises(BidRefused, match="already have 5 wishes"):
        service.start_follow(sixth, now=now)
    service.withdraw_follow(bidder_id=dario.id, code=made[0].code, now=now)
    last = service.start_follow(sixth, now=now)

    assert last.is_active
    assert counts() == (6, 6)
