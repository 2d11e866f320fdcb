"""The dashboard, one charger's overview, pausing it, and its photos."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person, verified_required
from app.chargers import service as chargers
from app.kernel.errors import DomainError, NotFound
from app.owners import service
from app.owners.forms import PhotoForm
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render, wants_fragment


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one, post = "/chargers/<int:charger_id>", ["POST"]
    photos = f"{one}/photos"
    bp.add_url_rule("", view_func=index)
    bp.add_url_rule("/live", view_func=live)
    bp.add_url_rule(one, view_func=overview)
    bp.add_url_rule(f"{one}/pause", view_func=pause, methods=post)
    bp.add_url_rule(f"{one}/publish", view_func=publish, methods=post)
    bp.add_url_rule(photos, view_func=add_photo, methods=post)
    bp.add_url_rule(f"{photos}/<key>/delete", view_func=remove_photo, methods=post)


@signed_in
def index() -> Response:
    """Show what an owner asks first: money, cars, bookings, boxes."""
    board = service.dashboard(owner_id=signed_in_person().id, now=clock.now())
    return render("owners/index.html", board=board)


@signed_in
def live() -> Response:
    """Show the cars that charge now and the boxes; polled by the dashboard."""
    board = service.dashboard(owner_id=signed_in_person().id, now=clock.now())
    return render("owners/index.html", fragment="owners/_live.html", board=board)


@signed_in
def overview(charger_id: int) -> Response:
    """Show one charger with its hours, prices, bookings and box."""
    return _shown(charger_id)


@verified_required
def pause(charger_id: int) -> Response:
    """Take no new bookings for now."""
    service.pause_charger(
        owner_id=signed_in_person().id, charger_id=charger_id, now=clock.now()
    )
    flash("Paused: nobody can book it now. Bookings that exist stay.", "success")
    return _back(charger_id)


@verified_required
def publish(charger_id: int) -> Response:
    """Offer a paused charger again."""
    service.publish_charger(
        owner_id=signed_in_person().id, charger_id=charger_id, now=clock.now()
    )
    flash("Your charger can be found and booked again.", "success")
    return _back(charger_id)


@verified_required
def add_photo(charger_id: int) -> Response:
    """Add a photo of the place."""
    form = PhotoForm()
    try:
        chargers.add_photo(
            owner_id=signed_in_person().id,
            charger_id=charger_id,
            content=form.content(),
            now=clock.now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        show_refusal(form, DomainError(error.message, field="photo"))
        return _shown(charger_id, form, status=error.status)
    return _photos(charger_id)


@verified_required
def remove_photo(charger_id: int, key: str) -> Response:
    """Take a photo away."""
    chargers.remove_photo(
        owner_id=signed_in_person().id,
        charger_id=charger_id,
        key=key,
        now=clock.now(),
    )
    return _photos(charger_id)


def _shown(
    charger_id: int, photo_form: PhotoForm | None = None, status: int = 200
) -> Response:
    view = service.get_overview(
        owner_id=signed_in_person().id, charger_id=charger_id, now=clock.now()
    )
    return render(
        "owners/overview.html",
        fragment="owners/_photos.html" if photo_form else None,
        status=status,
        view=view,
        charger=view.charger,
        photo_form=photo_form or PhotoForm(formdata=None),
    )


def _photos(charger_id: int) -> Response:
    if wants_fragment():
        return _shown(charger_id, PhotoForm(formdata=None))
    return _back(charger_id, "photos")


def _back(charger_id: int, anchor: str | None = None) -> Response:
    return go_to(url_for("owners.overview", charger_id=charger_id, _anchor=anchor))
