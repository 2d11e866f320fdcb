"""What an owner is asked by letter, and what a driver hears of the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.service import Booking
from app.notifications import service
from app.notifications.domain import KeptMail
from tests.support.factories_bookings import NOON, make_booking, make_car
from tests.support.factories_chargers import make_charger

DEADLINE = NOON - timedelta(minutes=30)


def mails_to(app: Flask, person: Person) -> list[KeptMail]:
    kept = service.kept_mails(app.extensions["plugbid_settings"])
    return [mail for mail in kept if person.email in mail.to]


@pytest.fixture
def request_of(in_app: Flask, hanna: Person, dario: Person, now: datetime) -> Booking:
    """Dario's question for noon to two."""
    charger = make_charger(hanna, now=now, booking_mode="REQUEST")
    return make_booking(dario, charger, now=now, vehicle=make_car(dario))


def test_the_owner_reads_who_asks_for_what_and_until_when(
    in_app: Flask, request_of: Booking, hanna: Person, dario: Person, nell: Person
) -> None:
    (letter,) = mails_to(in_app, hanna)

    assert letter.subject == "Dario asks for Hanna's driveway, Wed 10 Jun, 12:00"
    assert "Wed 10 Jun, 12:00–14:00 (Europe/Berlin)" in letter.body
    assert "Dario's ID.3" in letter.body
    assert "Answer by  Wed 10 Jun, 11:30" in letter.body
    assert f"http://127.0.0.1:8000/bookings/{request_of.code}\n" in letter.body
    assert mails_to(in_app, dario) == []
    assert mails_to(in_app, nell) == []


def test_yes_is_told_to_the_driver_with_everything_needed_to_charge(
    in_app: Flask, request_of: Booking, hanna: Person, dario: Person, now: datetime
) -> None:
    bookings.accept(owner_id=hanna.id, code=request_of.code, now=now)

    (letter,) = mails_to(in_app, dario)
    assert letter.subject == "Accepted: Hanna's driveway, Wed 10 Jun, 12:00"
    assert "Hanna said yes." in letter.body
    assert f"/bookings/{request_of.code}\n" in letter.body
    assert f"/u/{request_of.charger_code}\n" in letter.body
    assert len(mails_to(in_app, hanna)) == 1


@pytest.mark.parametrize("why", ["", "My own car needs it."])
def test_no_is_told_with_the_reason_and_what_else_is_near(
    in_app: Flask,
    request_of: Booking,
    hanna: Person,
    dario: Person,
    now: datetime,
    why: str,
) -> None:
    bookings.decline(owner_id=hanna.id, code=request_of.code, why=why, now=now)

    (letter,) = mails_to(in_app, dario)
    assert letter.subject == "Not this time: Hanna's driveway, Wed 10 Jun, 12:00"
    assert ("Hanna writes: My own car needs it." in letter.body) == bool(why)
    assert "It costs you nothing." in letter.body
    assert "from=2026-06-10T12:00" in letter.body
    assert len(mails_to(in_app, hanna)) == 1


def test_no_answer_is_told_to_the_driver(
    in_app: Flask, request_of: Booking, hanna: Person, dario: Person
) -> None:
    bookings.tick(now=DEADLINE)

    (letter,) = mails_to(in_app, dario)
    assert letter.subject.startswith("No answer: Hanna's driveway")
    assert "Hanna did not answer" in letter.body
    assert "Nothing is booked." in letter.body


def test_what_is_taken_back_is_called_a_request(
    in_app: Flask, request_of: Booking, hanna: Person, dario: Person, now: datetime
) -> None:
    bookings.cancel(user_id=dario.id, code=request_of.code, now=now)

    assert "you canceled your request at" in mails_to(in_app, dario)[0].body
    assert "Dario canceled the request at" in mails_to(in_app, hanna)[0].body
