"""Reads the places around a tile from the atlas; draws nothing."""

from __future__ import annotations

import sqlite3

from app.search.basemap.geometry import WORLD, morton

TILE_PX = 256
PLACE_ZOOM = 9
# Places are numbered cell by cell, so the cells of a tile are one range of numbers.
_IN_CELLS = (
    " AND id >= (SELECT first FROM cell WHERE code >= ? ORDER BY code LIMIT 1)"
    " AND id < (SELECT first FROM cell WHERE code >= ? ORDER BY code LIMIT 1)"
)


def places_around(
    source: sqlite3.Connection, z: int, x: int, y: int, reach_px: float, shown: int
) -> list[tuple[str, int, float, float]]:
    """Return (name, population, x px, y px) in reach, largest first."""
    units = WORLD / (1 << z)
    reach = reach_px * units / TILE_PX
    left, top = x * units - reach, y * units - reach
    right, bottom = (x + 1) * units + reach, (y + 1) * units + reach
    box = (left, right, top, bottom, shown)
    columns = (
        "SELECT name, population, x, y FROM place WHERE x BETWEEN ? AND ? "
        "AND y BETWEEN ? AND ? AND min_zoom <= ?"
    )
    rows: list[tuple[str, int, int, int]] = []
    if shown <= 6:
        # SQLite uses the partial index only where it can see the bound.
        rows = source.execute(columns + " AND min_zoom <= 6", box).fetchall()
    else:
        depth = min(z, PLACE_ZOOM)
        side = WORLD >> depth
        bits = 2 * (PLACE_ZOOM - depth)
        for column in range(int(left // side), int(right // side) + 1):
            for row in range(int(top // side), int(bottom // side) + 1):
                if column < 0 or row < 0:
                    continue
                code = morton(column, row)
                rows += source.execute(
                    columns + _IN_CELLS, (*box, code << bits, (code + 1) << bits)
                ).fetchall()
    rows.sort(key=lambda row: (-row[1], row[0]))
    scale = TILE_PX / units
    return [
        (name, people, wx * scale - x * TILE_PX, wy * scale - y * TILE_PX)
        for name, people, wx, wy in rows
    ]
