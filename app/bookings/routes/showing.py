"""One booking as its driver and the charger's owner see it."""

from __future__ import annotations

from datetime import datetime

from flask import make_response, request
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import signed_in_person
from app.bookings import service
from app.bookings.domain import MAX_REASON, Actor, State, effective_state, may
from app.bookings.forms import AnswerForm
from app.bookings.service import Booking
from app.chargers import service as chargers
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import parse_code
from app.web.htmx import render, wants_fragment


def find_booking(code: str) -> Booking:
    """Return a booking of the person who looks.

    :raises NotFound: if the code is none, or the booking is somebody else's
    """
    known = parse_code(code)
    if known is None:
        raise NotFound
    return service.get_booking_for(signed_in_person().id, known)


def show_booking(
    booking: Booking,
    now: datetime,
    refusal: Conflict | None = None,
    *,
    form: AnswerForm | None = None,
) -> Response:
    """Return the page of a booking, with the reason if something was refused."""
    role = service.role_of(booking, signed_in_person().id)
    charger = chargers.chargers_by_ids((booking.charger_id,))[booking.charger_id]
    sees_place = role is Actor.OWNER or booking.shows_address(now)
    state = effective_state(booking, now)
    # Whoever waits for an answer polls; it is sent only when it is there.
    is_waiting = role is Actor.DRIVER and state is State.REQUESTED
    if _is_poll_of(state):
        return make_response("", 304)
    response = render(
        "bookings/show.html",
        fragment="bookings/_booking.html",
        status=_status(refusal, form),
        active_tab="owners" if role is Actor.OWNER else "bookings",
        booking=booking,
        state=state,
        role=role,
        charger=charger,
        place=charger if sees_place else None,
        driver=accounts.get_person(booking.driver_id),
        may_cancel=may("cancel", booking, role, now),
        may_unlock=may("unlock", booking, role, now),
        may_answer=may("accept", booking, role, now),
        is_waiting=is_waiting,
        form=form or AnswerForm(formdata=None),
        longest=MAX_REASON,
        refusal=refusal,
        now=now,
    )
    response.headers["HX-PTag"] = state.value
    return response


def _is_poll_of(state: State) -> bool:
    """Return whether a page that polls shows this state already."""
    is_poll = request.method == "GET" and wants_fragment()
    return is_poll and request.headers.get("HX-PTag") == state.value


def _status(refusal: Conflict | None, form: AnswerForm | None) -> int:
    if refusal:
        return refusal.status
    return 422 if form and form.errors else 200
