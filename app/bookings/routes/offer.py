"""The page of a charger on offer: pick a time, see the ceiling, book it."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import current_person, signed_in_person, verified_required
from app.accounts.service import Vehicle
from app.auctions import service as auctions
from app.bookings import service
from app.bookings.domain import local_date, wall_time
from app.bookings.forms import WishForm
from app.bookings.routes.hours import exceptions_in_words, week_in_words
from app.bookings.routes.page import USUAL_LENGTH_S, html_name, page_of
from app.bookings.service import Offer, State
from app.chargers import service as chargers
from app.chargers.domain import PARKING_TYPES
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.kernel.period import Period
from app.schedules import service as schedules
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render

_BOOKED = "It is yours. The address and the way to the plug are below."
_ASKED = "You have asked for it. You get a letter as soon as there is an answer."


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one = "/chargers/<int:charger_id>"
    bp.add_url_rule(one, view_func=offer)
    bp.add_url_rule(f"{one}/book", view_func=book, methods=["POST"])


def offer(charger_id: int) -> Response:
    """Show the charger with the price of the wanted, or the first free, time."""
    charger, now = chargers.get_charger(charger_id), clock.now()
    form, cars = _form(request.args)
    if not form.has_time:
        return _show(form, _first_offer(charger, cars, form, now), now)
    made = _wanted_offer(charger, cars, form, now)
    if made.is_auctioned:
        person = current_person()
        auctions.count_look(person.id if person else request.remote_addr, now)
    return _show(form, made, now)


@verified_required
def book(charger_id: int) -> Response:
    """Book the time, or say why not beside its field."""
    charger, now = chargers.get_charger(charger_id), clock.now()
    person = signed_in_person()
    form, cars = _form(request.form)
    # A program that books may name its request as the web's convention has it.
    form.key.data = request.headers.get("Idempotency-Key") or form.key.data
    try:
        wish = form.to_command(
            driver_id=person.id, charger_id=charger_id, zone=charger.time_zone
        )
        booking = service.take(wish, now)
    except DomainError as refusal:
        made = _wanted_offer(charger, cars, form, now, refusal)
        return _show(form, made, now)
    flash(_BOOKED if booking.state is State.RESERVED else _ASKED, "success")
    return go_to(url_for("bookings.show", code=booking.code))


def _form(values: object) -> tuple[WishForm, tuple[Vehicle, ...]]:
    person = current_person()
    cars = accounts.vehicles_of(person.id) if person else ()
    form = WishForm(formdata=values)
    form.offer_cars(cars)
    return form, cars


def _first_offer(
    charger: Charger, cars: tuple[Vehicle, ...], form: WishForm, now: datetime
) -> Offer:
    """Return the offer of the first free time, for which nobody has asked yet."""
    return _offer(charger, service.suggestion(charger, now), cars, form, now)


def _wanted_offer(
    charger: Charger,
    cars: tuple[Vehicle, ...],
    form: WishForm,
    now: datetime,
    refusal: DomainError | None = None,
) -> Offer:
    """Return the offer of the time in the form, with the reason if it was refused."""
    period = None
    try:
        period = form.period(charger.time_zone)
    except DomainError as error:
        refusal = refusal or error
    made = _offer(charger, period, cars, form, now)
    if refusal is None:
        return made
    return service.refused_offer(made, refusal, now)


def _offer(
    charger: Charger,
    period: Period | None,
    cars: tuple[Vehicle, ...],
    form: WishForm,
    now: datetime,
) -> Offer:
    person = current_person()
    refusal, cap_wh, car = None, None, None
    try:
        cap_wh = form.cap_wh()
        car_id = form.car_id()
        car = next((each for each in cars if each.id == car_id), None)
    except DomainError as error:
        refusal = error
    made = service.offer(
        charger_id=charger.id,
        period=period,
        vehicle=car,
        driver_id=person.id if person else None,
        energy_cap_wh=cap_wh,
        now=now,
    )
    return service.refused_offer(made, refusal, now) if refusal else made


def _show(form: WishForm, made: Offer, now: datetime) -> Response:
    day = _day(made, now)
    length_s = made.period.duration_s if made.period else USUAL_LENGTH_S
    week = service.week(made.charger, day=day, length_s=length_s, now=now)
    opening = schedules.opening_of(made.charger.id)
    _fill(form, made)
    kept = {"car": form.vehicle_id.data, "cap_kwh": form.energy_cap_wh.data or ""}
    return render(
        "bookings/offer.html",
        fragment="bookings/_offer.html",
        status=_status(made.refusal),
        active_tab="search",
        form=form,
        offer=made,
        charger=made.charger,
        tap=page_of(made, week, day=day, kept=kept),
        bad_field=html_name(made.refusal.field) if made.refusal else None,
        person=current_person(),
        parking=PARKING_TYPES,
        hours=week_in_words(opening, week.today),
        exceptions=exceptions_in_words(opening, week.today),
    )


def _fill(form: WishForm, made: Offer) -> None:
    """Write the offered time, the reason and a new key into the form."""
    zone = made.charger.time_zone
    if made.refusal:
        show_refusal(form, made.refusal)
    if made.period:
        form.starts_at.data = wall_time(made.period.starts_at, zone)
        form.ends_at.data = wall_time(made.period.ends_at, zone)
    # Every form that is shown has a key of its own: it makes at most one booking.
    form.key.data = secrets.token_urlsafe(18)


def _status(refusal: DomainError | None) -> int:
    """Looking at a charger that takes no bookings is no fault; asking for one is."""
    if refusal is None or (request.method == "GET" and refusal.field is None):
        return 200
    return refusal.status


def _day(made: Offer, now: datetime) -> date:
    """Return the date to look at: the one asked for, else that of the time."""
    zone = made.charger.time_zone
    try:
        return date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return local_date(made.period.starts_at if made.period else now, zone)
