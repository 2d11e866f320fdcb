"""What stays sealed because a wish goes on, and how little of a log is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.replay import replay
from app.auctions.service import documents
from app.chargers.service import Charger
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.events import EventBus
from tests.support.factories_auctions import (
    EVENING,
    decide,
    evening,
    make_auction,
    make_bid,
)
from tests.support.factories_follow import a_follow
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


def test_a_wish_that_goes_on_elsewhere_keeps_its_maximum_secret(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    first, second = (make_auction(hanna, now=now) for _ in range(2))
    wish = service.start_follow(
        a_follow(dario, first, second, window=evening(18, 23), maximum_minor=437),
        now=now,
    )
    make_bid(nell, first, 18, 20, 900, now=now)
    make_bid(nell, second, 18, 23, 900, now=now)
    decide(now=EVENING - 2 * HOUR)
    service.tick(now=EVENING - 2 * HOUR)
    moved = service.follow_for(dario.id, wish.code)

    (decision,) = the_day(first).decisions
    public = [entry.as_dict() for entry in service.log_of(charger_id=first.id)]

    assert moved.is_active
    assert moved.bid is not None
    assert moved.bid.period == evening(20, 22)
    assert moved.bid.charger_id == first.id
    assert not decision.is_open
    assert '"maximum"' not in json.dumps(public)
    with pytest.raises(NotFound):
        service.document(charger_id=first.id, number=decision.number)


def test_a_wish_that_has_ended_opens_what_it_lost(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wish = service.start_follow(a_follow(dario, charger, maximum_minor=437), now=now)
    make_bid(nell, charger, 18, 20, 900, now=now)
    decide(now=EVENING - 2 * HOUR)
    before = the_day(charger).decisions[0].is_open

    service.withdraw_follow(bidder_id=dario.id, code=wish.code, now=EVENING - HOUR)

    (decision,) = the_day(charger).decisions
    document = service.document(charger_id=charger.id, number=decision.number)
    assert not before
    assert decision.is_open
    assert {bid["maximum"] for bid in document["bids"]} == {437_000, 900_000}
    assert replay(service.log_of(charger_id=charger.id)).recomputed == 1


def is_sqlite() -> bool:
    """Return whether this run is on SQLite, whose plans depend on the schema alone."""
    return db.engine.dialect.name == "sqlite"


def plans_of(work: Callable[[], object]) -> str:
    """Return how the database finds the lines of the log that the work reads."""
    asked: list[tuple[str, Any]] = []

    def note(_: Any, cursor: Any, statement: str, values: Any, *more: Any) -> None:
        if "FROM auction_event" in statement:
            asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    found = []
    with db.engine.connect() as connection:
        if not is_sqlite():
            # A table this small would be read whole, whatever its indexes.
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in asked:
            explain = "EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN "
            found += connection.exec_driver_sql(explain + statement, values).all()
    return str(found)


def test_a_day_of_the_book_is_found_without_reading_the_whole_log(
    charger: Charger,
) -> None:
    decide(now=EVENING - 2 * HOUR)

    plans = plans_of(lambda: the_day(charger))

    assert "Seq Scan on auction_event" not in plans
    assert "SCAN auction_event" not in plans
    assert "ix_auction_event_evse_id_start_slot" in plans
    # Both find the seals of a day; PostgreSQL takes either, by what it counted last.
    assert "ix_auction_event_evse_id_at" in plans or not is_sqlite()


def test_a_document_reads_no_line_from_before_its_first_bid(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(now=EVENING - 2 * HOUR)
    decide(now=EVENING)
    (second,) = make_later_decision(charger)
    lows: list[int] = []
    really = documents._first_number

    def noted(*values: Any) -> int:
        lows.append(really(*values))
        return lows[-1]

    monkeypatch.setattr(documents, "_first_number", noted)
    document = service.document(charger_id=charger.id, number=second.number)

    log = service.log_of(charger_id=charger.id, is_operator=True)
    assert [bid["id"] for bid in document["bids"]] == [log[lows[0] - 1].event.bid]  # type: ignore[union-attr]


def make_later_decision(charger: Charger) -> tuple[service.Decision, ...]:
    """Let one more bid be placed after everything else, and decided."""
    later = EVENING + HOUR
    make_bid(make_person("Late", now=later), charger, 23, 24, 900, now=later)
    decide(now=EVENING + 3 * HOUR)
    return tuple(
        each for each in the_day(charger).decisions if each.starts_at > later + HOUR
    )


def test_a_day_with_very_many_seals_lists_the_first(
    charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "SEALS_SHOWN", 2)

    book = the_day(charger)

    assert len(book.seals) == 2
    assert book.has_more_seals
