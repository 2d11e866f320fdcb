"""Hanna's charger, Dario with his car, and both kinds of browsers logged in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.bookings.service import Booking
from app.chargers.service import Charger
from app.kernel.period import Period
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import hours, make_booking, make_car
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn

NOON_FORM = {"from": "2026-06-10T12:00", "to": "2026-06-10T14:00", "key": "key-1"}


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, always open."""
    with app.app_context():
        return make_charger(hanna, now=now)


@pytest.fixture
def car(app: Flask, dario: Person) -> Vehicle:
    """Dario's car."""
    with app.app_context():
        return make_car(dario)


@pytest.fixture
def book_for(
    app: Flask, charger: Charger, now: datetime
) -> Callable[[Person], Booking]:
    """Book noon to two for somebody, without a browser."""

    def book(driver: Person, period: Period | None = None) -> Booking:
        with app.app_context():
            return make_booking(driver, charger, now=now, period=period or hours(2))

    return book


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
