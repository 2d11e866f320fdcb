"""Follow me: one bid at a time, at the best place, until the wish is met or ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.accounts.service import Person
from app.auctions import service
from app.auctions.models import BidRow, FollowRow
from app.auctions.service import (
    BidRefused,
    BidTaken,
    NotWhileLeading,
    PlaceBid,
    Standing,
    StartFollow,
    moving,
)
from app.auctions.service.books import open_book_in, pending_in
from app.auctions.service.terms import find_terms_in
from app.chargers.service import Charger
from app.database import Writing, db
from app.kernel.errors import Conflict, DomainError, NotFound
from app.kernel.events import EventBus
from tests.support.factories_auctions import (
    EVENING,
    buy,
    decide,
    evening,
    make_auction,
    make_bid,
)
from tests.support.factories_chargers import make_charger
from tests.support.people import make_person

TWO_HOURS_BEFORE = EVENING - timedelta(hours=2)


@pytest.fixture(autouse=True)
def no_mails(app: Flask) -> None:
    """Time is claimed without a booking here, so nobody above may look for one."""
    app.extensions["plugbid_events"] = EventBus()


def wish(bidder: Person, *places: Charger, **overrides: Any) -> StartFollow:
    """Return a wish of two hours between 18 and 20, for at most 4.20 euros."""
    values: dict[str, Any] = {
        "bidder_id": bidder.id,
        "charger_ids": tuple(each.id for each in places),
        "window": evening(18, 20),
        "length_min": 120,
        "maximum_minor": 420,
        "currency": "EUR",
        "vehicle_id": None,
        "energy_cap_wh": None,
        "idempotency_key": "wish-1",
        **overrides,
    }
    return StartFollow(**values)


def total_value(*places: Charger) -> int:
    """Return what all books together are worth at this moment."""
    session = db.session()
    value = 0
    for each in places:
        terms = find_terms_in(session, each.id)
        assert terms is not None
        book = open_book_in(session, terms, pending_in(session, each.id))
        value += sum(part.clearing.value for part in book.parts)
    session.rollback()
    return value


def counts() -> tuple[int, int]:
    """Return how many wishes and bids are stored."""
    found = [
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (FollowRow, BidRow)
    ]
    return found[0], found[1]


def test_a_wish_sits_at_the_cheapest_of_its_chargers(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    dear = make_auction(hanna, now=now, reserve=90_000)
    cheap = make_auction(hanna, now=now, reserve=40_000)

    made = service.start_follow(wish(dario, dear, cheap), now=now)

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

    made = service.start_follow(wish(dario, charger, window=evening(18, 23)), now=now)

    assert made.bid is not None
    assert made.bid.period == evening(20, 22)


def test_an_outbid_wish_moves_and_every_move_adds_value(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first = make_auction(hanna, now=now, reserve=40_000)
    second = make_auction(hanna, now=now, reserve=50_000)
    made = service.start_follow(wish(dario, first, second), now=now)
    make_bid(nell, first, 18, 20, 900, now=now)
    before = total_value(first, second)

    moved = service.move_all(now=now)

    again = service.follow_for(dario.id, made.code)
    assert moved == 1
    assert made.bid is not None
    assert again.bid is not None
    assert again.bid.charger_id == second.id
    assert again.bid.standing is Standing.LEADING
    assert service.get_bid(made.bid.id).state == "WITHDRAWN"
    assert total_value(first, second) > before
    assert service.move_all(now=now) == 0


def test_an_outbid_wish_without_a_better_place_waits_where_it_is(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(wish(dario, charger), now=now)
    make_bid(nell, charger, 18, 20, 900, now=now)

    moved = service.tick(now=now)

    assert moved == 0
    bid = service.follow_for(dario.id, made.code).bid
    assert made.bid is not None
    assert bid is not None
    assert (bid.id, bid.standing) == (made.bid.id, Standing.OUTBID)


def test_a_wish_does_not_leave_while_its_gate_is_closing(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    made = service.start_follow(wish(dario, first, second), now=now)
    make_bid(nell, first, 18, 20, 900, now=now)

    moved = service.move_all(now=TWO_HOURS_BEFORE)

    assert moved == 0
    assert service.follow_for(dario.id, made.code).bid == service.get_bid(
        made.bid.id if made.bid else 0
    )


def test_a_wish_whose_time_was_bought_moves_on(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    made = service.start_follow(wish(dario, first, second), now=now)
    buy(first, evening(18, 19), now=now)

    service.tick(now=now)

    again = service.follow_for(dario.id, made.code)
    assert again.is_active
    assert again.bid is not None
    assert again.bid.charger_id == second.id


def test_a_wish_that_won_is_met_and_bids_no_more(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    made = service.start_follow(wish(dario, first, second), now=now)
    decide(now=TWO_HOURS_BEFORE)

    seen = service.follow_for(dario.id, made.code)
    service.tick(now=TWO_HOURS_BEFORE)

    assert seen.state == "WON"
    assert service.follow_for(dario.id, made.code).state == "WON"
    assert counts() == (1, 1)
    with pytest.raises(Conflict, match="ended already"):
        service.withdraw_follow(bidder_id=dario.id, code=made.code, now=now)


def test_a_wish_ends_when_its_window_is_over(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(wish(dario, charger), now=now)
    buy(charger, evening(18, 20), now=now)

    service.tick(now=EVENING - timedelta(minutes=31))
    still = service.follow_for(dario.id, made.code)
    service.tick(now=EVENING - timedelta(minutes=30))
    ended = service.follow_for(dario.id, made.code)

    assert (still.state, ended.state) == ("ACTIVE", "ENDED")
    assert counts() == (1, 1)


def test_a_double_click_makes_one_wish_and_one_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    first = service.start_follow(wish(dario, charger), now=now)
    second = service.start_follow(wish(dario, charger), now=now)

    assert first == second
    assert counts() == (1, 1)
    with pytest.raises(BidRefused, match="another wish"):
        service.start_follow(wish(dario, charger, maximum_minor=425), now=now)


def test_a_withdrawn_wish_takes_its_bid_back(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(wish(dario, charger), now=now)

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
    made = service.start_follow(wish(dario, charger), now=now)

    with pytest.raises(NotWhileLeading):
        service.withdraw_follow(
            bidder_id=dario.id, code=made.code, now=now + timedelta(minutes=10)
        )

    assert service.follow_for(dario.id, made.code).is_active


def test_a_wish_without_a_bid_can_be_withdrawn(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(wish(dario, charger), now=now)
    buy(charger, evening(18, 20), now=now)

    ended = service.withdraw_follow(bidder_id=dario.id, code=made.code, now=now)

    assert ended.state == "WITHDRAWN"


def test_nell_may_not_see_or_withdraw_a_wish(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    made = service.start_follow(wish(dario, charger), now=now)

    assert service.follows_of(nell.id) == ()
    with pytest.raises(NotFound):
        service.follow_for(nell.id, made.code)
    with pytest.raises(NotFound):
        service.withdraw_follow(bidder_id=nell.id, code=made.code, now=now)


def test_a_wish_counts_once_in_what_its_driver_may_have_open(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    service.start_follow(wish(dario, first, second, maximum_minor=49_600), now=now)

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
        service.start_follow(wish(dario, charger, **changes), now=now)

    assert refusal.value.field == field
    assert counts() == (0, 0)


def test_a_charger_that_takes_no_bids_is_left_out_unless_it_is_the_only_one(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    fixed = make_charger(hanna, now=now)
    auctioned = make_auction(hanna, now=now)

    made = service.start_follow(wish(dario, fixed, auctioned), now=now)

    assert made.bid is not None
    assert made.bid.charger_id == auctioned.id
    with pytest.raises(BidRefused, match="fixed price"):
        service.start_follow(wish(dario, fixed, idempotency_key="w2"), now=now)


def test_a_host_cannot_follow_the_own_charger(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(BidRefused, match="your own charger"):
        service.start_follow(wish(hanna, charger), now=now)


def test_a_wish_keeps_off_times_its_driver_bids_for_already(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)

    made = service.start_follow(wish(dario, charger, window=evening(18, 23)), now=now)

    assert made.bid is not None
    assert made.bid.period == evening(20, 22)


def test_when_a_gate_has_closed_the_wish_takes_the_next_place(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    # A price alert is in nobody's way, but its gate is due: no bids at this moment.
    make_bid(nell, charger, 18, 18.5, 5, now=now)

    made = service.start_follow(
        wish(dario, charger, window=evening(18, 22)), now=TWO_HOURS_BEFORE
    )

    assert made.bid is not None
    assert made.bid.period == evening(18.25, 20.25)


def test_a_window_whose_gates_have_all_closed_is_refused(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(nell, charger, 18, 18.5, 5, now=now)

    with pytest.raises(BidRefused, match="open and free for that long"):
        service.start_follow(wish(dario, charger), now=TWO_HOURS_BEFORE)

    assert counts() == (0, 1)


@pytest.mark.parametrize("trouble", [BidTaken(), RuntimeError("a broken book")])
def test_trouble_with_one_wish_holds_up_no_other(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    unlucky = service.start_follow(wish(dario, first, second), now=now)
    otto = make_person("Otto", now=now)
    lucky = service.start_follow(
        wish(otto, first, second, window=evening(20, 22)), now=now
    )
    make_bid(nell, first, 18, 22, 2000, now=now)
    really = moving.place_in

    def place_in(work: Writing, command: PlaceBid, *, now: datetime) -> int:
        if command.bidder_id == dario.id:
            raise trouble
        return really(work, command, now=now)

    monkeypatch.setattr(moving, "place_in", place_in)
    moved = service.move_all(now=now)

    assert moved == 1
    assert service.follow_for(dario.id, unlucky.code) == replace(
        unlucky, bid=service.get_bid(unlucky.bid.id if unlucky.bid else 0)
    )
    again = service.follow_for(otto.id, lucky.code).bid
    assert again is not None
    assert again.charger_id == second.id


def test_a_busy_database_stops_the_turn(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    service.start_follow(wish(dario, charger), now=now)
    buy(charger, evening(18, 19), now=now)

    def busy(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(moving, "last_bid_in", busy)

    with pytest.raises(OperationalError):
        service.move_all(now=now)


def test_two_wishes_never_chase_each_other_in_circles(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    places = [make_auction(hanna, now=now) for _ in range(2)]
    people = [dario, nell, make_person("Otto", now=now)]
    for number, person in enumerate(people):
        service.start_follow(
            replace(
                wish(person, *places, maximum_minor=300 + 50 * number),
                idempotency_key=f"wish-{number}",
            ),
            now=now,
        )

    turns = 0
    while service.move_all(now=now):
        turns += 1
        assert turns < 5

    bids = [service.follows_of(person.id)[0].bid for person in people]
    standings = [bid.standing for bid in bids if bid]
    assert sorted(map(str, standings)) == ["LEADING", "LEADING", "OUTBID"]
    assert standings[0] is Standing.OUTBID
