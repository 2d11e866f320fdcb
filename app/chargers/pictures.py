"""Turns an uploaded file into a plain, small JPEG, or refuses it with the reason.

Only pixels survive: place, camera, comments and whatever else was appended are gone.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from app.kernel.errors import DomainError

MAX_BYTES = 8 * 1024 * 1024
# A decoded pixel takes three or four bytes; a 21 kB file can claim 169 million.
MAX_PIXELS = 24_000_000
# A JPEG can be decoded at an eighth of its size, so today's phones are welcome.
MAX_JPEG_PIXELS = 60_000_000
MIN_SIDE_PX = 64
LONG_SIDE_PX = 1600
SMALL_SIDE_PX = 480
_QUALITY = 82
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
    struct.error,
    zlib.error,
)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PhotoRefused(DomainError):
    """The file is not a photo that can be shown."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="photo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A re-encoded JPEG in two sizes."""

    content: bytes
    small: bytes
    width_px: int
    height_px: int


def reencoded(content: bytes) -> Picture:
    """Return the photo turned upright, at most 1600 px long, without any metadata.

    :raises PhotoRefused: if it is too large, no JPEG, PNG or WebP, or damaged
    """
    if len(content) > MAX_BYTES:
        raise PhotoRefused("The photo is larger than we take (8 MB).")
    image = _upright(content)
    large = _plain(image, LONG_SIDE_PX)
    return Picture(
        content=_jpeg(large),
        small=_jpeg(_plain(large, SMALL_SIDE_PX)),
        width_px=large.width,
        height_px=large.height,
    )


def accepted_formats() -> tuple[str, ...]:
    """Return the formats that are decoded; HEIF only where a decoder is installed."""
    Image.init()
    known = ("JPEG", "PNG", "WEBP", "HEIF")
    return tuple(name for name in known if name in Image.OPEN)


def _upright(content: bytes) -> Image.Image:
    try:
        # The name and the declared type of an upload prove nothing; decoding does.
        image = Image.open(io.BytesIO(content), formats=accepted_formats())
        _check_size(image)
        # Decodes a JPEG at a fraction of its size; other formats ignore it.
        image.draft("RGB", (LONG_SIDE_PX, LONG_SIDE_PX))
        image.load()
        return ImageOps.exif_transpose(image)
    except UnidentifiedImageError as error:
        raise PhotoRefused("Please choose a photo (JPEG, PNG or WebP).") from error
    except _BOMB as error:
        raise PhotoRefused("The photo has more pixels than we take.") from error
    except _BROKEN as error:
        raise PhotoRefused("The photo is damaged; please try another.") from error


def _check_size(image: Image.Image) -> None:
    limit = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
    if image.width * image.height > limit:
        raise PhotoRefused("The photo has more pixels than we take.")
    if min(image.size) < MIN_SIDE_PX:
        raise PhotoRefused("The photo is too small to see anything on it.")


def _plain(image: Image.Image, side_px: int) -> Image.Image:
    """Return a copy that carries pixels only, on white where it was transparent."""
    copy = image.convert("RGBA" if _is_transparent(image) else "RGB")
    copy.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    plain = Image.new("RGB", copy.size, "white")
    plain.paste(copy, mask=copy if copy.mode == "RGBA" else None)
    return plain


def _is_transparent(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return file.getvalue()
