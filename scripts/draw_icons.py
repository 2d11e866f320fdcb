"""Draws the app's icons (static/icons/*.png) and favicon from one set of shapes.

Run it after changing the mark; the drawn files are committed.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "static"
GREEN = (10, 107, 76)
YELLOW = (255, 213, 74)
WHITE = (255, 255, 255)
# All shapes live on a 40 by 40 grid.
PRONGS = ((14, 4.5, 10.5), (26, 4.5, 10.5))
BOLT = (
    (22.2, 11.8),
    (15.2, 20.4),
    (19.5, 20.4),
    (18.1, 26.6),
    (25.2, 17.9),
    (20.8, 17.9),
)
SAMPLES = 4


def draw(size: int, *, round_corners: bool, mark_share: float = 1.0) -> Image.Image:
    """Return the mark at this size.

    :param mark_share: how much of the square the mark fills; a maskable icon keeps
        a margin, because the phone cuts its own shape out of it
    """
    full = size * SAMPLES
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    radius = round(full * 11 / 40) if round_corners else 0
    pen.rounded_rectangle((0, 0, full - 1, full - 1), radius, fill=GREEN)
    unit = full / 40 * mark_share
    move = full * (1 - mark_share) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return x * unit + move, y * unit + move

    for x, top, bottom in PRONGS:
        pen.rounded_rectangle(
            (*at(x - 1.7, top - 1.7), *at(x + 1.7, bottom + 2)), 1.7 * unit, fill=WHITE
        )
    pen.rectangle((*at(8.5, 10.5), *at(31.5, 17.3)), fill=WHITE)
    pen.pieslice((*at(8.5, 5.8), *at(31.5, 28.8)), 0, 180, fill=WHITE)
    pen.rectangle((*at(18.3, 28), (at(21.7, 0)[0]), full), fill=WHITE)
    bolt = [at(x, y) for x, y in BOLT]
    pen.line([*bolt, *bolt[:2]], fill=GREEN, width=round(1.3 * unit), joint="curve")
    pen.polygon(bolt, fill=YELLOW)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every icon."""
    folder = STATIC / "icons"
    folder.mkdir(exist_ok=True)
    for size in (192, 512):
        draw(size, round_corners=True).save(folder / f"icon-{size}.png", optimize=True)
    draw(512, round_corners=False, mark_share=0.78).convert("RGB").save(
        folder / "maskable-512.png", optimize=True
    )
    draw(180, round_corners=False, mark_share=0.86).convert("RGB").save(
        folder / "apple-touch-180.png", optimize=True
    )


if __name__ == "__main__":
    main()
