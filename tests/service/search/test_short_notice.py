"""The list of chargers prices auctioned time by how soon it begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import Flask

from app.accounts.service import Person
from app.search import service
from tests.service.search.test_near import AROUND, EVENING
from tests.service.search.test_oracle import CAR
from tests.support.factories_auctions import make_auction, set_plan


def test_auctioned_time_that_begins_soon_is_listed_at_its_price_of_short_notice(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_auction(hanna, now=now)
        set_plan(charger, now=now, by_lead={120: 60_000})

        (soon,) = service.near(query=AROUND, vehicle=CAR, now=now).hits
        (later,) = service.near(
            query=replace(AROUND, time=EVENING), vehicle=CAR, now=now
        ).hits

    assert later.time_milli_per_hour == 200_000
    assert 60_000 <= soon.time_milli_per_hour < 200_000
