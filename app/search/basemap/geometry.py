"""Integer geometry of the base map: packing, rounding corners, clipping. Pure."""

from __future__ import annotations

import math
import sys
from array import array
from itertools import accumulate

# The world is a Web Mercator square of this many units: 9.6 m each at the equator.
WORLD = 1 << 22
# Corners are cut at most this far from the vertex, so that what one tile draws never
# depends on how a long edge was cut for its neighbor (see `rounded`).
CUT_UNITS = 80.0
Ring = list[tuple[float, float]]


def to_world(lat: float, lon: float) -> tuple[float, float]:
    """Return world units of a place in degrees.

    >>> to_world(0.0, 0.0) == (WORLD / 2, WORLD / 2)
    True
    """
    sine = math.sin(math.radians(max(-85.0511, min(85.0511, lat))))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (lon + 180) / 360 * WORLD, y * WORLD


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """Return latitude and longitude of world units."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / WORLD))))
    return lat, x / WORLD * 360 - 180


def pack(lines: list[list[tuple[int, int]]]) -> bytes:
    """Return lines as little-endian 32-bit differences: count, lengths, x, y."""
    numbers = array("i", [len(lines), *(len(line) for line in lines)])
    for axis in (0, 1):
        for line in lines:
            last = 0
            for point in line:
                numbers.append(point[axis] - last)
                last = point[axis]
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpack(content: bytes) -> list[Ring]:
    """Return the lines that `pack` made these bytes of."""
    numbers = array("i")
    numbers.frombytes(content)
    if sys.byteorder == "big":
        numbers.byteswap()
    if not numbers:
        return []
    lengths = numbers[1 : 1 + numbers[0]]
    x_at = 1 + numbers[0]
    y_at = x_at + sum(lengths)
    lines: list[Ring] = []
    for length in lengths:
        xs = accumulate(numbers[x_at : x_at + length])
        ys = accumulate(numbers[y_at : y_at + length])
        lines.append(list(zip(xs, ys, strict=True)))
        x_at += length
        y_at += length
    return lines


def rounded(ring: Ring, passes: int) -> Ring:
    """Return the ring with cut corners: a coarse coast then looks drawn, not broken.

    Each pass replaces a vertex by two points, a quarter of the edge or `CUT_UNITS`
    away from it, whichever is nearer.
    """
    for _ in range(passes):
        result: Ring = []
        x0, y0 = ring[-1]
        for x1, y1 in ring:
            dx, dy = x1 - x0, y1 - y0
            length = math.hypot(dx, dy)
            if length > 0:
                part = min(0.25, CUT_UNITS / length)
                result.append((x0 + dx * part, y0 + dy * part))
                result.append((x1 - dx * part, y1 - dy * part))
            x0, y0 = x1, y1
        ring = result or ring
    return ring


def clip_ring(ring: Ring, low: float, high: float) -> Ring:
    """Return the part of a ring inside the square from low to high on both axes.

    Sutherland and Hodgman: one pass per side. Edges along the square may remain;
    the caller clips a little outside of what is shown.
    """
    for axis, limit, sign in ((0, low, 1), (0, high, -1), (1, low, 1), (1, high, -1)):
        if not ring:
            break
        ring = _clip_side(ring, axis, limit, sign)
    return ring


def _clip_side(ring: Ring, axis: int, limit: float, sign: int) -> Ring:
    result: Ring = []
    last = ring[-1]
    last_in = (last[axis] - limit) * sign >= 0
    for point in ring:
        is_in = (point[axis] - limit) * sign >= 0
        if is_in != last_in:
            part = (limit - last[axis]) / (point[axis] - last[axis])
            other = last[1 - axis] + part * (point[1 - axis] - last[1 - axis])
            result.append((limit, other) if axis == 0 else (other, limit))
        if is_in:
            result.append(point)
        last, last_in = point, is_in
    return result


def morton(column: int, row: int) -> int:
    """Return the interleaved number of a tile; a tile's descendants are neighbors.

    >>> morton(1, 0), morton(0, 1), morton(3, 3)
    (1, 2, 15)
    """
    code = 0
    for bit in range(max(column.bit_length(), row.bit_length())):
        code |= (column >> bit & 1) << 2 * bit | (row >> bit & 1) << 2 * bit + 1
    return code
