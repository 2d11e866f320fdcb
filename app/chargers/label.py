"""The label on the wall: a QR code that names the lock, as PNG and PDF in A6.

Nothing secret stands on it: whoever photographs it can open nothing.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_H

from app.chargers.domain import Charger
from app.config import ROOT
from app.kernel.ids import spaced

DPI = 300
# 105 by 148 mm.
SIZE_PX = (1240, 1748)
GREEN, INK, GRAY, YELLOW = "#0a6b4c", "#10211b", "#4d5f58", "#ffd54a"
_BRAND_FONT = "vendor/figtree-5.3.0/figtree-latin.woff2"
# Used where a name has letters that the brand's font does not draw.
_WIDE_FONT = "fonts/dejavu-2.37/DejaVuSans-Bold.ttf"
_QR_TOP, _QR_SIDE = 404, 945
_MIDDLE = SIZE_PX[0] // 2
_TEXT_WIDTH = SIZE_PX[0] - 160


def png(charger: Charger, public_url: str) -> bytes:
    """Return the label as a PNG of A6 at 300 dots per inch."""
    file = io.BytesIO()
    image = drawn(charger, public_url)
    image.save(file, "PNG", dpi=(DPI, DPI), optimize=True)
    return file.getvalue()


def pdf(charger: Charger, public_url: str) -> bytes:
    """Return the label as a PDF with one page of A6."""
    file = io.BytesIO()
    image = drawn(charger, public_url)
    image.save(
        file,
        "PDF",
        resolution=DPI,
        quality=95,
        title=f"Plugbid label {spaced(charger.code)}",
    )
    return file.getvalue()


def deep_link(charger: Charger, public_url: str) -> str:
    """Return what the QR code holds: the page that knows the reader's booking."""
    return f"{public_url}/u/{charger.code}"


def drawn(charger: Charger, public_url: str) -> Image.Image:
    """Return the label as an image."""
    image = Image.new("RGB", SIZE_PX, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE_PX[0], 232), fill=GREEN)
    mark = _brand_mark(132)
    image.paste(mark, (_MIDDLE - 280, 50), mark)
    draw.text((_MIDDLE - 120, 116), "Plugbid", "white", _font(110, 800), "lm")
    _center(draw, 334, "Scan to unlock", 112, INK, 800)
    code = _qr(deep_link(charger, public_url))
    image.paste(code, (_MIDDLE - code.width // 2, _QR_TOP))
    _center(draw, 1388, charger.name, 76, INK, 700)
    _center(draw, 1476, f"Hosted by {charger.owner_name}", 46, GRAY, 500)
    _center(draw, 1576, spaced(charger.code), 92, GREEN, 800)
    where = urlsplit(public_url).netloc
    _center(draw, 1672, f"No camera? Type the code at {where}", 40, GRAY, 500)
    return image


def _qr(text: str) -> Image.Image:
    """Return the code of the given text with the brand mark in its middle."""
    maker = qrcode.QRCode(error_correction=ERROR_CORRECT_H, border=4)
    maker.add_data(text)
    maker.make(fit=True)
    matrix = maker.get_matrix()
    modules = len(matrix)
    small = Image.new("1", (modules, modules), 1)
    small.putdata([not dark for row in matrix for dark in row])
    # Whole pixels a module: blurred edges cost range.
    scale = max(1, _QR_SIDE // modules)
    side = modules * scale
    image = small.resize((side, side), Image.Resampling.NEAREST).convert("RGB")
    # High correction restores 30 % of the code; the mark hides at most a 25th.
    plate = (modules - 8) * scale // 5
    mark = _brand_mark(plate * 7 // 8)
    first = (side - plate) // 2
    ImageDraw.Draw(image).rounded_rectangle(
        (first, first, first + plate - 1, first + plate - 1), plate // 4, fill="white"
    )
    inner = (side - mark.width) // 2
    image.paste(mark, (inner, inner), mark)
    return image


def _brand_mark(side: int) -> Image.Image:
    """Draw the plug with the bolt, four times as large and then made smaller."""
    unit = side * 4 / 40
    image = Image.new("RGBA", (side * 4, side * 4))
    draw = ImageDraw.Draw(image)

    def scaled(*points: float) -> list[float]:
        return [point * unit for point in points]

    draw.rounded_rectangle(scaled(0, 0, 40, 40), 11 * unit, fill=GREEN)
    for left in (12.3, 24.3):
        draw.rounded_rectangle(scaled(left, 4.5, left + 3.4, 13), unit, fill="white")
    draw.rectangle(scaled(18.3, 27, 21.7, 40), fill="white")
    draw.rectangle(scaled(8.5, 10.5, 31.5, 17.3), fill="white")
    draw.ellipse(scaled(8.5, 5.8, 31.5, 28.8), fill="white")
    draw.rectangle(scaled(8.5, 0, 12.2, 10.4), fill=GREEN)
    draw.rectangle(scaled(15.8, 5, 24.2, 10.4), fill=GREEN)
    draw.rectangle(scaled(27.8, 0, 31.5, 10.4), fill=GREEN)
    bolt = (22.2, 11.8, 15.2, 20.4, 19.5, 20.4, 18.1, 26.6, 25.2, 17.9, 20.8, 17.9)
    draw.polygon(scaled(*bolt), fill=YELLOW, outline=GREEN, width=round(unit))
    return image.resize((side, side), Image.Resampling.LANCZOS)


def _center(
    draw: ImageDraw.ImageDraw, y: int, text: str, size: int, fill: str, weight: int
) -> None:
    """Write one line in the middle, smaller or shortened where it is too long."""
    text = _drawable(text)
    while size > 36 and _width(text, size, weight) > _TEXT_WIDTH:
        size -= 4
    while _width(text, size, weight) > _TEXT_WIDTH:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    draw.text((_MIDDLE, y), text, fill, _font_for(text, size, weight), "mm")


def _width(text: str, size: int, weight: int) -> float:
    return _font_for(text, size, weight).getlength(text)


def _font_for(text: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    if all(_draws(_font(40, 500), letter) for letter in set(text)):
        return _font(size, weight)
    return ImageFont.truetype(_path(_WIDE_FONT), size)


def _drawable(text: str) -> str:
    """Return the text on one line without letters that no font here can draw."""
    fonts = _font(40, 500), _wide_font()
    letters = (
        letter
        for letter in " ".join(text.split())
        if any(_draws(font, letter) for font in fonts)
    )
    return " ".join("".join(letters).split())


def _draws(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    # All letters that a font lacks share one picture.
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


@cache
def _wide_font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_path(_WIDE_FONT), 40)


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_path(_BRAND_FONT), size)
    font.set_variation_by_axes([weight])
    return font


def _path(name: str) -> Path:
    return ROOT / "static" / name
