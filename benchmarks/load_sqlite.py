"""Fills the product's SQLite schema with a world, fast and in big transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import numpy as np

from benchmarks.search_columns import Instants, Rows

# Only while loading: a broken load is thrown away, not repaired.
_HASTE = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "foreign_keys=OFF",
    "locking_mode=EXCLUSIVE",
    "cache_size=-400000",
    "temp_store=MEMORY",
)
# Their many rows come sorted by the primary key; other indexes are built afterwards.
_BUILT_LATER = ("claim", "claimed_slot", "connector", "opening_rule", "tariff")


def load_sqlite(path: str, parts: Iterable[Rows]) -> None:
    """Fill an empty, migrated file and leave it in the product's journal mode."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in _HASTE:
        connection.execute(f"PRAGMA {pragma}")
    indexes = _take_indexes(connection)
    connection.execute("BEGIN")
    for part in parts:
        names = ", ".join(part.columns)
        marks = ", ".join("?" * len(part.columns))
        connection.executemany(
            f"INSERT INTO {part.table} ({names}) VALUES ({marks})",
            _zipped(part),
        )
    for statement in indexes:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("PRAGMA locking_mode=NORMAL")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _take_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drop indexes that are faster to build at the end; return how to."""
    marks = ", ".join("?" * len(_BUILT_LATER))
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({marks})",
        _BUILT_LATER,
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _zipped(part: Rows) -> Iterable[tuple[Any, ...]]:
    columns = [_values(each) for each in part.columns.values()]
    # A constant repeats as often as the other columns have rows.
    return zip(*columns, strict=False)


def _values(column: Any) -> Iterable[Any]:
    if isinstance(column, Instants):
        distinct, place = np.unique(column.seconds, return_inverse=True)
        words = [_as_stored(each) for each in distinct.tolist()]
        return np.array(words, dtype=object)[place].tolist()
    if isinstance(column, np.ndarray):
        return column.astype(int).tolist() if column.dtype == bool else column.tolist()
    return column if isinstance(column, list) else repeat(column)


def _as_stored(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
