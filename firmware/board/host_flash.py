"""A NOR flash image in a file, with NOR's own rules: programming only clears bits.

kill -9 is a power cut to it; a power cut of the host itself is not modeled unless
`durable` asks for fsync.
"""

import os

from micropython import const

_CHUNK = const(256)


class HostFlash:
    """Sectors of one file that behave like the chip's raw partition."""

    def __init__(self, path, sectors=64, sector_bytes=4096, durable=False):
        self.sectors = sectors
        self.sector_bytes = sector_bytes
        self._durable = durable
        try:
            size = os.stat(path)[6]
        except OSError:
            size = 0
        if size != sectors * sector_bytes:
            with open(path, "wb") as image:
                for _ in range(sectors * sector_bytes // _CHUNK):
                    image.write(b"\xff" * _CHUNK)
        self._file = open(path, "r+b")
        self._dirty = False

    def read(self, at, count):
        """Return `count` bytes."""
        self._file.seek(at)
        return self._file.read(count)

    def program(self, at, data):
        """Clear bits; asking for a cleared bit to become one is a firmware bug."""
        old = self.read(at, len(data))
        for was, wanted in zip(old, data):  # noqa: B905 (no strict= here)
            if was & wanted != wanted:
                raise ValueError("programming a bit that is not erased")
        self._file.seek(at)
        self._file.write(data)
        self._dirty = True

    def erase(self, sector):
        """Set a whole sector to ones."""
        self._file.seek(sector * self.sector_bytes)
        # In small pieces: a whole sector may not fit into a fragmented heap.
        for _ in range(self.sector_bytes // _CHUNK):
            self._file.write(b"\xff" * _CHUNK)
        self._dirty = True

    def sync(self):
        """Wait until the host's disk has it, if the host is to be survived too."""
        if self._durable and self._dirty:
            self._file.flush()
        self._dirty = False
