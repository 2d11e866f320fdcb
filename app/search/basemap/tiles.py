"""Draws the built-in base map: one SVG tile from the atlas. No network, no streets."""

from __future__ import annotations

import math
import sqlite3
from functools import lru_cache
from xml.sax.saxutils import escape

from app.kernel.errors import NotFound
from app.search import atlas
from app.search.basemap.geometry import (
    WORLD,
    Ring,
    clip_ring,
    rounded,
    to_degrees,
    unpack,
)
from app.search.basemap.labels import TILE_PX, places_around
from app.search.basemap.style import (
    DARK,
    LAST_LABEL_ZOOM,
    LIGHT,
    Palette,
    built_radius_m,
    label_px,
    label_width_px,
    rank,
)

MAX_ZOOM = 18
_PAD_PX = 10.0
_NAME_REACH_PX = 140.0
_FONT = "Figtree,system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
# Each level of detail: first zoom it serves, deepest zoom its leaves were cut at.
_LEVELS = ((6, 8), (3, 5), (0, 0))
# Closer up, a river drawn from so few points would run through the wrong streets.
_LAST_RIVER_ZOOM = 11
_METERS_PER_UNIT = 2 * math.pi * 6_378_137 / WORLD


def tile_svg(
    z: int,
    x: int,
    y: int,
    dark: bool,
    *,
    quarters: int = 0,
    source: sqlite3.Connection | None = None,
) -> bytes:
    """Return the tile as an SVG image; the same arguments give the same bytes.

    :param dark: whether to draw for a dark page
    :param quarters: how far the map is zoomed beyond this tile, in quarters of a
        zoom level (-2 to 1); names are drawn so much smaller or larger, so that a
        stretched tile still shows them at one size
    :param source: the atlas; the running application's by default
    :raises NotFound: if there is no such tile
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise NotFound
    source = source or atlas.connection()
    palette = DARK if dark else LIGHT
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" '
        'viewBox="0 0 256 256">'
        f'<rect width="256" height="256" fill="{palette.water}"/>'
    ]
    land, borders, rivers = _shapes(source, z, x, y)
    if land:
        parts += _draw_land(land, palette, z)
        parts += _draw_built(source, palette, z, x, y)
    if rivers and z <= _LAST_RIVER_ZOOM:
        parts.append(_draw_rivers(rivers, palette, z))
    if z >= 10:
        parts.append(_draw_grid(palette, z))
    if borders:
        parts.append(_draw_borders(borders, palette, z))
    parts += _draw_names(source, palette, z, x, y, quarters)
    parts.append("</svg>")
    return "".join(parts).encode()


def _shapes(
    source: sqlite3.Connection, z: int, x: int, y: int
) -> tuple[list[Ring], list[Ring], list[Ring]]:
    first, deepest = next(level for level in _LEVELS if z >= level[0])
    for depth in range(min(z, deepest), first - 1, -1):
        column, row = x >> z - depth, y >> z - depth
        found = source.execute(
            "SELECT land, border, river FROM leaf WHERE z = ? AND x = ? AND y = ?",
            (depth, column, row),
        ).fetchone()
        if found:
            passes = 0 if z < 9 else 1 if z < 11 else 2
            land = _placed(_decoded(found[0], passes), z, x, y, True)
            border, river = (
                _placed(_decoded(lines, 0), z, x, y, False) for lines in found[1:]
            )
            return land, border, river
    return [], [], []


@lru_cache(maxsize=96)
def _decoded(
    content: bytes, passes: int
) -> tuple[tuple[Ring, float, float, float, float], ...]:
    shapes = []
    for line in unpack(content):
        ring = rounded(line, passes) if passes else line
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        shapes.append((ring, min(xs), min(ys), max(xs), max(ys)))
    return tuple(shapes)


def _placed(
    shapes: tuple[tuple[Ring, float, float, float, float], ...],
    z: int,
    x: int,
    y: int,
    closed: bool,
) -> list[Ring]:
    """Return the shapes that touch the tile, in its pixels, rings clipped to it."""
    units = WORLD / (1 << z)
    scale = TILE_PX / units
    pad = _PAD_PX / scale
    left, top = x * units, y * units
    result = []
    for ring, min_x, min_y, max_x, max_y in shapes:
        if (
            max_x < left - pad
            or min_x > left + units + pad
            or max_y < top - pad
            or min_y > top + units + pad
        ):
            continue
        points = [((px - left) * scale, (py - top) * scale) for px, py in ring]
        if closed:
            points = clip_ring(points, -_PAD_PX, TILE_PX + _PAD_PX)
        if len(points) > 1:
            result.append(points)
    return result


def _path(lines: list[Ring], end: str) -> str:
    pieces = []
    for line in lines:
        words = []
        last = ""
        for px, py in line:
            word = f"{px:.1f} {py:.1f}"
            if word != last:
                words.append(word)
            last = word
        if len(words) > 1:
            pieces.append("M" + "L".join(words) + end)
    return "".join(pieces)


def _draw_land(land: list[Ring], palette: Palette, z: int) -> list[str]:
    outline = _path(land, "Z")
    glow = (
        f'<use href="#l" fill="none" stroke="{palette.shore}" stroke-width="8" '
        'stroke-linejoin="round"/>'
        if z >= 5
        else ""
    )
    width = 0.7 if z < 7 else 1.1
    return [
        f'<defs><path id="l" d="{outline}"/><clipPath id="c" clip-rule="evenodd">'
        '<use href="#l" clip-rule="evenodd"/></clipPath>'
        f'<radialGradient id="b"><stop offset=".1" stop-color="{palette.built}" '
        f'stop-opacity=".42"/><stop offset="1" stop-color="{palette.built}" '
        'stop-opacity="0"/></radialGradient></defs>',
        glow,
        f'<use href="#l" fill="{palette.land}" fill-rule="evenodd" '
        f'stroke="{palette.coast}" stroke-width="{width}" stroke-linejoin="round"/>',
    ]


def _draw_built(
    source: sqlite3.Connection, palette: Palette, z: int, x: int, y: int
) -> list[str]:
    """Draw a soft stain around each place, as wide as its people need."""
    if z < 7:
        return []
    lat, _ = to_degrees(0, (y + 0.5) * WORLD / (1 << z))
    meters_per_px = _METERS_PER_UNIT * math.cos(math.radians(lat)) * WORLD
    meters_per_px /= TILE_PX << z
    reach_px = 14_000 / meters_per_px
    circles = []
    for _, population, px, py in places_around(source, z, x, y, reach_px, 99):
        radius = built_radius_m(population) / meters_per_px
        if radius < 6 or _misses(px, py, radius):
            continue
        circles.append(f'<circle cx="{px:.0f}" cy="{py:.0f}" r="{radius:.1f}"/>')
    if not circles:
        return []
    return ['<g clip-path="url(#c)" fill="url(#b)">', *circles, "</g>"]


def _misses(px: float, py: float, radius: float) -> bool:
    dx = max(-px, 0.0, px - TILE_PX)
    dy = max(-py, 0.0, py - TILE_PX)
    return math.hypot(dx, dy) > radius


def _draw_grid(palette: Palette, z: int) -> str:
    """Draw faint squared paper, so that moving the map is felt without streets."""
    step = 64 if z >= 12 else 128
    lines = "".join(
        f"M{at + 0.5} 0V256M0 {at + 0.5}H256" for at in range(0, TILE_PX, step)
    )
    return f'<path d="{lines}" stroke="{palette.grid}" stroke-opacity=".045"/>'


def _draw_rivers(rivers: list[Ring], palette: Palette, z: int) -> str:
    width = 0.7 if z < 5 else 1.1 if z < 8 else 1.8
    return (
        f'<path d="{_path(rivers, "")}" fill="none" stroke="{palette.river}" '
        f'stroke-width="{width}" stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _draw_borders(borders: list[Ring], palette: Palette, z: int) -> str:
    width = 0.8 if z < 5 else 1.3
    return (
        f'<path d="{_path(borders, "")}" fill="none" stroke="{palette.border}" '
        f'stroke-width="{width}" stroke-dasharray="5 3" stroke-linejoin="round" '
        'stroke-opacity=".8"/>'
    )


def _draw_names(
    source: sqlite3.Connection,
    palette: Palette,
    z: int,
    x: int,
    y: int,
    quarters: int,
) -> list[str]:
    stretch = 2.0 ** (-max(-2, min(1, quarters)) / 4)
    parts = [
        f'<g font-family="{_FONT}" text-anchor="middle" paint-order="stroke" '
        f'stroke="{palette.halo}" stroke-opacity=".85" '
        f'stroke-width="{3 * stretch:.1f}" stroke-linejoin="round">'
    ]
    # Larger names need the room that the zoom level before leaves between them.
    level = z - 1 if stretch > 1 else z
    if 3 <= level <= 6:
        parts += _country_names(source, palette, z, x, y, level, stretch)
    # Above the last labeling zoom every place is shown, however small.
    shown = 99 if level > LAST_LABEL_ZOOM else level
    for name, population, px, py in places_around(
        source, z, x, y, _NAME_REACH_PX * stretch, shown
    ):
        size = label_px(population, z) * stretch
        # Fonts differ in width; a name cut at a tile's edge would look broken.
        half = label_width_px(name, size) * 0.75
        if -half < px < TILE_PX + half and -size < py < TILE_PX + size:
            parts.append(_name(name, population, px, py, size, palette))
    parts.append("</g>")
    return parts if len(parts) > 2 else []


def _name(
    name: str, population: int, px: float, py: float, size: float, palette: Palette
) -> str:
    weight, color = (650, palette.city) if rank(population) < 4 else (500, palette.town)
    return (
        f'<text x="{px:.1f}" y="{py + size / 3:.1f}" font-size="{size:.1f}" '
        f'font-weight="{weight}" fill="{color}">{escape(name)}</text>'
    )


def _country_names(
    source: sqlite3.Connection,
    palette: Palette,
    z: int,
    x: int,
    y: int,
    level: int,
    stretch: float,
) -> list[str]:
    scale = TILE_PX * (1 << z) / WORLD
    parts = []
    for name, wx, wy in source.execute(
        "SELECT name, x, y FROM country_label WHERE min_zoom <= ?", (level,)
    ):
        px, py = wx * scale - x * TILE_PX, wy * scale - y * TILE_PX
        if abs(px - 128) < 128 + 130 * stretch and abs(py - 128) < 128 + 20:
            parts.append(
                f'<text x="{px:.1f}" y="{py + 4:.1f}" '
                f'font-size="{12.5 * stretch:.1f}" font-weight="600" '
                f'letter-spacing="1.4" fill="{palette.country}">'
                f"{escape(name.upper())}</text>"
            )
    return parts
