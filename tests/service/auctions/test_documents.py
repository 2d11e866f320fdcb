"""What everyone may see: seals at once, a whole book only when nobody can win it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain import commitment
from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.replay import Mismatch, replay
from app.auctions.models import AuctionEventRow
from app.chargers.service import Charger
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.events import EventBus
from app.kernel.slots import slot_at, start_of
from tests.support.factories_auctions import (
    EVENING,
    buy,
    decide,
    evening,
    make_auction,
    make_bid,
)
from tests.support.people import make_person

ZONE = "Europe/Berlin"
TODAY = date(2026, 6, 10)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_mails(app: Flask) -> None:
    """Time is claimed without a booking here, so nobody above may look for one."""
    app.extensions["plugbid_events"] = EventBus()


@pytest.fixture
def otto(in_app: Flask, now: datetime) -> Person:
    """Another driver."""
    return make_person("Otto", now=now)


@pytest.fixture
def charger(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    otto: Person,
    now: datetime,
) -> Charger:
    """A charger for whose evening Dario, Nell and Otto bid; Nell wants it all."""
    place = make_auction(hanna, now=now)
    make_bid(dario, place, 18, 20, 1000, now=now)
    make_bid(nell, place, 18, 22, 1200, now=now)
    make_bid(otto, place, 20, 22, 1000, now=now)
    return place


def the_day(charger: Charger) -> service.DayBook:
    return service.documents_of(charger_id=charger.id, on_date=TODAY, zone=ZONE)


def test_before_any_decision_there_are_only_seals(
    charger: Charger, dario: Person, now: datetime
) -> None:
    bid = service.bids_of(dario.id, now)[0]

    book = the_day(charger)

    assert book.decisions == ()
    assert len(book.seals) == 3
    assert book.seals[0].commitment == bid.commitment
    assert book.seals[0].at == now


def test_a_decision_shows_its_prices_but_stays_closed_while_a_bid_waits(
    charger: Charger,
) -> None:
    decide(now=EVENING - 2 * HOUR)

    (decision,) = the_day(charger).decisions

    assert decision.starts_at == EVENING
    assert not decision.is_open
    assert len(decision.sold) == 8
    # Dario and Otto share what Nell has offered for both.
    assert sum(each.price_milli for each in decision.sold) == 600_000
    with pytest.raises(NotFound, match="not|open"):
        service.document(charger_id=charger.id, number=decision.number)


def test_once_all_are_decided_anyone_can_compute_the_result_again(
    charger: Charger, dario: Person, now: datetime
) -> None:
    decide(now=EVENING - 2 * HOUR)
    decide(now=EVENING)
    first = the_day(charger).decisions[0]

    document = service.document(charger_id=charger.id, number=first.number)

    assert first.is_open
    answer = clear(Book.from_dict(document))
    told = document["result"]
    (winner,) = told["winners"]
    assert answer.payments[winner] == told["payments"][winner] == 600_000
    assert answer.personal_minimum[winner] == told["personal_minimum"][winner]
    assert list(answer.slot_prices) == told["slot_prices"]
    assert answer.top_up == told["top_up"]
    assert start_of(document["start"]) == EVENING
    for bid in document["bids"]:
        commitment.check(
            bid["commitment"],
            code=bid["id"],
            first_slot=document["origin"] + bid["start"],
            end_slot=document["origin"] + bid["end"],
            maximum_milli=bid["maximum"],
            nonce=bid["nonce"],
        )
    assert {seal.commitment for seal in the_day(charger).seals} == {
        bid["commitment"] for bid in document["bids"]
    }
    assert "bidder" not in json.dumps(document)


def test_the_document_has_each_bid_as_it_was_at_that_decision(
    charger: Charger, otto: Person, now: datetime
) -> None:
    (bid,) = service.bids_of(otto.id, now)
    decide(now=EVENING - 2 * HOUR)
    service.raise_bid(
        bidder_id=otto.id, code=bid.code, maximum_minor=1500, now=EVENING - HOUR
    )
    decide(now=EVENING)
    first, second = the_day(charger).decisions

    before = service.document(charger_id=charger.id, number=first.number)
    after = service.document(charger_id=charger.id, number=second.number)

    assert maximum_of(before, bid.code) == 1_000_000
    assert maximum_of(after, bid.code) == 1_500_000


def maximum_of(document: dict[str, Any], code: str) -> int:
    return next(bid["maximum"] for bid in document["bids"] if bid["id"] == code)


def test_the_public_log_hides_every_bid_that_can_still_win(charger: Charger) -> None:
    decide(now=EVENING - 2 * HOUR)

    lines = [entry.as_dict() for entry in service.log_of(charger_id=charger.id)]

    written = json.dumps(lines)
    assert '"maximum"' not in written
    assert '"nonce"' not in written
    assert '"bidder"' not in written
    assert '"minima"' not in written
    assert '"top_up"' not in written
    # Where a reserve is kept would tell where the bid is that waits.
    kept = [line["payload"] for line in lines if line["kind"] == "RESERVE"]
    sold = range(slot_at(EVENING), slot_at(EVENING + 2 * HOUR))
    assert [set(map(int, each.get("slots", {}))) for each in kept] == [set(sold), set()]


def test_the_public_log_can_be_replayed_at_any_time(
    charger: Charger, now: datetime
) -> None:
    before = replay(service.log_of(charger_id=charger.id))
    decide(now=EVENING - 2 * HOUR)
    closed = replay(service.log_of(charger_id=charger.id))
    decide(now=EVENING)
    buy(charger, evening(23, 24), now=EVENING)
    opened = replay(service.log_of(charger_id=charger.id))

    assert (before.decisions, before.recomputed) == (0, 0)
    assert (closed.decisions, closed.recomputed) == (1, 0)
    assert opened.decisions == opened.recomputed == 2
    # The rest was decided when Nell's bid was gone: Otto pays the reserve.
    assert opened.paid_milli == 600_000 + 80_000
    assert len(opened.sold) == 20


def test_the_operators_log_has_everything_and_says_the_same(
    charger: Charger, dario: Person
) -> None:
    decide(now=EVENING - 2 * HOUR)
    decide(now=EVENING)
    buy(charger, evening(23, 24), now=EVENING)

    everything = service.log_of(charger_id=charger.id, is_operator=True)

    public = replay(service.log_of(charger_id=charger.id))
    full = replay(everything)
    assert full.bids == public.bids
    assert full.sold == public.sold
    assert full.bought_milli == 200_000
    assert public.bought_milli == 0
    assert everything[0].event.bidder == dario.id  # type: ignore[union-attr]


def test_a_log_changed_in_the_database_is_found_out(charger: Charger) -> None:
    decide(now=EVENING - 2 * HOUR)
    number = the_day(charger).decisions[0].number
    log = service.log_of(charger_id=charger.id, is_operator=True)
    payload = log[number - 1].as_dict()["payload"]
    code = payload["winners"][0]
    payload["payments"][code] += 1
    with writing() as work:
        work.session.execute(
            update(AuctionEventRow)
            .where(AuctionEventRow.number == number)
            .values(payload=payload)
        )

    changed = service.log_of(charger_id=charger.id, is_operator=True)

    with pytest.raises(Mismatch, match=f"Entry {number} .DECIDE.: .*payments"):
        replay(changed)


def test_there_is_nothing_to_see_where_nothing_is(charger: Charger) -> None:
    for number in (1, 999, 10**30):
        with pytest.raises(NotFound):
            service.document(charger_id=charger.id, number=number)
    with pytest.raises(NotFound):
        service.log_of(charger_id=999)
    with pytest.raises(NotFound, match="in that year"):
        service.documents_of(
            charger_id=charger.id, on_date=date(9999, 12, 31), zone=ZONE
        )


def test_the_day_of_a_decision_is_the_chargers_own(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    place = make_auction(hanna, now=now)
    # Half past midnight in Berlin is still the tenth in UTC.
    make_bid(dario, place, 24.5, 26, 420, now=now)
    decide(now=EVENING + 5 * HOUR)

    today = the_day(place)
    tomorrow = service.documents_of(
        charger_id=place.id, on_date=date(2026, 6, 11), zone=ZONE
    )

    assert today.decisions == ()
    assert len(tomorrow.decisions) == 1
    assert len(today.seals) == 1
