"""Turns questions to an owner, and the answers, into mails to the two of them."""

from __future__ import annotations

from flask import Flask

from app.accounts import service as accounts
from app.bookings import service as bookings
from app.bookings.events import BookingDeclined, BookingExpired, BookingRequested
from app.kernel.events import EventBus
from app.kernel.period import Period
from app.notifications import service
from app.notifications.nearby import search_near
from app.web import clock


def init_app(app: Flask) -> None:
    """Listen to everything between a driver's question and the owner's answer."""
    bus: EventBus = app.extensions["plugbid_events"]
    bus.subscribe(BookingRequested, _ask_owner)
    bus.subscribe(BookingDeclined, _say_declined)
    bus.subscribe(BookingExpired, _say_expired)


def _ask_owner(event: BookingRequested) -> None:
    _write("asked_owner", event, to_id=event.owner_id)


def _say_declined(event: BookingDeclined) -> None:
    _write_with_others("declined_driver", event)


def _say_expired(event: BookingExpired) -> None:
    _write_with_others("expired_driver", event)


def _write_with_others(template: str, event: BookingDeclined | BookingExpired) -> None:
    """Write to the driver, who has to look for another charger now."""
    booking = bookings.get_booking_for(event.driver_id, event.code)
    period = Period(booking.starts_at, booking.ends_at)
    nearby = search_near(booking.charger_id, period, clock.now())
    _write(template, event, to_id=event.driver_id, nearby=nearby)


def _write(
    template: str,
    event: BookingRequested | BookingDeclined | BookingExpired,
    *,
    to_id: int,
    **context: object,
) -> None:
    people = accounts.people_by_ids((event.driver_id, event.owner_id))
    service.write(
        template,
        to_email=people[to_id].email,
        to_name=people[to_id].display_name,
        booking=bookings.get_booking_for(event.driver_id, event.code),
        driver=people[event.driver_id],
        owner=people[event.owner_id],
        now=clock.now(),
        **context,
    )
