"""What drivers and owners are told about bookings and charges."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.notifications import service
from app.notifications.domain import KeptMail
from tests.support.factories_bookings import NOON, make_booking, make_car
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import make_online_box
from tests.support.plugs import make_plug


def mails_to(app: Flask, person: Person) -> list[KeptMail]:
    kept = service.kept_mails(app.extensions["plugbid_settings"])
    return [mail for mail in kept if person.email in mail.to]


def test_a_booking_is_told_to_the_driver_and_to_the_owner(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now, vehicle=make_car(dario))

    (to_driver,) = mails_to(in_app, dario)
    (to_owner,) = mails_to(in_app, hanna)

    assert to_driver.subject == f"Booked: {charger.name}, Wed 10 Jun, 12:00"
    assert "Wed 10 Jun, 12:00–14:00 (Europe/Berlin)" in to_driver.body
    assert "At most  €10.58" in to_driver.body
    assert f"http://127.0.0.1:8000/bookings/{booking.code}\n" in to_driver.body
    assert f"http://127.0.0.1:8000/u/{charger.code}\n" in to_driver.body
    assert charger.address not in to_driver.body
    assert to_owner.subject.startswith("Dario booked")
    assert "Dario's ID.3" in to_owner.body
    assert mails_to(in_app, nell) == []


def test_a_driver_who_cancels_in_time_reads_that_it_costs_nothing(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)

    bookings.cancel(user_id=dario.id, code=booking.code, now=now)

    to_driver, to_owner = mails_to(in_app, dario)[0], mails_to(in_app, hanna)[0]
    assert "you canceled your booking" in to_driver.body
    assert "It costs you nothing." in to_driver.body
    assert "We are sorry" not in to_driver.body
    assert "Dario canceled the booking" in to_owner.body


def test_a_late_cancellation_names_what_is_due_to_both(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)
    late = now + timedelta(hours=1)
    make_online_box(in_app, now=late, evse_id=charger.id)
    in_app.extensions["plugbid_clock"] = lambda: late

    canceled = bookings.cancel(user_id=dario.id, code=booking.code, now=late)

    due = f"€{canceled.fee_minor / 100:.2f}"
    assert canceled.fee_minor > 0
    assert f"{due} is due" in mails_to(in_app, dario)[0].body
    assert f"Dario owes {due}" in mails_to(in_app, hanna)[0].body


def test_a_cancellation_by_the_host_says_so_and_says_sorry(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)

    bookings.cancel(user_id=hanna.id, code=booking.code, now=now)

    to_driver, to_owner = mails_to(in_app, dario)[0], mails_to(in_app, hanna)[0]
    assert "the host canceled your booking" in to_driver.body
    assert "We are sorry." in to_driver.body
    assert "you canceled the booking of Dario" in to_owner.body


def test_a_cancellation_by_the_host_leads_to_chargers_free_at_that_time(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)

    bookings.cancel(user_id=hanna.id, code=booking.code, now=now)

    body = mails_to(in_app, dario)[0].body
    (link,) = (line for line in body.splitlines() if "lat=" in line)
    assert "Other chargers nearby that are free at that time:\n" in body
    assert dict(parse_qsl(urlsplit(link).query)) == {
        "lat": f"{charger.public_latitude:.5f}",
        "lon": f"{charger.public_longitude:.5f}",
        "from": "2026-06-10T12:00",
        "to": "2026-06-10T14:00",
    }
    assert f"{charger.latitude:.5f}" not in body
    found = in_app.test_client().get(link.removeprefix("http://127.0.0.1:8000"))
    assert found.status_code == 200


def test_a_cancellation_after_the_start_promises_no_time_that_has_passed(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)
    late = NOON + timedelta(minutes=5)
    in_app.extensions["plugbid_clock"] = lambda: late

    bookings.cancel(user_id=hanna.id, code=booking.code, now=late)

    body = mails_to(in_app, dario)[0].body
    assert "Other chargers nearby:\n" in body
    assert "/?lat=" in body
    assert "from=" not in body


def test_somebody_who_did_not_come_is_told(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    make_booking(dario, make_charger(hanna, now=now), now=now)
    later = NOON + timedelta(minutes=21)

    bookings.tick(now=later)

    assert mails_to(in_app, dario)[0].subject.startswith("We missed you")
    assert "did not come" in mails_to(in_app, hanna)[0].subject


def test_after_a_charge_both_get_the_way_to_the_receipt(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    plug = make_plug(in_app, hanna, dario, now=now)
    asked = plug.opens()
    plug.charges(asked, 5000)

    plug.stops(asked, 43_012)

    receipt = f"http://127.0.0.1:8000/receipts/{plug.booking.code}\n"
    to_driver, to_owner = mails_to(in_app, dario)[0], mails_to(in_app, hanna)[0]
    assert to_driver.subject.startswith("Your receipt: 5.0 kWh")
    assert "€3.95" in to_driver.subject
    assert receipt in to_driver.body
    assert to_owner.subject.startswith("Dario charged 5.0 kWh")
    assert receipt in to_owner.body


def test_no_letter_leaves_a_hole_where_it_had_nothing_to_say(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    booking = make_booking(dario, make_charger(hanna, now=now), now=now)
    bookings.cancel(user_id=hanna.id, code=booking.code, now=now)

    for mail in service.kept_mails(in_app.extensions["plugbid_settings"]):
        assert "\n\n\n" not in mail.body
        assert "  \n" not in mail.body
        assert "None" not in mail.body
