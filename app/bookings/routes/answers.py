"""The owner's answer to a driver who asks for a time."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import signed_in, signed_in_person
from app.bookings import service
from app.bookings.domain import BookingRefused
from app.bookings.forms import AnswerForm
from app.bookings.routes.showing import find_booking, show_booking
from app.bookings.service import Booking
from app.kernel.errors import Conflict
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to


def add_to(bp: Blueprint) -> None:
    """Add these actions to the blueprint."""
    one, post = "/bookings/<code>", ["POST"]
    bp.add_url_rule(f"{one}/accept", view_func=accept, methods=post)
    bp.add_url_rule(f"{one}/decline", view_func=decline, methods=post)


@signed_in
def accept(code: str) -> Response:
    """Give the driver the time, or say why that is not possible any more."""
    now, booking = clock.now(), find_booking(code)
    try:
        service.accept(owner_id=signed_in_person().id, code=booking.code, now=now)
    except Conflict as refusal:
        return show_booking(find_booking(code), now, refusal)
    flash(f"Accepted. {_driver_of(booking)} is told at once.", "success")
    return go_to(url_for("bookings.show", code=booking.code))


@signed_in
def decline(code: str) -> Response:
    """Say no, with a line to the driver if the owner likes."""
    now, booking, form = clock.now(), find_booking(code), AnswerForm()
    owner_id, why = signed_in_person().id, form.why.data or ""
    try:
        service.decline(owner_id=owner_id, code=booking.code, why=why, now=now)
    except BookingRefused as refusal:
        show_refusal(form, refusal)
        return show_booking(booking, now, form=form)
    except Conflict as refusal:
        return show_booking(find_booking(code), now, refusal, form=form)
    flash(f"Declined. {_driver_of(booking)} is told, and the time is free.", "success")
    return go_to(url_for("bookings.show", code=booking.code))


def _driver_of(booking: Booking) -> str:
    return accounts.get_person(booking.driver_id).display_name
