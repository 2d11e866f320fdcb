"""A charger on offer, in OCPI's shape: place, plug, power, photos, QR label."""

from __future__ import annotations

from flask import Flask

from app.chargers.routes import bp


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(bp)
