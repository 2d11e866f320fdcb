"""An owner's own view: dashboard, chargers and their settings, in one place."""

from __future__ import annotations

from flask import Flask

from app.owners.domain import exception_words
from app.owners.routes import bp


def init_app(app: Flask) -> None:
    """Register the room."""
    app.add_template_filter(exception_words)
    app.register_blueprint(bp)
