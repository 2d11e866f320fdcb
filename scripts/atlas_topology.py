"""Reads TopoJSON files into shapes in world units.

Part of build_basemap.py; build time only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from app.search.basemap.geometry import WORLD, to_world


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
        self._objects = topology["objects"]

    def layer(self, name: str) -> list[dict[str, Any]]:
        """Return the geometries of a layer."""
        found: list[dict[str, Any]] = self._objects[name]["geometries"]
        return found

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

    def lines(self, geometry: dict[str, Any]) -> shapely.MultiLineString:
        """Return the lines of a geometry."""
        arcs = geometry.get("arcs", [])
        parts = arcs if geometry["type"] == "MultiLineString" else [arcs]
        lines = [self.ring(numbers) for numbers in parts]
        return shapely.MultiLineString([line for line in lines if len(line) > 1])

    def borders(self) -> shapely.MultiLineString:
        """Return the arcs that two countries share."""
        owners: dict[int, set[int]] = {}
        for index, geometry in enumerate(self.layer("countries")):
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
