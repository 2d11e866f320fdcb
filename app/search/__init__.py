"""The map and the filters, and the searches that drivers keep."""

from __future__ import annotations

from flask import Flask

from app.search.routes import bp
from app.search.routes_places import find_for_pin


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(bp)
    # Rooms beside this one put pins on the map without knowing this one.
    app.extensions["plugbid_find_places"] = find_for_pin
