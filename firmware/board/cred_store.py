"""Reads and writes the raw credentials partition: two copies, each with a checksum.

A cut while one copy is written leaves the other whole.
"""

import json
import struct
from binascii import crc32

_MAGIC = b"PBC1"
COPY_BYTES = 32768


def pack(cred, number):
    """Return the bytes of one copy; the higher number is the newer one."""
    text = json.dumps(cred).encode()
    body = _MAGIC + struct.pack("<IH", number, len(text)) + text
    return body + struct.pack("<I", crc32(body))


def unpack(raw):
    """Return (number, cred) of one copy, or None if it is blank or damaged."""
    if raw[:4] != _MAGIC or len(raw) < 14:
        return None
    number, size = struct.unpack("<IH", raw[4:10])
    body, crc = raw[: 10 + size], raw[10 + size : 14 + size]
    if len(crc) != 4 or struct.unpack("<I", crc)[0] != crc32(body):
        return None
    return number, json.loads(body[10:])


def newest(copies):
    """Return the credentials of the newest whole copy, or None."""
    found = [copy for copy in map(unpack, copies) if copy is not None]
    return max(found, key=lambda copy: copy[0])[1] if found else None
