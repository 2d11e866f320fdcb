"""What flowed: unlocking, sessions, readings, sealed records."""

from __future__ import annotations

from flask import Flask

from app.metering import listeners
from app.metering.routes import bp


def init_app(app: Flask) -> None:
    """Register the room's pages and listen to the boxes."""
    app.register_blueprint(bp)
    listeners.subscribe(app.extensions["plugbid_events"])
