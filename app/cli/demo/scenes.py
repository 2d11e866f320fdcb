"""The places of the demo's pictures: house, street, garage, and the box close by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.cli.demo.paint import HEIGHT, WIDTH, Palette, Pen, Point, mix, shade


def _house(pen: Pen, colors: Palette, variant: int) -> None:
    """A house with its driveway, a car on it and the wallbox beside the door."""
    pen.disc(
        850 - 18 * (variant % 4), 104, 40, mix(colors.sky_low, (255, 244, 200), 0.7)
    )
    for x, size in ((60, 120), (180, 90), (900, 130)):
        _tree(pen, colors, x, 430, size)
    pen.box(0, 430, WIDTH, 210, colors.green)
    pen.shape([(470, 430), (840, 430), (960, 640), (360, 640)], colors.ground)
    pen.box(250, 230, 470, 210, colors.wall)
    pen.box(250, 414, 470, 26, shade(colors.wall, 0.18))
    pen.shape([(216, 240), (485, 84), (754, 240)], colors.roof)
    pen.shape(
        [(216, 240), (754, 240), (760, 254), (210, 254)], shade(colors.roof, 0.25)
    )
    pen.box(610, 110, 40, 80, shade(colors.roof, 0.15))
    for x in (290, 390):
        _window(pen, colors, x, 280, 74, 84)
    _window(pen, colors, 450, 158, 68, 58)
    pen.box(500, 310, 74, 130, colors.door, radius=4)
    pen.disc(562, 380, 4, (240, 220, 150))
    _wallbox(pen, 640, 322, 0.5)
    pen.line([(650, 372), (652, 420), (668, 470), (640, 520)], (36, 40, 44), 5)
    _car(pen, colors, 430, 480, 1.0)


def _street(pen: Pen, colors: Palette, variant: int) -> None:
    """A row of town houses; the wallbox hangs at the gate of the yard."""
    walls = (
        colors.wall,
        mix(colors.wall, colors.door, 0.35),
        shade(colors.wall, -0.3),
    )
    for index in range(3):
        left = -30 + index * 340
        wall = walls[(index + variant) % 3]
        pen.box(left, 70 + 26 * ((index + variant) % 2), 340, 440, wall)
        pen.box(left, 70 + 26 * ((index + variant) % 2), 340, 22, shade(wall, 0.22))
        for row in range(3):
            for column in range(3):
                if not (index == 1 and row == 2):
                    _window(
                        pen, colors, left + 40 + column * 96, 130 + row * 120, 58, 84
                    )
    pen.shape(
        [(356, 510), (356, 400), (486, 352), (616, 400), (616, 510)], (52, 48, 50)
    )
    pen.shape(
        [(376, 510), (376, 412), (486, 372), (596, 412), (596, 510)], (84, 80, 82)
    )
    pen.box(0, 500, WIDTH, 30, shade(colors.ground, -0.15))
    pen.box(0, 528, WIDTH, 112, shade(colors.ground, 0.35))
    _tree(pen, colors, 120, 520, 110)
    _tree(pen, colors, 860, 520, 120)
    _wallbox(pen, 640, 400, 0.5)
    pen.line([(650, 450), (654, 496), (620, 540)], (30, 34, 38), 5)
    _car(pen, colors, 330, 486, 1.05)


def _garage(pen: Pen, colors: Palette, variant: int) -> None:
    """A garage with its door, the wallbox lit beside it."""
    pen.box(0, 440, WIDTH, 200, colors.ground)
    _tree(pen, colors, 70, 450, 140)
    pen.box(150, 150, 680, 300, colors.wall)
    pen.shape([(120, 156), (860, 156), (800, 96), (180, 96)], colors.roof)
    pen.box(230, 220, 380, 230, shade(colors.door, -0.25))
    for row in range(5):
        pen.box(230, 220 + row * 46, 380, 4, shade(colors.door, 0.15))
    if variant % 2:
        for column in range(4):
            _window(pen, colors, 252 + column * 90, 232, 64, 28)
    pen.shape(
        [(230, 450), (610, 450), (760, 640), (110, 640)], shade(colors.ground, 0.1)
    )
    pen.box(700, 210, 40, 14, shade(colors.roof, 0.2), radius=3)
    pen.disc(720, 230, 13, (255, 232, 170))
    _wallbox(pen, 684, 290, 0.85)
    pen.line([(702, 372), (702, 430), (640, 486), (560, 500)], (34, 38, 42), 7)
    for x in (790, 838, 886, 934):
        pen.disc(x, 446, 40, shade(colors.green, 0.08 * (x % 3)))
    _car(pen, colors, 270, 470, 1.15)


def _wallbox_scene(pen: Pen, colors: Palette, variant: int) -> None:
    """The wallbox close by, on a wall of bricks."""
    pen.box(0, 0, WIDTH, HEIGHT, colors.wall)
    joint = shade(colors.wall, 0.12)
    for row in range(13):
        pen.box(0, row * 52, WIDTH, 4, joint)
        for column in range(9):
            pen.box(column * 124 - 62 * (row % 2), row * 52, 4, 52, joint)
    pen.box(0, 560, WIDTH, 80, colors.ground)
    for x in range(-20, WIDTH, 66):
        pen.disc(x, 568, 44, shade(colors.green, 0.06 * (x % 4)))
    _wallbox(pen, 370, 120, 2.5)
    pen.line(
        [(420, 380), (404, 470), (340, 520), (240, 500), (212, 420), (262, 350)],
        (32, 36, 40),
        17,
    )
    pen.box(236, 296, 60, 76, (40, 44, 50), radius=18)


def _window(
    pen: Pen, colors: Palette, x: float, y: float, width: float, height: float
) -> None:
    frame = shade(colors.wall, -0.55)
    pen.box(x - 4, y - 4, width + 8, height + 8, frame, radius=3)
    pen.box(x, y, width, height, colors.glass, radius=2)
    gleam = shade(colors.glass, -0.35)
    pen.shape(
        [
            (x, y + height * 0.6),
            (x + width * 0.6, y),
            (x + width * 0.85, y),
            (x, y + height * 0.9),
        ],
        gleam,
    )
    pen.box(x + width / 2 - 2, y, 4, height, frame)


def _tree(pen: Pen, colors: Palette, x: float, foot: float, size: float) -> None:
    pen.box(x - size * 0.06, foot - size * 0.9, size * 0.12, size * 0.9, (98, 76, 60))
    for dx, dy, radius in ((0, -1.25, 0.5), (-0.34, -0.95, 0.4), (0.34, -0.98, 0.42)):
        leaves = shade(colors.green, 0.12 if dx > 0 else -0.06)
        pen.disc(x + dx * size, foot + dy * size, radius * size, leaves)


def _wallbox(pen: Pen, x: float, y: float, size: float) -> None:
    """The box itself: white, rounded, with the brand's bolt and a green light."""
    pen.box(
        x - 2 * size,
        y + 3 * size,
        46 * size,
        104 * size,
        (60, 66, 70),
        radius=12 * size,
    )
    pen.box(x - 2 * size, y, 46 * size, 102 * size, (246, 248, 247), radius=12 * size)
    pen.box(
        x + 5 * size, y + 8 * size, 32 * size, 52 * size, (14, 92, 68), radius=8 * size
    )
    bolt = ((24, 14), (13, 36), (20, 36), (17, 54), (30, 30), (23, 30))
    pen.shape([(x + a * size, y + b * size) for a, b in bolt], (255, 213, 74))
    pen.disc(x + 21 * size, y + 80 * size, 11 * size, (52, 58, 62))
    pen.disc(x + 21 * size, y + 80 * size, 6 * size, (20, 24, 26))
    pen.box(
        x + 11 * size,
        y + 64 * size,
        20 * size,
        3 * size,
        (70, 214, 140),
        radius=1.5 * size,
    )


def _car(pen: Pen, colors: Palette, x: float, y: float, size: float) -> None:
    paint = colors.car

    def at(points: Sequence[Point]) -> list[Point]:
        return [(x + a * size, y + b * size) for a, b in points]

    pen.shape(
        at(
            [
                (0, 66),
                (4, 44),
                (40, 36),
                (74, 8),
                (176, 6),
                (218, 36),
                (256, 46),
                (260, 70),
            ]
        ),
        paint,
    )
    pen.box(x - 2 * size, y + 58 * size, 264 * size, 24 * size, paint, radius=10 * size)
    pen.box(
        x, y + 72 * size, 260 * size, 10 * size, shade(paint, 0.25), radius=5 * size
    )
    pen.shape(at([(58, 36), (82, 15), (122, 14), (122, 38)]), shade(colors.glass, 0.25))
    pen.shape(
        at([(132, 14), (172, 14), (202, 38), (132, 38)]), shade(colors.glass, 0.25)
    )
    for wheel in (58, 206):
        pen.disc(x + wheel * size, y + 80 * size, 24 * size, (28, 30, 34))
        pen.disc(x + wheel * size, y + 80 * size, 12 * size, (160, 166, 170))
    pen.box(
        x + 244 * size, y + 52 * size, 16 * size, 8 * size, (255, 238, 190), radius=3
    )
    pen.box(x + 1 * size, y + 50 * size, 12 * size, 8 * size, (214, 74, 62), radius=3)


SCENES: dict[str, Callable[[Pen, Palette, int], None]] = {
    "house": _house,
    "street": _street,
    "garage": _garage,
    "wallbox": _wallbox_scene,
}
