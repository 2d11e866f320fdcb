"""Which map tiles the pages use: the built-in ones, or those of a tile service."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from app.config import Settings
from app.search.atlas import ATTRIBUTION
from app.search.basemap import MAX_ZOOM


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Addresses in Leaflet's notation, and what must be said about the source.

    :ivar url_dark: the same map for dark pages; empty where there is none
    """

    url: str
    url_dark: str
    attribution: str
    max_zoom: int


def map_tiles() -> MapTiles:
    """Return the tiles of this installation."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    if settings.tile_url:
        return MapTiles(
            settings.tile_url, "", settings.tile_attribution, settings.tile_max_zoom
        )
    own = "/basemap/{z}/{x}/{y}.svg"
    return MapTiles(own, own + "?t=dark", ATTRIBUTION, MAX_ZOOM)
