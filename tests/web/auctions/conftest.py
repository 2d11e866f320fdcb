"""Hanna's auctioned charger, Dario with his car, and both kinds of browsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.auctions.service import BidView
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import make_auction, make_bid
from tests.support.factories_bookings import make_car
from tests.support.people import SignIn

# 18 to 20 o'clock in Berlin on the tests' Wednesday; 40 cents an hour is the least.
EVENING_FORM = {
    "from": "2026-06-10T18:00",
    "to": "2026-06-10T20:00",
    "maximum": "4.20",
    "currency": "EUR",
    "key": "key-1",
}

WISH = {
    "from": "2026-06-10T18:00",
    "to": "2026-06-10T23:00",
    "length": "120",
    "maximum": "4.20",
    "currency": "EUR",
    "key": "key-1",
}

Bid = Callable[..., BidView]


def landing_of(answer: Any) -> str:
    """Return where the browser is sent: by 303 or by htmx's header."""
    if answer.status_code == 303:
        return str(answer.location)
    assert answer.status_code == 204, answer.get_data(as_text=True)
    return str(answer.headers["HX-Redirect"])


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, always open, auctioned, without turnaround."""
    with app.app_context():
        return make_auction(hanna, now=now)


@pytest.fixture
def other(app: Flask, hanna: Person) -> Charger:
    """A second charger of Hanna's, cheaper than the first."""
    with app.app_context():
        return make_auction(hanna, now=NOW, reserve=20_000, name="Garage next door")


@pytest.fixture
def car(app: Flask, dario: Person) -> Vehicle:
    """Dario's car."""
    with app.app_context():
        return make_car(dario)


@pytest.fixture
def bid_for(app: Flask, charger: Charger, now: datetime) -> Bid:
    """Place a bid for hours of that evening, without a browser."""

    def place(
        person: Person,
        begin_h: float = 18,
        end_h: float = 20,
        maximum_minor: int = 420,
        at: datetime = now,
    ) -> BidView:
        with app.app_context():
            return make_bid(person, charger, begin_h, end_h, maximum_minor, now=at)

    return place


@pytest.fixture(params=["plain", "htmx"])
def browser(
    request: pytest.FixtureRequest,
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    sign_in: SignIn,
) -> CheckedClient:
    """Dario's browser, once as a plain one and once with htmx acting."""
    chosen = hx if request.param == "htmx" else client
    sign_in(dario, chosen)
    return chosen
