"""Many people and several ticks at the same instant; locks decide, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.rules import EXPOSURE_MINOR
from app.auctions.models import BidRow
from app.auctions.service import BidState, BidView, Won
from app.chargers.service import Charger
from app.database import db
from app.kernel.errors import DomainError
from app.schedules import claims
from tests.support.auction_promises import check_bid, check_log
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    all_bids,
    buy,
    decide,
    evening,
    log_entries,
    make_auction,
    make_bid,
)
from tests.support.people import make_person

GATE = EVENING - timedelta(hours=2)
THREADS = 8


def at_once(app: Flask, wishes: Sequence[Callable[[], object]]) -> list[object]:
    """Begin everything in the same instant; return answers and refusals in order."""
    barrier = Barrier(len(wishes))

    def run(wish: Callable[[], object]) -> object:
        with app.app_context():
            try:
                barrier.wait(30)
                return wish()
            except DomainError as refused:
                return refused
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(run, wishes))


def people(count: int, now: datetime) -> list[Person]:
    return [make_person(f"Driver{number}", now=now) for number in range(count)]


def check_book(charger: Charger) -> None:
    """The log must lead to what is stored, and every promise be kept."""
    db.session.rollback()
    bids = all_bids(charger)
    check_log(charger, bids)
    for bid in bids:
        check_bid(bid)


def test_many_clicks_of_one_form_are_one_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wish = a_wish(dario, charger)

    answers = at_once(in_app, [lambda: service.place(wish, now)] * THREADS)

    codes = {each.code for each in answers if isinstance(each, BidView)}
    assert len(codes) == 1
    assert all(isinstance(each, BidView) for each in answers)
    check_book(charger)


def test_bids_of_many_drivers_at_once_are_all_kept_in_one_order(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wishes = [
        a_wish(driver, charger, maximum_minor=200 + 10 * number)
        for number, driver in enumerate(people(THREADS, now))
    ]

    answers = at_once(
        in_app, [lambda each=each: service.place(each, now) for each in wishes]
    )

    assert all(isinstance(each, BidView) for each in answers)
    leading = [each for each in all_bids(charger) if each.standing == "LEADING"]
    assert [each.maximum_minor for each in leading] == [270]
    assert [each.number for each in log_entries(charger)] == list(
        range(1, len(log_entries(charger)) + 1)
    )
    check_book(charger)


def test_one_driver_at_many_chargers_at_once_stays_within_the_limit(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    places = [make_auction(hanna, now=now) for _ in range(6)]
    wishes = [a_wish(dario, each, maximum_minor=15_000) for each in places]

    answers = at_once(
        in_app, [lambda each=each: service.place(each, now) for each in wishes]
    )

    accepted = [each for each in answers if isinstance(each, BidView)]
    refused = [each for each in answers if isinstance(each, service.BidRefused)]
    assert (len(accepted), len(refused)) == (3, 3)
    assert sum(each.maximum_minor for each in accepted) <= EXPOSURE_MINOR


def test_raising_at_many_chargers_at_once_stays_within_the_limit(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    bids = [
        make_bid(dario, make_auction(hanna, now=now), 18, 20, 100, now=now)
        for _ in range(5)
    ]

    at_once(
        in_app,
        [
            lambda each=each: service.raise_bid(
                bidder_id=dario.id, code=each.code, maximum_minor=20_000, now=now
            )
            for each in bids
        ],
    )

    maxima = db.session.scalars(select(BidRow.maximum_minor)).all()
    assert sorted(maxima) == [100, 100, 100, 20_000, 20_000]


def test_several_ticks_at_once_decide_each_start_once(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    places = [make_auction(hanna, now=now) for _ in range(4)]
    drivers = people(3, now)
    for charger in places:
        for number, driver in enumerate(drivers):
            make_bid(driver, charger, 18, 20, 200 + 10 * number, now=now)

    answers = at_once(in_app, [lambda: _decide_until_done(GATE)] * 4)

    won = [each for answer in answers for each in _awards(answer)]
    assert sorted(each.bid.charger_id for each in won) == sorted(
        each.id for each in places
    )
    for charger in places:
        states = sorted(str(each.state) for each in all_bids(charger))
        assert states == ["LOST", "LOST", "WON"]
        check_book(charger)


def test_deciding_buying_and_bidding_at_once_sell_nothing_twice(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    for round_number in range(3):
        charger = make_auction(hanna, now=now)
        begun = now + timedelta(minutes=round_number)
        drivers = [
            make_person(f"Round{round_number}x{number}", now=now) for number in range(6)
        ]
        for driver in drivers[:3]:
            make_bid(driver, charger, 18, 20, 300, now=begun)
        late = GATE - timedelta(seconds=1)
        late_wishes = [
            replace(a_wish(each, charger), period=evening(19, 21))
            for each in drivers[3:]
        ]

        at_once(
            in_app,
            [
                lambda: _decide_until_done(GATE),
                lambda: _decide_until_done(GATE),
                lambda charger=charger: _buy(charger),
                *(lambda w=wish, t=late: service.place(w, t) for wish in late_wishes),
            ],
        )

        decide(now=GATE + timedelta(minutes=15))
        check_book(charger)
        bids = all_bids(charger)
        winners = [each for each in bids if each.state is BidState.WON]
        assert len([each for each in winners if each.starts_at == EVENING]) <= 1


def test_reading_news_while_they_are_made_loses_none(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    for hour in range(6):
        make_bid(dario, charger, 18 + hour, 19 + hour, 100, now=now)

    at_once(
        in_app,
        [
            lambda: decide(now=EVENING + timedelta(hours=3)),
            *[lambda: service.mark_seen(dario.id)] * 4,
        ],
    )

    service.mark_seen(dario.id)
    assert service.unseen_count(dario.id) == 0


def _decide_until_done(now: datetime) -> tuple[Won, ...]:
    """Decide what is due, as a tick does: once over the list, others may be faster."""
    return decide(now=now, once=True)


def _buy(charger: Charger) -> object:
    try:
        return buy(charger, evening(19, 20), now=GATE)
    except claims.SlotTaken as taken:
        return taken


def _awards(answer: object) -> tuple[Won, ...]:
    assert isinstance(answer, tuple)
    return answer
