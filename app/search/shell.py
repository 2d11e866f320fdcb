"""Builds the Leaflet map's frame with Folium, once, as a script of its own.

Folium is imported only here and only when the frame is built: it brings numpy and
0.4 s with it. Pins are not its work; static/search/map.js draws them from the page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAP_NAME = "chargers"


@dataclass(frozen=True, slots=True)
class Shell:
    """The map's element for the page and the script that brings it to life."""

    html: str
    js: str
    digest: str


@lru_cache(maxsize=1)
def map_shell() -> Shell:
    """Return the frame; the same bytes in every process, so the script can be kept.

    The page's element is ``map_chargers``; the script hands the Leaflet map over to
    ``plugbidMap.attach``.
    """
    figure = _framed_map().get_root()
    for child in figure._children.values():
        child.render()
    # figure.header is left out: it holds inline styles and forbids zooming the page.
    js: str = figure.script.render()
    digest = hashlib.sha256(js.encode()).hexdigest()[:12]
    return Shell(html=figure.html.render().strip(), js=js, digest=digest)


def _framed_map() -> Any:
    import folium
    from branca.element import MacroElement
    from folium.template import Template

    class PlainMap(folium.Map):
        # Folium would load Bootstrap, jQuery and Leaflet from elsewhere; the page
        # brings the vendored Leaflet itself. These lists are shared class attributes
        # that Folium appends to, so the subclass gets its own.
        default_js: list[tuple[str, str]] = []
        default_css: list[tuple[str, str]] = []

    class Handover(MacroElement):
        _template = Template(
            "{% macro script(this, kwargs) %}"
            "plugbidMap.attach({{ this._parent.get_name() }});"
            "{% endmacro %}"
        )

    frame = PlainMap(
        location=[50.0, 10.0],
        zoom_start=5,
        tiles=None,
        zoom_control="bottomright",
        control_scale=True,
        prefer_canvas=True,
        zoom_snap=0.25,
        wheel_px_per_zoom_level=90,
        world_copy_jump=True,
    )
    handover = Handover()  # type: ignore[no-untyped-call]
    frame.add_child(handover)
    # Named elements instead of random ones make the script the same every time.
    frame._id, handover._id = MAP_NAME, "handover"
    return frame
