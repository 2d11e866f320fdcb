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
    state = effective_state(booking, now)
    if _is_poll_of(state):
        return make_response("", 304)
    form = form or AnswerForm(formdata=None)
    response = render(
        "bookings/show.html",
        fragment="bookings/_booking.html",
        status=refusal.status if refusal else 422 if form.errors else 200,
        booking=booking,
        state=state,
        form=form,
        refusal=refusal,
        now=now,
        **_people_and_place(booking, now),
    )
    response.headers["HX-PTag"] = state.value
    return response


def _people_and_place(booking: Booking, now: datetime) -> dict[str, object]:
    """Return who looks and may do what, and what of the place that person may see."""
    role = service.role_of(booking, signed_in_person().id)
    charger = chargers.chargers_by_ids((booking.charger_id,))[booking.charger_id]
    sees_place = role is Actor.OWNER or booking.shows_address(now)
    # The driver's page asks again and again until there is an answer.
    is_asked = effective_state(booking, now) is State.REQUESTED
    return {
        "active_tab": "owners" if role is Actor.OWNER else "bookings",
        "role": role,
        "charger": charger,
        "place": charger if sees_place else None,
        "driver": accounts.get_person(booking.driver_id),
        "may_cancel": may("cancel", booking, role, now),
        "may_unlock": may("unlock", booking, role, now),
        "may_answer": may("accept", booking, role, now),
        "is_waiting": is_asked and role is Actor.DRIVER,
        "longest": MAX_REASON,
    }


def _is_poll_of(state: State) -> bool:
    """Return whether a page that polls shows this state already."""
    is_poll = request.method == "GET" and wants_fragment()
    return is_poll and request.headers.get("HX-PTag") == state.value
