"""The one page on which a charger is described, new or stored."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in_person, verified_required
from app.chargers import service as chargers
from app.chargers.domain import ListingRefused
from app.owners import service
from app.owners.countries import usual_country
from app.owners.forms import ChargerForm
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render

_ZONES = tuple(
    sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    )
)


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    both = ["GET", "POST"]
    edit_path = "/chargers/<int:charger_id>/edit"
    bp.add_url_rule("/chargers/new", view_func=new_charger, methods=both)
    bp.add_url_rule(edit_path, view_func=edit_charger, methods=both)


@verified_required
def new_charger() -> Response:
    """Describe a new charger."""
    if request.method == "GET":
        languages = list(request.accept_languages.values())
        return _shown(ChargerForm.empty(usual_country(languages)), None)
    form = ChargerForm.sent()
    if not _is_ready(form):
        return _shown(form, None)
    assert form.command
    charger_id = service.add_charger(
        owner_id=signed_in_person().id, command=form.command, now=clock.now()
    )
    flash("Your charger is on the map.", "success")
    return go_to(url_for("owners.overview", charger_id=charger_id))


@verified_required
def edit_charger(charger_id: int) -> Response:
    """Change a charger."""
    owner_id = signed_in_person().id
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    if request.method == "GET":
        tariff, hours = pricing.tariff_of(charger_id), schedules.opening_of(charger_id)
        return _shown(ChargerForm.of_charger(charger, tariff, hours), charger_id)
    form = ChargerForm.sent()
    if not _is_ready(form):
        return _shown(form, charger_id)
    if not _is_saved(form, owner_id, charger_id):
        return _shown(form, charger_id)
    flash("Saved. Bookings that exist keep their time and price.", "success")
    return go_to(url_for("owners.overview", charger_id=charger_id))


def _is_saved(form: ChargerForm, owner_id: int, charger_id: int) -> bool:
    """Store what the form says; False with the reason at its field if it cannot be."""
    assert form.command
    try:
        service.edit_charger(
            owner_id=owner_id,
            charger_id=charger_id,
            command=form.command,
            now=clock.now(),
        )
    except ListingRefused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _is_ready(form: ChargerForm) -> bool:
    """Return whether the form is complete; its other buttons only change rows."""
    button = request.form.get("change")
    if button == "find-place":
        _find_place(form)
        return False
    if button:
        form.change(button)
        return False
    return form.validate()


def _find_place(form: ChargerForm) -> None:
    """Put the pin where the written address is, as well as this site knows."""
    # The room that knows places stands beside this one, so it is met by name only.
    find = current_app.extensions.get("plugbid_find_places")
    for text in form.written_place:
        for place in find(text, limit=1) if find and text else ():
            note = f"The pin is in {place.label}. Please move it to your charger."
            form.move_pin(place.lat, place.lon, note)
            return
    form.place_note = "This place was not found. Please put the pin by hand."


def _shown(form: ChargerForm, charger_id: int | None) -> Response:
    form_url = (
        url_for("owners.edit_charger", charger_id=charger_id)
        if charger_id
        else url_for("owners.new_charger")
    )
    return render(
        "owners/edit.html",
        fragment="owners/_charger_form.html",
        status=422 if form.is_refused else 200,
        form=form,
        form_url=form_url,
        charger_id=charger_id,
        zones=_ZONES,
    )
