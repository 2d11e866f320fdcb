"""The map and the filters. Reads only."""

from __future__ import annotations

from flask import Flask

from app.search.routes import bp
from app.search.tiles import map_tiles


def init_app(app: Flask) -> None:
    """Register the room, and the map tiles for every page with a map."""
    app.register_blueprint(bp)
    app.add_template_global(map_tiles)
