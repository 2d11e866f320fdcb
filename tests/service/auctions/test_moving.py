"""How the bid of a follow-me wish moves: only for the better, and only while it may."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.accounts.service import Person
from app.auctions import service
from app.auctions.service import (
    BidTaken,
    PlaceBid,
    Standing,
    moving,
)
from app.auctions.service.books import open_book_in, pending_in
from app.auctions.service.terms import find_terms_in
from app.chargers.service import Charger
from app.database import Writing, db
from app.kernel.errors import Conflict
from app.kernel.events import EventBus
from tests.support.factories_auctions import (
    EVENING,
    buy,
    decide,
    evening,
    make_auction,
    make_bid,
)
from tests.support.factories_follow import a_follow, counts
from tests.support.people import make_person

TWO_HOURS_BEFORE = EVENING - timedelta(hours=2)


@pytest.fixture(autouse=True)
def no_mails(app: Flask) -> None:
    """Time is claimed without a booking here, so nobody above may look for one."""
    app.extensions["plugbid_events"] = EventBus()


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


def test_an_outbid_wish_moves_and_every_move_adds_value(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first = make_auction(hanna, now=now, reserve=40_000)
    second = make_auction(hanna, now=now, reserve=50_000)
    made = service.start_follow(a_follow(dario, first, second), now=now)
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
    made = service.start_follow(a_follow(dario, charger), now=now)
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
    made = service.start_follow(a_follow(dario, first, second), now=now)
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
    made = service.start_follow(a_follow(dario, first, second), now=now)
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
    made = service.start_follow(a_follow(dario, first, second), now=now)
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
    made = service.start_follow(a_follow(dario, charger), now=now)
    buy(charger, evening(18, 20), now=now)

    service.tick(now=EVENING - timedelta(minutes=31))
    still = service.follow_for(dario.id, made.code)
    service.tick(now=EVENING - timedelta(minutes=30))
    ended = service.follow_for(dario.id, made.code)

    assert (still.state, ended.state) == ("ACTIVE", "ENDED")
    assert counts() == (1, 1)


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
    unlucky = service.start_follow(a_follow(dario, first, second), now=now)
    otto = make_person("Otto", now=now)
    lucky = service.start_follow(
        a_follow(otto, first, second, window=evening(20, 22)), now=now
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
    service.start_follow(a_follow(dario, charger), now=now)
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
                a_follow(person, *places, maximum_minor=300 + 50 * number),
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


def test_two_turns_at_once_move_a_wish_once(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first, second, third = (make_auction(hanna, now=now) for _ in range(3))
    made = service.start_follow(a_follow(dario, first, second, third), now=now)
    make_bid(nell, first, 18, 20, 900, now=now)
    together = threading.Barrier(2)

    def turn(_: int) -> int:
        with in_app.app_context():
            together.wait(timeout=20)
            return service.move_all(now=now)

    with ThreadPoolExecutor(2) as pool:
        moved = sum(pool.map(turn, range(2)))
    # What this thread has read before belongs to an older snapshot.
    db.session.rollback()

    assert moved == 1
    assert counts() == (1, 3)
    bid = service.follow_for(dario.id, made.code).bid
    assert bid is not None
    assert (bid.charger_id, bid.standing) == (second.id, Standing.LEADING)
