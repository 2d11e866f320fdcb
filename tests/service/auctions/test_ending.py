"""Bids whose time the host takes back, and what a tick looks after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.replay import replay
from app.auctions.events import BidDropped, BidLeading
from app.auctions.service import BidState, Standing, clockwork
from app.chargers import service as chargers
from app.chargers.models import EvseRow
from app.chargers.service import Charger
from app.database import writing
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.schedules import claims
from app.schedules import service as schedules
from tests.support.factories_auctions import (
    EVENING,
    buy,
    decide,
    evening,
    kinds,
    log_entries,
    make_auction,
    make_bid,
    set_plan,
)
from tests.support.heard import listen

GATE = EVENING - timedelta(hours=2)


def close(charger: Charger, now: datetime) -> None:
    with writing() as work:
        schedules.set_opening_in(work.session, evse_id=charger.id, rules=())


def pause(charger: Charger, now: datetime) -> None:
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=charger.owner_id, charger_id=charger.id, now=now
        )


def archive(charger: Charger, now: datetime) -> None:
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=charger.owner_id, charger_id=charger.id, now=now
        )


def fix(charger: Charger, now: datetime) -> None:
    set_plan(charger, now=now, mode="FIXED")


def change_currency(charger: Charger, now: datetime) -> None:
    tariff = Tariff(currency="CHF", energy_milli_per_kwh=1, time_milli_per_hour=1)
    with writing() as work:
        pricing.set_tariff_in(work.session, evse_id=charger.id, tariff=tariff, now=now)
    set_plan(charger, now=now, currency="CHF")


def keep_for_himself(charger: Charger, now: datetime) -> None:
    schedules.add_owner_use(
        owner_id=charger.owner_id,
        charger_id=charger.id,
        period=evening(19, 20),
        now=now,
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (close, "The host has closed the charger during this time."),
        (pause, "The host is taking no bids at the moment."),
        (archive, "The host has taken this charger down."),
        (fix, "The host sells this charger at a fixed price now."),
        (change_currency, "The host asks to be paid in CHF now."),
        (keep_for_himself, "Somebody has booked a part of this time."),
    ],
)
def test_what_the_host_takes_back_drops_its_bids_with_notice(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    change: Callable[[Charger, datetime], None],
    why: str,
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    heard = listen(in_app, BidDropped)
    change(charger, now)

    dropped = service.tick(now=now)

    ended = service.bid_for(dario.id, bid.code)
    assert dropped == 1
    assert (ended.state, ended.why, ended.is_seen) == (BidState.DROPPED, why, False)
    assert [(each.code, each.why) for each in heard] == [(bid.code, why)]
    assert kinds(charger)[-2:] == ["DROP", "UNRESERVE"]


def test_without_any_tick_a_decision_drops_them_too(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    fix(charger, now)

    assert decide(now=GATE) == ()
    assert service.bid_for(dario.id, bid.code).state is BidState.DROPPED


def test_a_charger_out_of_service_drops_its_bids(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    with writing() as work:
        work.session.get_one(EvseRow, charger.id).is_inoperative = True

    service.drop_unavailable(charger_id=charger.id, now=now)

    assert "out of service" in service.bid_for(dario.id, bid.code).why


def test_bids_the_change_does_not_touch_stay(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    kept = make_bid(nell, charger, 20, 22, 420, now=now)
    keep_for_himself(charger, now)

    dropped = service.drop_unavailable(charger_id=charger.id, now=now)

    assert dropped == 1
    assert service.bid_for(nell.id, kept.code).is_pending


def test_a_lower_reserve_brings_alerts_into_the_auction(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    alert = make_bid(dario, charger, 18, 20, 60, now=now)
    heard = listen(in_app, BidLeading)
    set_plan(charger, now=now, reserve=20_000)

    service.tick(now=now)

    assert [each.code for each in heard] == [alert.code]
    assert service.unseen_count(dario.id) == 1


def test_an_alert_that_is_now_only_outbid_is_no_news(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    alert = make_bid(dario, charger, 18, 20, 60, now=now)
    make_bid(nell, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, reserve=20_000)

    service.tick(now=now)

    assert service.bid_for(dario.id, alert.code).standing is Standing.OUTBID
    assert service.unseen_count(dario.id) == 0


def test_a_tick_twice_says_nothing_twice(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    close(charger, now)
    service.tick(now=now)
    before = log_entries(charger)

    assert service.tick(now=now) == 0
    assert log_entries(charger) == before


def test_one_book_in_trouble_does_not_hold_up_the_others(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = make_auction(hanna, now=now)
    charger = make_auction(hanna, now=now)
    make_bid(dario, broken, 18, 20, 420, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    close(broken, now)
    close(charger, now)
    really = clockwork.drop_unavailable

    def stumble(*, charger_id: int, now: datetime) -> int:
        if charger_id == broken.id:
            raise RuntimeError("this book is in trouble")
        return really(charger_id=charger_id, now=now)

    monkeypatch.setattr(clockwork, "drop_unavailable", stumble)

    with caplog.at_level(logging.ERROR):
        assert service.tick(now=now) == 1
    assert "in trouble" in caplog.text


def test_a_database_that_is_away_stops_the_tick(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    close(charger, now)

    def away(**_: object) -> int:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(clockwork, "drop_unavailable", away)

    with pytest.raises(OperationalError):
        service.tick(now=now)


def test_time_given_back_by_a_booking_is_sold_again_and_the_log_agrees(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    with writing() as work:
        claim_id = claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=evening(18, 20),
            buffer_min=0,
            kind="BOOKING",
            now=now,
        )
        service.sold_in(
            work,
            charger_id=charger.id,
            period=evening(18, 20),
            booking_code="BOOKING777",
            amount_milli=400_000,
            driver_id=0,
            now=now,
        )
    with writing() as work:
        claims.release_claim_in(work.session, claim_id=claim_id)

    make_bid(dario, charger, 18.5, 19, 420, now=now)
    buy(charger, evening(17, 21), now=now)

    free = "RELEASE"
    assert kinds(charger) == [
        *("BUY", free, "BID", "RESERVE", free, free, "BUY"),
        "UNRESERVE",
    ]
    replay(log_entries(charger))
