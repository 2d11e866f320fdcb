"""The map and the filters. Reads only."""

from __future__ import annotations

from flask import Flask

from app.search.routes import bp


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(bp)
