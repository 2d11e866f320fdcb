"""Photos for tests: honest ones, and files that only claim to be photos."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

ORIENTATION, GPS_IFD, MAKE = 0x0112, 0x8825, 0x010F


def photo(
    size: tuple[int, int] = (400, 300), kind: str = "JPEG", mode: str = "RGB"
) -> bytes:
    """Return a photo whose left half is red and right half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    image.convert(mode).save(file, kind)
    return file.getvalue()


def photo_from_phone(size: tuple[int, int] = (400, 300)) -> bytes:
    """Return a photo held sideways, with the place and the phone's make in it."""
    image = Image.open(io.BytesIO(photo(size)))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # Turn right to see it upright.
    exif[MAKE] = "Spyphone"
    exif[GPS_IFD] = {1: "N", 2: tuple(IFDRational(part) for part in (52, 31, 12))}
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, comment=b"secret comment")
    return file.getvalue()


def png_bomb(side: int = 13_000) -> bytes:
    """Return a PNG of a few kilobytes that claims side by side pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + side // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
GIF_POLYGLOT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
PDF = b"%PDF-1.4\n%%EOF"
