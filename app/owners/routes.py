"""An owner's pages: the dashboard, and the charger with everything about it."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in
from app.web.htmx import render

bp = Blueprint("owners", __name__, url_prefix="/host")


@bp.get("")
@signed_in
def index() -> Response:
    """Show what an owner asks first: today, money, boxes."""
    return render("owners/index.html")
