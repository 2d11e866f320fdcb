"""Which wishes a turn looks at: none without news, and none for too long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.service import Person
from app.auctions import service
from app.auctions.service import moving, places
from app.auctions.service.books import Pending
from app.auctions.service.places import Books
from app.auctions.service.turns import LOOK_AGAIN, Waiting
from app.chargers.service import Charger
from tests.support.factories_auctions import make_auction, make_bid, set_plan
from tests.support.factories_follow import a_follow
from tests.support.people import make_person


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the wishes that were looked at, in order."""
    seen: list[int] = []
    really = moving._look_after

    def noted(wish: Waiting, books: Books, at: datetime) -> bool | None:
        seen.append(wish.id)
        return really(wish, books, at)

    monkeypatch.setattr(moving, "_look_after", noted)
    return seen


def start_outbid(nell: Person, *places: Charger, now: datetime) -> list[int]:
    """Start the wishes of three drivers that Nell outbids everywhere."""
    ids = [
        service.start_follow(a_follow(make_person(name, now=now), *places), now=now).id
        for name in ("Otto", "Olga", "Omar")
    ]
    for place in places:
        make_bid(nell, place, 18, 20, 900, now=now)
    return ids


def test_a_wish_is_not_looked_at_again_while_nothing_changed_at_its_chargers(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    looks: list[int],
) -> None:
    first, second, other = (make_auction(hanna, now=now) for _ in range(3))
    ids = start_outbid(nell, first, second, now=now)

    service.move_all(now=now)
    service.move_all(now=now)
    make_bid(dario, other, 18, 20, 420, now=now)
    service.move_all(now=now)
    after_others = list(looks)
    make_bid(dario, second, 22, 23, 420, now=now)
    service.move_all(now=now)
    service.move_all(now=now + LOOK_AGAIN - timedelta(seconds=1))
    after_bid = list(looks)
    service.move_all(now=now + LOOK_AGAIN)

    assert after_others == ids
    assert after_bid == ids * 2
    assert looks == ids * 3


def test_an_outbid_wish_moves_where_a_host_asks_less(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first = make_auction(hanna, now=now)
    second = make_auction(hanna, now=now, reserve=300_000, book_now=400_000)
    made = service.start_follow(a_follow(dario, first, second), now=now)
    make_bid(nell, first, 18, 20, 900, now=now)
    before = service.move_all(now=now)

    set_plan(second, now=now, reserve=100_000)
    after = service.move_all(now=now)

    bid = service.follow_for(dario.id, made.code).bid
    assert (before, after) == (0, 1)
    assert bid is not None
    assert bid.charger_id == second.id


def test_wishes_share_each_book_that_a_turn_reads(
    in_app: Flask,
    hanna: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chargers = [make_auction(hanna, now=now) for _ in range(2)]
    start_outbid(nell, *chargers, now=now)
    read: list[int] = []
    really = places.pending_in

    def noted(session: Session, evse_id: int) -> tuple[Pending, ...]:
        read.append(evse_id)
        return really(session, evse_id)

    monkeypatch.setattr(places, "pending_in", noted)
    moved = service.move_all(now=now)

    assert moved == 0
    assert sorted(read) == [each.id for each in chargers]


def test_when_its_time_is_up_a_turn_goes_on_with_the_next_wish(
    in_app: Flask, hanna: Person, nell: Person, now: datetime, looks: list[int]
) -> None:
    charger = make_auction(hanna, now=now)
    ids = start_outbid(nell, charger, now=now)

    for minutes in range(5):
        service.move_all(now=now + timedelta(minutes=minutes), budget_s=0)
    in_short_turns = list(looks)
    service.move_all(now=now + timedelta(minutes=6), budget_s=0)

    assert in_short_turns == ids
    assert looks == [*ids, ids[0]]
