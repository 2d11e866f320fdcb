"""Raising, lowering and withdrawing: always forward, back only while nobody relies."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.happenings import Raised
from app.auctions.domain.replay import replay
from app.auctions.models import FollowRow
from app.auctions.service import (
    BidClosed,
    BidRefused,
    BidState,
    NotWhileLeading,
    Standing,
    changing,
)
from app.database import writing
from app.kernel.errors import NotFound
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    decide,
    evening,
    kinds,
    log_entries,
    make_auction,
    make_bid,
    set_plan,
)

GATE = EVENING - timedelta(hours=2)
GRACE = timedelta(minutes=10)


def test_raising_takes_the_lead_and_seals_the_new_maximum(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 500, now=now)

    raised = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=505, now=now
    )

    assert raised.standing is Standing.LEADING
    assert raised.commitment != bid.commitment
    (event,) = [
        each.event for each in log_entries(charger) if isinstance(each.event, Raised)
    ]
    assert (event.maximum, event.commitment) == (505_000, raised.commitment)
    replay(log_entries(charger))


def test_raising_to_the_same_again_changes_nothing(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    again = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=420, now=now
    )

    assert again == bid
    assert kinds(charger) == ["BID", "RESERVE"]


def test_an_alert_that_is_raised_to_the_reserve_takes_part(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 75, now=now)

    raised = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=80, now=now
    )

    assert raised.standing is Standing.LEADING
    assert kinds(charger)[-1] == "RESERVE"


@pytest.mark.parametrize("maximum_minor", [419, 424, 10**30, True])
def test_raising_by_less_than_a_step_or_absurdly_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime, maximum_minor: int
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    with pytest.raises(BidRefused) as refused:
        service.raise_bid(
            bidder_id=dario.id, code=bid.code, maximum_minor=maximum_minor, now=now
        )

    assert refused.value.field == "maximum"
    assert service.bid_for(dario.id, bid.code) == bid


def test_raising_counts_against_the_limit_of_all_open_bids(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 20, 22, 49_000, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    with pytest.raises(BidRefused, match="€10.00 of it is left"):
        service.raise_bid(
            bidder_id=dario.id, code=bid.code, maximum_minor=1_001, now=now
        )

    raised = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=1_000, now=now
    )
    assert raised.maximum_minor == 1_000


def test_a_leading_bid_may_go_back_only_in_its_first_ten_minutes(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    lowered = service.lower_bid(
        bidder_id=dario.id,
        code=bid.code,
        maximum_minor=300,
        now=now + GRACE - timedelta(seconds=1),
    )
    with pytest.raises(NotWhileLeading):
        service.lower_bid(
            bidder_id=dario.id, code=bid.code, maximum_minor=200, now=now + GRACE
        )
    with pytest.raises(NotWhileLeading):
        service.withdraw(bidder_id=dario.id, code=bid.code, now=now + GRACE)

    assert lowered.maximum_minor == 300
    assert service.bid_for(dario.id, bid.code).maximum_minor == 300


def test_who_is_outbid_may_go_back_at_any_time(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    make_bid(nell, charger, 18, 20, 500, now=now)

    service.lower_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=100, now=now + GRACE
    )
    gone = service.withdraw(bidder_id=dario.id, code=bid.code, now=now + GRACE)

    assert gone.state is BidState.WITHDRAWN
    assert gone.is_seen
    assert kinds(charger)[-1] == "WITHDRAW"


def test_lowering_must_go_down(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    with pytest.raises(BidRefused, match="must be under"):
        service.lower_bid(bidder_id=dario.id, code=bid.code, maximum_minor=421, now=now)


def test_withdrawing_lets_the_next_one_lead(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    other = make_bid(nell, charger, 18, 20, 300, now=now)

    service.withdraw(bidder_id=dario.id, code=bid.code, now=now)

    assert service.bid_for(nell.id, other.code).standing is Standing.LEADING


def test_withdrawing_twice_is_withdrawing_once(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    first = service.withdraw(bidder_id=dario.id, code=bid.code, now=now)

    assert service.withdraw(bidder_id=dario.id, code=bid.code, now=now) == first
    assert kinds(charger).count("WITHDRAW") == 1


def test_nell_may_not_touch_the_bids_of_others(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    with pytest.raises(NotFound):
        service.raise_bid(bidder_id=nell.id, code=bid.code, maximum_minor=500, now=now)
    with pytest.raises(NotFound):
        service.withdraw(bidder_id=nell.id, code=bid.code, now=now)
    with pytest.raises(NotFound):
        service.bid_for(nell.id, bid.code)
    assert service.bids_of(nell.id, now) == ()


def test_at_the_gate_nothing_is_changed_any_more(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    with pytest.raises(BidClosed, match="being decided"):
        service.raise_bid(
            bidder_id=dario.id, code=bid.code, maximum_minor=500, now=GATE
        )
    with pytest.raises(BidClosed, match="being decided"):
        service.withdraw(bidder_id=dario.id, code=bid.code, now=GATE)


def test_a_decided_bid_is_not_changed_any_more(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    decide(now=GATE)

    with pytest.raises(BidClosed, match="has ended"):
        service.raise_bid(
            bidder_id=dario.id, code=bid.code, maximum_minor=500, now=GATE
        )


def test_what_waits_for_the_last_call_may_be_raised_until_then(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 75, now=now)
    decide(now=GATE)

    raised = service.raise_bid(
        bidder_id=dario.id, code=bid.code, maximum_minor=90, now=GATE
    )
    decide(now=EVENING - timedelta(minutes=30))

    assert raised.standing is Standing.LEADING
    assert service.bid_for(dario.id, bid.code).state is BidState.WON


def test_at_a_charger_that_went_back_to_a_fixed_price_nothing_is_raised(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, mode="FIXED")

    with pytest.raises(BidRefused, match="fixed price now"):
        service.raise_bid(bidder_id=dario.id, code=bid.code, maximum_minor=500, now=now)

    gone = service.withdraw(bidder_id=dario.id, code=bid.code, now=now)
    assert gone.state is BidState.WITHDRAWN


def test_the_bid_of_a_wish_is_changed_through_the_wish(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    period = evening(18, 20)
    with writing() as work:
        follow = FollowRow(
            code="FOLLOWMEEE",
            bidder_id=dario.id,
            evse_ids=[charger.id],
            window_starts_at=period.starts_at,
            window_ends_at=period.ends_at,
            length_min=120,
            maximum_minor=420,
            currency="EUR",
            state="ACTIVE",
            created_at=now,
            idempotency_key="follow",
        )
        work.session.add(follow)
        work.session.flush()
        follow_id = follow.id
    bid = service.place(a_wish(dario, charger, follow_id=follow_id), now)

    with pytest.raises(BidRefused, match="Change the wish"):
        service.raise_bid(bidder_id=dario.id, code=bid.code, maximum_minor=500, now=now)
    with pytest.raises(BidRefused, match="Change the wish"):
        service.withdraw(bidder_id=dario.id, code=bid.code, now=now)


def test_only_an_undecided_bid_can_be_taken_out(in_app: Flask, now: datetime) -> None:
    with pytest.raises(NotFound), writing() as work:
        changing.withdraw_in(work, bid_id=99, why="", now=now)
