"""Draws the demo's photos: houses, yards and wallboxes as flat, friendly pictures.

Nobody's real house is shown; the same variant always gives the same picture.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from app.cli.demo.paint import HEIGHT, PALETTES, SCALE, WIDTH, Palette, Pen, mix
from app.cli.demo.scenes import SCENES

VARIANTS = len(PALETTES)


@lru_cache(maxsize=64)
def picture(scene: str, variant: int) -> bytes:
    """Return a JPEG of a scene: ``house``, ``street``, ``garage`` or ``wallbox``.

    :param variant: below ``VARIANTS``
    """
    # Pillow is needed for this command only, not for every process.
    from PIL import ImageDraw

    palette = PALETTES[variant]
    large = _sky(palette)
    SCENES[scene](Pen(ImageDraw.Draw(large)), palette, variant)
    content = io.BytesIO()
    large.reduce(SCALE).save(content, "JPEG", quality=88)
    return content.getvalue()


def _sky(palette: Palette) -> Any:
    """Return an image of the sky, darker above than at the horizon."""
    from PIL import Image

    height = HEIGHT * SCALE
    column = Image.new("RGB", (1, height))
    for y in range(height):
        column.putpixel((0, y), mix(palette.sky_top, palette.sky_low, y / height))
    return column.resize((WIDTH * SCALE, height), Image.Resampling.NEAREST)
