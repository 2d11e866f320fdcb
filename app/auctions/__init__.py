"""Bids for time on a charger: order books, clearing, and the prices it makes."""

from __future__ import annotations

from flask import Flask

from app.auctions import listeners
from app.auctions.routes import bp


def init_app(app: Flask) -> None:
    """Register the room and listen to the prices."""
    app.register_blueprint(bp)
    listeners.init_app(app)
