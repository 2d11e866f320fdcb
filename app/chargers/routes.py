"""Photos for everybody, and the label that an owner prints for the wall."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response

from app.accounts.guards import signed_in, signed_in_person
from app.chargers import label, service
from app.chargers.service import Charger
from app.config import Settings
from app.web import storage
from app.web.htmx import render

bp = Blueprint("chargers", __name__)


@bp.get("/photos/<key>")
def photo(key: str) -> Response:
    """Show a photo; its name never stands for other content."""
    response = make_response(storage.get(key))
    response.mimetype = "image/jpeg"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.get("/host/chargers/<int:charger_id>/label")
@signed_in
def show_label(charger_id: int) -> Response:
    """Show the owner the label of his charger and how to put it up."""
    charger = _own(charger_id)
    link = label.deep_link(charger, _public_url())
    is_local = urlsplit(link).hostname in {"127.0.0.1", "::1", "localhost"}
    return render("chargers/label.html", charger=charger, link=link, is_local=is_local)


@bp.get("/host/chargers/<int:charger_id>/label.png")
@signed_in
def label_png(charger_id: int) -> Response:
    """Download the label as a picture."""
    charger = _own(charger_id)
    return _file(label.png(charger, _public_url()), "image/png", charger, "png")


@bp.get("/host/chargers/<int:charger_id>/label.pdf")
@signed_in
def label_pdf(charger_id: int) -> Response:
    """Download the label for printing."""
    charger = _own(charger_id)
    return _file(label.pdf(charger, _public_url()), "application/pdf", charger, "pdf")


def _own(charger_id: int) -> Charger:
    person = signed_in_person()
    return service.get_own_charger(owner_id=person.id, charger_id=charger_id)


def _public_url() -> str:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return settings.public_url


def _file(content: bytes, mimetype: str, charger: Charger, ending: str) -> Response:
    response = make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = (
        f'inline; filename="plugbid-{charger.code}.{ending}"'
    )
    # The name on it can change at any time, and it is one owner's own.
    response.headers["Cache-Control"] = "private, no-cache"
    return response
