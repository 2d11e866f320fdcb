"""A pen and a box of colors for the demo's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 960, 640
# Drawn larger and scaled down, so that edges are smooth.
SCALE = 2
Color = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colors of one scene; the sky runs from top to horizon."""

    sky_top: Color
    sky_low: Color
    wall: Color
    roof: Color
    door: Color
    glass: Color
    green: Color
    ground: Color
    car: Color


PALETTES = (
    Palette(
        (126, 184, 226),
        (222, 239, 246),
        (244, 233, 213),
        (176, 84, 62),
        (38, 92, 84),
        (150, 190, 205),
        (92, 142, 86),
        (188, 184, 176),
        (232, 238, 240),
    ),
    Palette(
        (248, 184, 132),
        (253, 232, 202),
        (226, 202, 178),
        (110, 70, 66),
        (150, 62, 48),
        (255, 222, 150),
        (104, 124, 74),
        (170, 158, 148),
        (52, 82, 128),
    ),
    Palette(
        (140, 196, 214),
        (232, 243, 238),
        (206, 220, 222),
        (70, 88, 104),
        (222, 160, 56),
        (120, 160, 178),
        (74, 130, 108),
        (178, 182, 182),
        (196, 62, 54),
    ),
    Palette(
        (24, 34, 68),
        (86, 92, 138),
        (96, 98, 122),
        (48, 46, 66),
        (62, 50, 58),
        (255, 214, 128),
        (38, 66, 66),
        (66, 68, 86),
        (126, 142, 160),
    ),
    Palette(
        (168, 206, 232),
        (246, 240, 232),
        (168, 92, 72),
        (84, 62, 58),
        (44, 52, 62),
        (196, 214, 220),
        (116, 150, 84),
        (182, 178, 172),
        (34, 40, 46),
    ),
)


class Pen:
    """Draws in the coordinates of the finished picture."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        color: Color,
        *,
        radius: float = 0,
    ) -> None:
        """Fill a rectangle, with rounded corners if asked."""
        corners = _scaled((x, y), (x + width, y + height))
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=color)

    def shape(self, points: Sequence[Point], color: Color) -> None:
        """Fill a polygon."""
        self._draw.polygon(_scaled(*points), fill=color)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """Fill a circle."""
        corners = _scaled((x - radius, y - radius), (x + radius, y + radius))
        self._draw.ellipse(corners, fill=color)

    def line(self, points: Sequence[Point], color: Color, width: float) -> None:
        """Draw a soft curve through the points, with round ends."""
        curve = _scaled(*_curve(points))
        self._draw.line(curve, fill=color, width=round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, color)


def _curve(points: Sequence[Point]) -> list[Point]:
    """Return points of a Catmull-Rom curve through the given ones."""
    ends = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for before, first, second, after in zip(
        ends, ends[1:], ends[2:], ends[3:], strict=False
    ):
        for step in range(12):
            share = step / 12
            x, y = (
                _between(*values, share)
                for values in zip(before, first, second, after, strict=True)
            )
            curve.append((x, y))
    return [*curve, points[-1]]


def _between(p0: float, p1: float, p2: float, p3: float, t: float) -> float:
    return 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )


def _scaled(*points: Point) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def mix(one: Color, other: Color, share: float) -> Color:
    red, green, blue = (
        round(a + (b - a) * share) for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def shade(color: Color, by: float) -> Color:
    return mix(color, (0, 0, 0) if by > 0 else (255, 255, 255), abs(by))
