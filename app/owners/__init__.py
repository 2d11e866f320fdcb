"""An owner's own view: dashboard, chargers and their settings, in one place."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
    from app.owners.routes import bp

    app.register_blueprint(bp)
