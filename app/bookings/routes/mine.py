"""The driver's bookings: the list, one booking, and calling it off."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import signed_in, signed_in_person
from app.bookings import service
from app.bookings.domain import Actor, effective_state, may
from app.bookings.service import Booking
from app.chargers import service as chargers
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import parse_code
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
    return _show(_booking(code), clock.now())


@signed_in
def cancel(code: str) -> Response:
    """Call the booking off, or say why that is not possible any more."""
    now = clock.now()
    booking = _booking(code)
    try:
        service.cancel(user_id=signed_in_person().id, code=booking.code, now=now)
    except Conflict as refusal:
        return _show(_booking(code), now, refusal)
    flash("The booking is canceled. The time is free for others again.", "success")
    return go_to(url_for("bookings.show", code=booking.code))


def _booking(code: str) -> Booking:
    known = parse_code(code)
    if known is None:
        raise NotFound
    return service.get_booking_for(signed_in_person().id, known)


def _show(booking: Booking, now: datetime, refusal: Conflict | None = None) -> Response:
    role = service.role_of(booking, signed_in_person().id)
    charger = chargers.chargers_by_ids((booking.charger_id,))[booking.charger_id]
    sees_place = role is Actor.OWNER or booking.shows_address(now)
    return render(
        "bookings/show.html",
        fragment="bookings/_booking.html",
        status=refusal.status if refusal else 200,
        active_tab="owners" if role is Actor.OWNER else "bookings",
        booking=booking,
        state=effective_state(booking, now),
        role=role,
        charger=charger,
        place=charger if sees_place else None,
        driver=accounts.get_person(booking.driver_id),
        may_cancel=may("cancel", booking, role, now),
        may_unlock=may("unlock", booking, role, now),
        refusal=refusal,
        now=now,
    )
