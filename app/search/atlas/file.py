"""Packs an SQLite database of a few plain tables small, and unpacks it again.

SQLite's pages compress badly: numbers and words stand mixed in them. Here each column
lies by itself, numbers moreover byte by byte, which is a third smaller.
"""

from __future__ import annotations

import json
import lzma
import sqlite3
import sys
from array import array
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

_FILTERS = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "pb": 0}
]
_NUMBER_BYTES = 4


def pack(database: sqlite3.Connection) -> bytes:
    """Return the whole database; a column holds whole numbers, words or bytes only.

    :raises ValueError: if a column holds anything else, or a word with a line break
    """
    tables: list[dict[str, Any]] = []
    columns: list[bytes] = []
    made = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).fetchall()
    for _, name, sql in (each for each in made if each[0] == "table"):
        # A table without row numbers is read in the order of its key.
        rows = database.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
        kinds = []
        for values in zip(*rows, strict=True):
            kind, content = _pack_column(values)
            kinds.append([kind, len(content)])
            columns.append(content)
        tables.append({"name": name, "sql": sql, "rows": len(rows), "columns": kinds})
    indexes = [sql for kind, _, sql in made if kind == "index"]
    head = json.dumps({"tables": tables, "indexes": indexes}).encode()
    whole = len(head).to_bytes(_NUMBER_BYTES, "little") + head + b"".join(columns)
    return lzma.compress(whole, filters=_FILTERS)


def unpack(packed: Path, target: Path) -> None:
    """Write the database that was packed into a new file."""
    whole = lzma.decompress(packed.read_bytes())
    at = _NUMBER_BYTES + int.from_bytes(whole[:_NUMBER_BYTES], "little")
    head = json.loads(whole[_NUMBER_BYTES:at])
    database = sqlite3.connect(target, isolation_level=None)
    # A file that is not finished is thrown away, so nothing needs to be undone.
    for setting in ("journal_mode=OFF", "synchronous=OFF"):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    for table in head["tables"]:
        columns = []
        for kind, length in table["columns"]:
            columns.append(_unpack_column(kind, whole[at : at + length]))
            at += length
        database.execute(table["sql"])
        if table["rows"]:
            marks = ", ".join("?" * len(columns))
            statement = f'INSERT INTO "{table["name"]}" VALUES ({marks})'  # noqa: S608
            database.executemany(statement, zip(*columns, strict=True))
    for sql in head["indexes"]:
        database.execute(sql)
    database.execute("COMMIT")
    database.close()


def _pack_column(values: tuple[Any, ...]) -> tuple[str, bytes]:
    if all(isinstance(value, int) for value in values):
        return "int", _planes(values)
    if all(isinstance(value, str) for value in values):
        if any("\n" in value for value in values):
            raise ValueError("A word must not hold a line break.")
        return "str", "\n".join(values).encode()
    if all(isinstance(value, bytes) for value in values):
        lengths = _planes([len(value) for value in values])
        return "bytes", len(values).to_bytes(4, "little") + lengths + b"".join(values)
    raise ValueError("A column must hold whole numbers, words or bytes.")


def _unpack_column(kind: str, content: bytes) -> Iterator[Any]:
    if kind == "int":
        return iter(_numbers(content))
    if kind == "str":
        return iter(content.decode().split("\n"))
    count = int.from_bytes(content[:_NUMBER_BYTES], "little")
    begin = _NUMBER_BYTES * (1 + count)
    lengths = _numbers(content[_NUMBER_BYTES:begin])
    return (content[a:b] for a, b in pairwise(accumulate(lengths, initial=begin)))


def _planes(values: Any) -> bytes:
    """Return 32-bit numbers as all their first bytes, all their second, and so on."""
    plain = _little(array("i", values)).tobytes()
    return b"".join(plain[n::_NUMBER_BYTES] for n in range(_NUMBER_BYTES))


def _numbers(planes: bytes) -> array[int]:
    plain = bytearray(len(planes))
    count = len(planes) // _NUMBER_BYTES
    for n in range(_NUMBER_BYTES):
        plain[n::_NUMBER_BYTES] = planes[n * count : (n + 1) * count]
    numbers = array("i")
    numbers.frombytes(plain)
    return _little(numbers)


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
