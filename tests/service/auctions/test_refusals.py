"""Bids that cannot be: each a reason at its field, and nothing kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain import rules
from app.auctions.models import AuctionEventRow, BidRow, FrozenReserveRow
from app.auctions.service import BidClosed, BidRefused, BidTaken, Stage
from app.database import db, writing
from app.kernel.errors import DomainError, NotFound
from app.pricing.domain import Tariff
from app.schedules import claims
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    decide,
    evening,
    make_auction,
    make_bid,
    set_plan,
)
from tests.support.factories_bookings import make_car
from tests.support.factories_chargers import make_charger


def stored() -> tuple[int, int, int]:
    """Count what a refused bid must not leave behind."""
    counts = [
        db.session.scalar(select(func.count()).select_from(table))
        for table in (BidRow, AuctionEventRow, FrozenReserveRow)
    ]
    return counts[0] or 0, counts[1] or 0, counts[2] or 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idempotency_key": ""}, None),
        ({"idempotency_key": "k" * 65}, None),
        ({"maximum_minor": 4}, "maximum"),
        ({"maximum_minor": 0}, "maximum"),
        ({"maximum_minor": -1}, "maximum"),
        ({"maximum_minor": 10**30}, "maximum"),
        ({"maximum_minor": float("nan")}, "maximum"),
        ({"maximum_minor": True}, "maximum"),
        ({"currency": "USD"}, "currency"),
        ({"energy_cap_wh": 0}, "energy_cap_wh"),
        ({"energy_cap_wh": 10**12}, "energy_cap_wh"),
        ({"vehicle_id": 999}, "vehicle_id"),
        ({"period": evening(18.1, 20)}, "starts_at"),
        ({"period": evening(18, 20.1)}, "ends_at"),
        ({"period": evening(18, 18.25)}, "ends_at"),
        ({"period": evening(18, 31)}, "ends_at"),
        ({"period": evening(9, 11)}, "starts_at"),
        ({"period": evening(18 + 24 * 28, 20 + 24 * 28)}, "ends_at"),
    ],
)
def test_an_impossible_bid_is_refused_at_its_field_and_leaves_nothing(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    change: dict[str, Any],
    field: str | None,
) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(DomainError) as refused:
        service.place(a_wish(dario, charger, **change), now)

    assert refused.value.field == field
    assert 400 <= refused.value.status < 500
    assert stored() == (0, 0, 0)


def test_a_host_cannot_bid_at_home(in_app: Flask, hanna: Person, now: datetime) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(BidRefused, match="your own charger"):
        service.place(a_wish(hanna, charger), now)


def test_a_charger_with_a_fixed_price_takes_no_bids(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(BidRefused, match="fixed price"):
        service.place(a_wish(dario, charger), now)


def test_there_is_no_bidding_for_a_charger_that_is_not_there(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    with pytest.raises(NotFound):
        service.place(a_wish(dario, charger, charger_id=charger.id + 1), now)


def test_a_booked_time_cannot_be_bid_for(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    with writing() as work:
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=evening(19, 19.5),
            buffer_min=0,
            kind="BOOKING",
            now=now,
        )

    with pytest.raises(BidTaken):
        service.place(a_wish(dario, charger), now)


def test_a_bid_after_the_gate_waits_for_the_last_call(
    in_app: Flask, hanna: Person, dario: Person
) -> None:
    late = EVENING - timedelta(minutes=90)
    charger = make_auction(hanna, now=late)

    bid = service.place(a_wish(dario, charger), late)

    assert bid.stage is Stage.LAST_CALL
    assert bid.decides_at == EVENING - timedelta(minutes=30)


def test_a_bid_at_the_instant_of_the_last_call_is_late(
    in_app: Flask, hanna: Person, dario: Person
) -> None:
    late = EVENING - timedelta(minutes=30)
    charger = make_auction(hanna, now=late)

    with pytest.raises(BidClosed, match="booked at once"):
        service.place(a_wish(dario, charger), late)


def test_a_book_that_is_about_to_be_decided_takes_no_bids(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    service.place(a_wish(dario, charger), now)

    with pytest.raises(BidClosed, match="being decided"):
        service.place(a_wish(nell, charger), EVENING - timedelta(hours=2))


def test_nobody_bids_against_himself(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    service.place(a_wish(dario, charger), now)

    with pytest.raises(BidRefused, match="already bid"):
        service.place(a_wish(dario, charger, period=evening(19, 21)), now)


def test_the_twenty_first_open_bid_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    for number in range(20):
        make_bid(dario, charger, 18 + number, 19 + number, 45, now=now)

    with pytest.raises(BidRefused, match="20 bids"):
        make_bid(dario, charger, 40, 41, 45, now=now)


def test_open_bids_together_stay_within_the_limit(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 30_000, now=now)

    with pytest.raises(BidRefused, match="€200.00 of it is left") as refused:
        make_bid(dario, charger, 20, 22, 20_001, now=now)

    assert refused.value.field == "maximum"
    assert make_bid(dario, charger, 20, 22, 20_000, now=now).maximum_minor == 20_000


def test_the_power_of_the_chosen_car_is_kept_with_the_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    car = make_car(dario, max_ac_w=7_400)

    bid = service.place(
        a_wish(dario, charger, vehicle_id=car.id, energy_cap_wh=9_000), now
    )

    assert (bid.max_power_w, bid.vehicle_id, bid.energy_cap_wh) == (
        7_400,
        car.id,
        9_000,
    )


def test_a_car_that_does_not_fit_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    car = make_car(dario, standards=("CHADEMO",), max_dc_w=50_000)

    with pytest.raises(BidRefused, match="does not fit"):
        service.place(a_wish(dario, charger, vehicle_id=car.id), now)


def test_a_closed_time_cannot_be_bid_for(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, rules=())

    with pytest.raises(BidRefused, match="closed during part"):
        service.place(a_wish(dario, charger), now)


def test_a_book_that_is_full_takes_no_more(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    monkeypatch.setattr(rules, "MOST_IN_A_BOOK", 1)

    with pytest.raises(BidRefused, match="more bids than it can ever serve"):
        make_bid(nell, charger, 20, 22, 420, now=now)


def test_price_alerts_keep_nobody_out_who_could_win(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 79, now=now)
    monkeypatch.setattr(rules, "MOST_IN_A_BOOK", 1)
    monkeypatch.setattr(rules, "MOST_ALERTS", 1)

    with pytest.raises(BidRefused, match="more price alerts") as refused:
        make_bid(nell, charger, 20, 22, 79, now=now)
    bid = make_bid(nell, charger, 20, 22, 80, now=now)

    assert refused.value.field == "maximum"
    assert bid.standing == "LEADING"


def test_open_bids_in_all_currencies_stay_within_the_limit_together(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    swiss = Tariff(currency="CHF", energy_milli_per_kwh=30_000, time_milli_per_hour=0)
    abroad = make_auction(hanna, now=now, tariff=swiss)
    set_plan(abroad, now=now, currency="CHF")
    make_bid(dario, charger, 18, 20, 30_000, now=now)

    with pytest.raises(BidRefused, match="CHF 200.00 of it is left"):
        service.place(a_wish(dario, abroad, currency="CHF", maximum_minor=20_001), now)


def test_a_server_whose_clock_is_behind_takes_no_bid_for_a_decided_start(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    last_call = EVENING - timedelta(minutes=30)
    make_bid(dario, charger, 18, 20, 75, now=now)
    decide(now=last_call)

    with pytest.raises(BidClosed, match="last bids for this start are decided"):
        make_bid(nell, charger, 18, 20, 420, now=last_call - timedelta(seconds=1))
