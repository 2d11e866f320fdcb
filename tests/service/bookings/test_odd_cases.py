"""Rare things that must still end well: codes that clash, chargers out of service."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.accounts.service import Person
from app.bookings import service
from app.bookings.service import storing
from app.chargers.models import EvseRow
from app.database import writing
from tests.service.bookings.world import taken_slots
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import make_online_box


def test_a_clash_of_codes_is_not_mistaken_for_a_taken_time(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)
    taken = taken_slots(charger.id)
    monkeypatch.setattr(storing, "code_from", lambda _: booking.code)

    with pytest.raises(IntegrityError):
        make_booking(
            dario, charger, now=now, period=hours(1, start=NOON + timedelta(hours=5))
        )
    assert taken_slots(charger.id) == taken


def test_nobody_owes_for_a_charger_out_of_service(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)
    make_online_box(in_app, now=NOON, evse_id=charger.id)
    with writing() as work:
        work.session.execute(
            update(EvseRow).where(EvseRow.id == charger.id).values(is_inoperative=True)
        )

    service.tick(now=NOON + timedelta(minutes=20))

    missed = service.get_booking(booking.id)
    assert (missed.state, missed.fee_minor) == (service.State.NO_SHOW, 0)
