"""Turns what happened in other rooms into mails to the people it concerns."""

from __future__ import annotations

from urllib.parse import quote

from flask import Flask

from app.accounts import service as accounts
from app.accounts.events import (
    KnownPersonRegistered,
    PasswordChanged,
    PasswordResetAsked,
    PersonRegistered,
)
from app.bookings import service as bookings
from app.bookings.events import BookingCanceled, BookingMade, BookingMissed
from app.kernel.events import EventBus
from app.kernel.period import Period
from app.metering.events import SessionEnded
from app.notifications import service
from app.notifications.nearby import search_near
from app.web import clock


def init_app(app: Flask) -> None:
    """Listen to everything that people get mail about."""
    bus: EventBus = app.extensions["plugbid_events"]
    bus.subscribe(PersonRegistered, _ask_to_confirm)
    bus.subscribe(KnownPersonRegistered, _say_account_exists)
    bus.subscribe(PasswordResetAsked, _send_reset_link)
    bus.subscribe(PasswordChanged, _say_password_changed)
    bus.subscribe(BookingMade, _say_booked)
    bus.subscribe(BookingCanceled, _say_canceled)
    bus.subscribe(BookingMissed, _say_missed)
    bus.subscribe(SessionEnded, _say_ended)


def _ask_to_confirm(event: PersonRegistered) -> None:
    path = f"/verify/{event.token}"
    if event.next_path:
        path += f"?next={quote(event.next_path, safe='/')}"
    service.write(
        "confirm",
        to_email=event.email,
        to_name=event.display_name,
        path=path,
        now=clock.now(),
    )


def _say_account_exists(event: KnownPersonRegistered) -> None:
    service.write(
        "known", to_email=event.email, to_name=event.display_name, now=clock.now()
    )


def _send_reset_link(event: PasswordResetAsked) -> None:
    service.write(
        "reset",
        to_email=event.email,
        to_name=event.display_name,
        path=f"/reset/{event.token}",
        now=clock.now(),
    )


def _say_password_changed(event: PasswordChanged) -> None:
    service.write(
        "password_changed",
        to_email=event.email,
        to_name=event.display_name,
        now=clock.now(),
    )


def _say_booked(event: BookingMade) -> None:
    booking = bookings.get_booking_for(event.driver_id, event.code)
    if event.was_asked:
        # The owner has just said yes himself.
        _write_to_both("accepted_driver", None, event)
        return
    # Who won it in an auction gets the letter about the bid instead.
    to_driver = "booked_driver" if booking.source == "DIRECT" else None
    _write_to_both(to_driver, "booked_owner", event)


def _say_canceled(event: BookingCanceled) -> None:
    booking = bookings.get_booking_for(event.driver_id, event.code)
    _write_to_both(
        "canceled_driver",
        "canceled_owner",
        event,
        who=event.who,
        why=event.why,
        thing="request" if event.was_request else "booking",
        nearby=search_near(
            booking.charger_id,
            Period(booking.starts_at, booking.ends_at),
            clock.now(),
        ),
    )


def _say_missed(event: BookingMissed) -> None:
    _write_to_both("missed_driver", "missed_owner", event)


def _say_ended(event: SessionEnded) -> None:
    _write_to_both(
        "ended_driver",
        "ended_owner",
        event,
        energy_wh=event.energy_wh,
        total_minor=event.total_minor,
        currency=event.currency,
    )


def _write_to_both(
    to_driver: str | None,
    to_owner: str | None,
    event: BookingMade | BookingCanceled | BookingMissed | SessionEnded,
    **context: object,
) -> None:
    """Write to the driver and to the owner, each in their own words."""
    code = event.booking_code if isinstance(event, SessionEnded) else event.code
    booking = bookings.get_booking_for(event.driver_id, code)
    people = accounts.people_by_ids((event.driver_id, event.owner_id))
    driver, owner = people[event.driver_id], people[event.owner_id]
    for person, template in ((driver, to_driver), (owner, to_owner)):
        if template is None:
            continue
        service.write(
            template,
            to_email=person.email,
            to_name=person.display_name,
            booking=booking,
            driver=driver,
            owner=owner,
            now=clock.now(),
            **context,
        )
