"""A page for development: the mails of an installation that sends none."""

from __future__ import annotations

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from app.config import Settings
from app.kernel.errors import NotFound
from app.notifications import service
from app.notifications.domain import pieces_of
from app.web import clock
from app.web.htmx import render

bp = Blueprint("notifications", __name__)


@bp.get("/dev/mails")
def mails() -> Response:
    """Show the mails that were kept, with their links clickable."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    if not settings.is_embedded or settings.smtp_url:
        raise NotFound
    kept = service.kept_mails(settings)
    return render(
        "notifications/mails.html",
        mails=[
            (mail, pieces_of(mail.body, public_url=settings.public_url))
            for mail in kept
        ],
        now=clock.now(),
    )
