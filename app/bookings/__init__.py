"""A time that is yours: book, cancel, and the states between."""

from __future__ import annotations

from flask import Flask

from app.bookings.domain import exact_wall_time
from app.bookings.routes import bp


def init_app(app: Flask) -> None:
    """Register the room."""
    app.add_template_filter(exact_wall_time, "exact_wall_time")
    app.register_blueprint(bp)
