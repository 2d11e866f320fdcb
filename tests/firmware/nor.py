"""A NOR flash in memory: programming only clears bits, and the power may be cut.

A cut leaves a prefix of the written bytes, weak bits, or a half-erased sector.
"""

import random


class PowerCut(Exception):
    """The supply failed in the middle of a flash operation."""


class NorFlash:
    """Sectors with NOR's rules. `cut_after` operations from now the power fails."""

    def __init__(self, sectors: int = 4, sector_bytes: int = 512) -> None:
        self.sectors = sectors
        self.sector_bytes = sector_bytes
        self.cells = bytearray(random.Random(1).randbytes(sectors * sector_bytes))
        self.cut_after: int | None = None
        self.chance = random.Random(2)
        self.erases = 0

    def read(self, at: int, count: int) -> bytes:
        """Return `count` bytes."""
        return bytes(self.cells[at : at + count])

    def program(self, at: int, data: bytes) -> None:
        """Clear bits; asking for a one where a zero is, is a bug of the journal."""
        for offset, wanted in enumerate(data):
            assert self.cells[at + offset] & wanted == wanted, "bit is not erased"
        assert at // self.sector_bytes == (at + len(data) - 1) // self.sector_bytes
        if self._cut():
            done = self.chance.randrange(len(data) + 1)
            for offset in range(done):
                self.cells[at + offset] &= data[offset]
            if done < len(data):
                # Of the byte in work only some bits have fallen.
                self.cells[at + done] &= data[done] | self.chance.randrange(256)
            raise PowerCut
        for offset, wanted in enumerate(data):
            self.cells[at + offset] &= wanted

    def erase(self, sector: int) -> None:
        """Set every bit of a sector."""
        self.erases += 1
        begin = sector * self.sector_bytes
        end = begin + self.sector_bytes
        if self._cut():
            way = self.chance.randrange(4)
            middle = begin + self.chance.randrange(self.sector_bytes)
            if way == 0:
                end = middle
            elif way == 2:
                # The header still stands, what follows is gone.
                begin = middle
            for at in range(begin, end):
                risen = self.chance.randrange(256) if way == 1 else 0xFF
                self.cells[at] |= risen
            raise PowerCut
        self.cells[begin:end] = b"\xff" * self.sector_bytes

    def sync(self) -> None:
        """Flash has no cache."""

    def _cut(self) -> bool:
        if self.cut_after is None:
            return False
        self.cut_after -= 1
        return self.cut_after < 0
