"""Booking at once at short notice: cheaper after the gate, never below the bids."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from tests.service.auctions.test_quoting import GATE, quoted
from tests.support.factories_auctions import (
    EVENING,
    buy,
    evening,
    make_auction,
    make_bid,
    set_plan,
)


def test_time_costs_less_at_once_after_the_gate(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    set_plan(charger, now=now, by_lead={120: 60_000, 480: 120_000})
    period = evening(18, 19)

    ahead = quoted(charger, period, EVENING - timedelta(hours=8))
    before = quoted(charger, period, GATE)
    after = quoted(charger, period, GATE + timedelta(minutes=1))

    assert (ahead.book_now_minor, before.book_now_minor) == (200, 120)
    # Quarter hours from 18:15 on begin in more than two hours still.
    assert after.book_now_slots_milli == (15_000, 30_000, 30_000, 30_000)
    late = EVENING - timedelta(minutes=30)
    assert quoted(charger, period, late).book_now_minor == 60
    strip = service.book_of(charger, late, period)
    assert strip
    assert [each.book_now_milli for each in strip.slots] == [15_000] * 4
    assert buy(charger, period, now=late) == (15_000,) * 4


def test_what_bids_would_lose_is_paid_however_late(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    set_plan(charger, now=now, by_lead={120: 45_000})
    make_bid(dario, charger, 19, 22, 900, now=now)

    late = quoted(charger, evening(18, 20), EVENING - timedelta(minutes=30))

    # 860, in steps of fifty.
    assert late.book_now_minor == 900
