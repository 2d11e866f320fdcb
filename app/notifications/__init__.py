"""Mails about what happened in other rooms; nothing else depends on this room."""

from __future__ import annotations

from flask import Flask

from app.notifications import (
    listeners,
    listeners_bids,
    listeners_requests,
    listeners_searches,
)
from app.notifications.routes import bp


def init_app(app: Flask) -> None:
    """Register the room and listen to the others."""
    app.register_blueprint(bp)
    listeners.init_app(app)
    listeners_bids.init_app(app)
    listeners_searches.init_app(app)
    listeners_requests.init_app(app)
