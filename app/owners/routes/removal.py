"""Deleting a charger: first what happens to its bookings, then the deed."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in_person, verified_required
from app.kernel.errors import Conflict
from app.owners import service
from app.owners.forms import RemovalForm
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    path = "/chargers/<int:charger_id>/delete"
    bp.add_url_rule(path, view_func=remove_charger, methods=["GET", "POST"])


@verified_required
def remove_charger(charger_id: int) -> Response:
    """Say which bookings end with the charger, and take it down once confirmed."""
    form, now, owner_id = RemovalForm(), clock.now(), signed_in_person().id
    if request.method == "GET" or not form.validate():
        return _shown(form, charger_id, 422 if form.errors else 200)
    try:
        canceled = service.remove_charger(
            owner_id=owner_id,
            charger_id=charger_id,
            confirmed_codes=form.confirmed_codes(),
            now=now,
        )
    except Conflict as error:
        show_refusal(form, error)
        return _shown(form, charger_id, error.status)
    told = f" {canceled} drivers are told." if canceled > 1 else ""
    told = " The driver is told." if canceled == 1 else told
    flash(f"Your charger is deleted.{told}", "success")
    return go_to(url_for("owners.index"))


def _shown(form: RemovalForm, charger_id: int, status: int) -> Response:
    view = service.get_overview(
        owner_id=signed_in_person().id, charger_id=charger_id, now=clock.now()
    )
    return render(
        "owners/delete.html",
        fragment="owners/_delete_form.html",
        status=status,
        form=form,
        view=view,
        charger=view.charger,
        codes=",".join(each.code for each in view.bookings),
    )
