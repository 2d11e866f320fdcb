"""Hanna answers each driver herself, and Dario has asked for noon to two."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings.service import Booking
from app.chargers.service import Charger
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import make_booking
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, where she answers each driver."""
    with app.app_context():
        return make_charger(hanna, now=now, booking_mode="REQUEST")


@pytest.fixture
def request_of(app: Flask, charger: Charger, dario: Person, now: datetime) -> Booking:
    """Dario's question for noon to two."""
    with app.app_context():
        return make_booking(dario, charger, now=now)


@pytest.fixture(params=["plain", "htmx"])
def owner(
    request: pytest.FixtureRequest,
    client: CheckedClient,
    hx: HtmxClient,
    hanna: Person,
    sign_in: SignIn,
) -> CheckedClient:
    """Hanna's browser, once as a plain one and once with htmx acting."""
    chosen = hx if request.param == "htmx" else client
    sign_in(hanna, chosen)
    return chosen
