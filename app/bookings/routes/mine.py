"""The driver's bookings: the list, one booking, and calling it off."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person
from app.bookings import service
from app.bookings.domain import State, effective_state
from app.bookings.routes.showing import find_booking, show_booking
from app.chargers import service as chargers
from app.kernel.errors import Conflict
from app.web import clock
from app.web.htmx import go_to, render


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    bp.add_url_rule("/bookings", view_func=index)
    bp.add_url_rule("/bookings/<code>", view_func=show)
    bp.add_url_rule("/bookings/<code>/cancel", view_func=cancel, methods=["POST"])


@signed_in
def index() -> Response:
    """List what the driver has booked: the next one large, the past ones small."""
    now = clock.now()
    diary = service.bookings_of_driver(signed_in_person().id, now)
    ids = {each.charger_id for each in (*diary.upcoming, *diary.past)}
    return render(
        "bookings/index.html",
        diary=diary,
        chargers=chargers.chargers_by_ids(ids),
        state_of=effective_state,
        now=now,
    )


@signed_in
def show(code: str) -> Response:
    """Show one booking to its driver or to the charger's owner."""
    return show_booking(find_booking(code), clock.now())


@signed_in
def cancel(code: str) -> Response:
    """Call the booking off, or say why that is not possible any more."""
    now = clock.now()
    booking = find_booking(code)
    try:
        service.cancel(user_id=signed_in_person().id, code=booking.code, now=now)
    except Conflict as refusal:
        return show_booking(find_booking(code), now, refusal)
    was_request = booking.state is State.REQUESTED
    thing = "request is taken back" if was_request else "booking is canceled"
    flash(f"The {thing}. The time is free for others again.", "success")
    return go_to(url_for("bookings.show", code=booking.code))
