"""The built-in base map: tiles of the real atlas."""

from __future__ import annotations

import math
import re
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.kernel.errors import NotFound
from app.search import atlas as atlas_file
from app.search.basemap.style import DARK, LIGHT
from app.search.basemap.tiles import tile_svg

SVG = "{http://www.w3.org/2000/svg}"


def tile_of(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def names_on(content: bytes) -> set[str]:
    root = ElementTree.fromstring(content)  # noqa: S314 - our own tile
    return {element.text or "" for element in root.iter(f"{SVG}text")}


def land_area(content: bytes) -> float:
    """The share of the tile inside its land rings (shoelace over the path)."""
    root = ElementTree.fromstring(content)  # noqa: S314 - our own tile
    path = next((e for e in root.iter(f"{SVG}path") if e.get("id") == "l"), None)
    if path is None:
        return 0.0
    area = 0.0
    for ring in re.findall(r"M([^Z]*)Z", path.attrib["d"]):
        points = [tuple(map(float, pair.split())) for pair in ring.split("L")]
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            area += x0 * y1 - x1 * y0
    return abs(area) / 2 / 256**2


@pytest.mark.parametrize("zoom", [0, 2, 4, 6, 9, 12, 15, 18])
def test_a_tile_is_well_formed_at_every_zoom(
    atlas: sqlite3.Connection, zoom: int
) -> None:
    x, y = tile_of(55.676, 12.568, zoom)

    root = ElementTree.fromstring(  # noqa: S314 - our own tile
        tile_svg(zoom, x, y, False, source=atlas)
    )

    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"] == "0 0 256 256"


def test_a_tile_carries_no_inline_style_or_script(atlas: sqlite3.Connection) -> None:
    content = tile_svg(8, *tile_of(52.5, 13.4, 8), False, source=atlas)

    assert b"style" not in content
    assert b"script" not in content


def test_the_middle_of_the_ocean_has_no_land(atlas: sqlite3.Connection) -> None:
    x, y = tile_of(30.0, -45.0, 8)

    assert land_area(tile_svg(8, x, y, False, source=atlas)) == 0


@pytest.mark.parametrize("zoom", [3, 5, 6, 7, 8, 9, 11, 14])
@pytest.mark.parametrize(
    ("lat", "lon"), [(50.1, 14.4), (39.0, -98.0), (56.0, 60.0), (-24.0, 134.0)]
)
def test_the_middle_of_a_continent_is_land(
    atlas: sqlite3.Connection, zoom: int, lat: float, lon: float
) -> None:
    content = tile_svg(zoom, *tile_of(lat, lon, zoom), False, source=atlas)

    # Further out, the tile is large enough to hold a coast.
    assert land_area(content) > (0.99 if zoom >= 8 else 0.15)


def test_no_country_stretches_across_the_date_line(atlas: sqlite3.Connection) -> None:
    # Fiji lies on both sides of it; a band of land around the world would be wrong.
    content = tile_svg(6, *tile_of(-17.0, -110.0, 6), False, source=atlas)

    assert land_area(content) == 0


def test_cities_are_named_from_far_and_districts_from_near(
    atlas: sqlite3.Connection,
) -> None:
    far = names_on(tile_svg(6, *tile_of(52.52, 13.4, 6), False, source=atlas))
    near = names_on(tile_svg(13, *tile_of(52.4811, 13.4353, 13), False, source=atlas))

    assert "Berlin" in far
    assert "Neukölln" not in far
    assert "Neukölln" in near


def test_countries_are_named_only_from_far(atlas: sqlite3.Connection) -> None:
    far = names_on(tile_svg(4, *tile_of(51.0, 10.0, 4), False, source=atlas))
    near = names_on(tile_svg(8, *tile_of(51.0, 10.0, 8), False, source=atlas))

    assert "GERMANY" in far
    assert "GERMANY" not in near


def test_a_name_on_the_edge_is_drawn_by_both_tiles(atlas: sqlite3.Connection) -> None:
    drawn: dict[str, list[tuple[float, float]]] = {}
    for column in range(2):
        x, y = tile_of(52.52, 13.4, 12)
        root = ElementTree.fromstring(  # noqa: S314 - our own tile
            tile_svg(12, x + column, y, False, source=atlas)
        )
        for text in root.iter(f"{SVG}text"):
            at = (float(text.attrib["x"]) + 256 * column, float(text.attrib["y"]))
            drawn.setdefault(text.text or "", []).append(at)

    crossing = [
        (name, spots)
        for name, spots in drawn.items()
        if abs(spots[0][0] - 256) < len(name) * 3
    ]
    assert crossing
    for _, spots in crossing:
        assert len(spots) == 2
        assert spots[0] == pytest.approx(spots[1], abs=0.2)


def test_dark_tiles_differ_only_in_colors(atlas: sqlite3.Connection) -> None:
    at = (10, *tile_of(55.676, 12.568, 10))

    light = tile_svg(*at, False, source=atlas).decode()
    dark = tile_svg(*at, True, source=atlas).decode()

    assert LIGHT.water in light
    assert DARK.water in dark
    assert re.sub(r"#[0-9a-f]{6}", "#", light) == re.sub(r"#[0-9a-f]{6}", "#", dark)


def test_the_same_tile_is_the_same_bytes(atlas: sqlite3.Connection) -> None:
    at = (9, *tile_of(40.7, -74.0, 9), False)

    assert tile_svg(*at, source=atlas) == tile_svg(*at, source=atlas)


@pytest.mark.parametrize(
    ("z", "x", "y"), [(19, 0, 0), (-1, 0, 0), (3, 8, 0), (3, 0, 8), (0, -1, 0)]
)
def test_a_tile_outside_of_the_world_is_not_found(
    atlas: sqlite3.Connection, z: int, x: int, y: int
) -> None:
    with pytest.raises(NotFound):
        tile_svg(z, x, y, False, source=atlas)


@pytest.mark.parametrize("zoom", [10, 12, 14])
@pytest.mark.parametrize("lake", [(43.8, -87.1), (-1.2, 33.0), (61.0, 31.5)])
def test_the_middle_of_a_great_lake_is_water(
    atlas: sqlite3.Connection, lake: tuple[float, float], zoom: int
) -> None:
    content = tile_svg(zoom, *tile_of(*lake, zoom), False, source=atlas)

    assert land_area(content) < 0.01


@pytest.mark.parametrize("zoom", [3, 5, 7, 9, 11])
def test_a_great_river_is_drawn(atlas: sqlite3.Connection, zoom: int) -> None:
    content = tile_svg(zoom, *tile_of(51.23, 6.74, zoom), True, source=atlas)

    assert f'stroke="{DARK.river}"'.encode() in content


def test_close_up_no_river_runs_through_the_wrong_street(
    atlas: sqlite3.Connection,
) -> None:
    content = tile_svg(12, *tile_of(51.23, 6.74, 12), False, source=atlas)

    assert LIGHT.river.encode() not in content


def test_the_atlas_is_unpacked_once_and_whole(tmp_path: Path) -> None:
    first = atlas_file.unpack(tmp_path)
    written_at = first.stat().st_mtime_ns

    again = atlas_file.unpack(tmp_path)

    assert again == first
    assert again.stat().st_mtime_ns == written_at
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_names_keep_their_size_on_a_stretched_tile(atlas: sqlite3.Connection) -> None:
    at = (12, *tile_of(52.52, 13.4, 12), False)

    def size_of_berlin(quarters: int) -> float:
        content = tile_svg(*at, quarters=quarters, source=atlas)
        root = ElementTree.fromstring(content)  # noqa: S314 - our own tile
        named = next(e for e in root.iter(f"{SVG}text") if e.text == "Berlin")
        return float(named.attrib["font-size"])

    plain = size_of_berlin(0)
    for quarters in (-2, -1, 1):
        shown = size_of_berlin(quarters) * 2 ** (quarters / 4)
        assert shown == pytest.approx(plain, abs=0.1)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (511, 0), (0, 511), (511, 511)])
def test_a_tile_in_the_corner_of_the_world_is_drawn(
    atlas: sqlite3.Connection, x: int, y: int
) -> None:
    assert tile_svg(9, x, y, False, source=atlas).endswith(b"</svg>")


def test_an_empty_atlas_is_all_water() -> None:
    empty = sqlite3.connect(":memory:")
    empty.executescript(
        "CREATE TABLE leaf (z, x, y, land, border, river);"
        "CREATE TABLE place (id, name, population, x, y, min_zoom);"
        "CREATE TABLE cell (code, first);"
    )

    content = tile_svg(9, 1, 1, False, source=empty)
    empty.close()

    assert land_area(content) == 0
    assert names_on(content) == set()
