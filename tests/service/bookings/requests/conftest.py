"""Hanna answers each driver herself, and Dario has asked for noon to two."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings.events import (
    BookingCanceled,
    BookingDeclined,
    BookingExpired,
    BookingMade,
    BookingRequested,
)
from app.bookings.service import Booking
from app.chargers.service import Charger
from app.kernel.events import Event
from tests.support.factories_bookings import make_booking
from tests.support.factories_chargers import make_charger

KINDS = (
    BookingRequested,
    BookingMade,
    BookingDeclined,
    BookingCanceled,
    BookingExpired,
)


@pytest.fixture
def told(in_app: Flask) -> list[Event]:
    """Everything that bookings announce from here on."""
    heard: list[Event] = []
    for kind in KINDS:
        in_app.extensions["plugbid_events"].subscribe(kind, heard.append)
    return heard


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, where she answers each driver."""
    return make_charger(hanna, now=now, booking_mode="REQUEST")


@pytest.fixture
def request_of(charger: Charger, dario: Person, now: datetime) -> Booking:
    """Dario's question for noon to two."""
    return make_booking(dario, charger, now=now)
