"""The bytes of a file that somebody hands us: counted, bounded, never trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

# Longer than any honest line or entry; it keeps the memory flat.
MAX_PIECE_BYTES = 4 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ADVICE = "please save it as UTF-8"


class BadFile(Exception):
    """The file cannot be read as what it should be; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, not yet understood.

    :param line: its line in a table, its number in a list
    :param fault: why it cannot even be taken apart; empty where it can
    """

    line: int
    values: dict[str, Any]
    fault: str = ""


class Source:
    """An open file that knows how far it has been read.

    :raises BadFile: if the file cannot be opened or is no text in UTF-8 at first sight
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done_bytes = 0
        self._piece_bytes = 0
        try:
            self._file: BinaryIO = path.open("rb")
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        try:
            self.total_bytes = path.stat().st_size
            self._skip_mark()
        except OSError as error:
            self.close()
            raise self._unreadable(error) from error
        except BadFile:
            self.close()
            raise

    def _unreadable(self, error: Exception) -> BadFile:
        reason = getattr(error, "strerror", None) or str(error)
        return BadFile(f"{self.path} cannot be read: {reason}.")

    def _skip_mark(self) -> None:
        head = self._file.read(1024)
        if head[:2] in _WIDE_BOMS or head.count(0) > len(head) // 4:
            raise BadFile(f"{self.path} is not text in UTF-8 but in UTF-16; {_ADVICE}.")
        self.done_bytes = len(_BOM) if head.startswith(_BOM) else 0
        self._file.seek(self.done_bytes)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def lines(self) -> Iterator[str]:
        """Yield the file's lines as text.

        :raises BadFile: at a line that is no UTF-8 or too long for a table
        """
        number = 0
        while raw := self._take_line():
            number += 1
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                at = self.done_bytes - len(raw) + error.start
                raise BadFile(
                    f"{self.path} is not text in UTF-8: line {number} has a wrong "
                    f"byte, 0x{raw[error.start]:02x}, {at:,} bytes into the file; "
                    f"{_ADVICE}."
                ) from error
            if len(raw) > MAX_PIECE_BYTES:
                raise BadFile(
                    f"{self.path} is no CSV file: line {number} is longer than "
                    f"{MAX_PIECE_BYTES:,} bytes."
                )
            yield text

    def _take_line(self) -> bytes:
        try:
            raw = self._file.readline(MAX_PIECE_BYTES + 1)
        except OSError as error:
            raise self._unreadable(error) from error
        self.done_bytes += len(raw)
        return raw

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, for a parser that asks for them itself.

        :raises BadFile: if one entry of the file would need too much memory
        """
        try:
            chunk = self._file.read(size)
        except OSError as error:
            raise self._unreadable(error) from error
        self.done_bytes += len(chunk)
        self._piece_bytes += len(chunk)
        if self._piece_bytes > 2 * MAX_PIECE_BYTES:
            raise BadFile(
                f"{self.path} has an entry of more than {MAX_PIECE_BYTES:,} bytes "
                f"near byte {self.done_bytes:,}."
            )
        return chunk

    def entry_ended(self) -> None:
        """Note that the parser has handed an entry on and starts the next."""
        self._piece_bytes = 0

    def rewind(self) -> None:
        """Start again behind the byte order mark."""
        self._file.seek(0)
        self._piece_bytes = 0
        self._skip_mark()
