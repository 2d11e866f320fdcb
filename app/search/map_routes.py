"""Addresses of the map itself: its tiles, its frame, and places by name."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, request, url_for

from app.config import Settings
from app.search import atlas, routes_places
from app.search.basemap.tiles import MAX_ZOOM, tile_svg
from app.search.shell import map_shell

_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Tiles:
    """What a map needs to know about its background."""

    url: str
    dark_url: str
    attribution: str
    max_zoom: int


def register(bp: Blueprint) -> None:
    """Add the addresses to the room's blueprint and ``map_tiles`` to templates."""
    bp.add_url_rule("/basemap/<int:z>/<int:x>/<int:y>.svg", view_func=basemap)
    bp.add_url_rule("/map/shell-<digest>.js", view_func=map_shell_js)
    bp.add_url_rule("/places", view_func=routes_places.places)
    bp.add_app_template_global(map_tiles)


def basemap(z: int, x: int, y: int) -> Response:
    """Draw one tile of the built-in map; ``t=dark``, ``k`` as `tile_svg` says."""
    dark = request.args.get("t") == "dark"
    quarters = request.args.get("k", 0, type=int)
    content = tile_svg(z, x, y, dark, quarters=quarters)
    return _kept(Response(content, mimetype="image/svg+xml"))


def map_shell_js(digest: str) -> Response:
    """Send the script of the map's frame, under the name of its content."""
    shell = map_shell()
    if digest != shell.digest:
        abort(404)
    return _kept(Response(shell.js, mimetype="text/javascript"))


def map_tiles() -> Tiles:
    """Return the tile server of the settings, or the built-in map."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    if settings.tile_url:
        return Tiles(
            url=settings.tile_url,
            dark_url="",
            attribution=settings.tile_attribution,
            max_zoom=settings.tile_max_zoom,
        )
    # The version lets browsers keep tiles for good and still see a new atlas.
    top = url_for("search.basemap", z=0, x=0, y=0)
    url = f"{top.removesuffix('0/0/0.svg')}{{z}}/{{x}}/{{y}}.svg?v={_version()}&k={{k}}"
    return Tiles(
        url=url,
        dark_url=f"{url}&t=dark",
        attribution=atlas.ATTRIBUTION,
        max_zoom=MAX_ZOOM,
    )


def _version() -> str:
    return atlas.packed_digest()[:8]


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = _FOREVER
    return response
