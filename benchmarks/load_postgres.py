"""Fills the product's PostgreSQL schema with a world through COPY."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from benchmarks.search_columns import Instants, Rows
from benchmarks.search_places import Numbers

_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
# PostgreSQL counts microseconds from the year 2000.
_YEAR_2000_S = 946_684_800
# Nothing refers to them, so even their primary keys can be built afterwards.
_BULKY = ("open_window", "claimed_slot")
_BUILT_LATER = ("claim", "connector", "opening_rule")
_INTEGERS = {"bigint": ">i8", "integer": ">i4"}


def load_postgres(dsn: str, parts: Iterable[Rows]) -> None:
    """Fill an empty, migrated database, then let it look through its tables."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        # What the product wrote keeps its foreign keys; a made-up world needs none.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '1GB'")
        rebuild = _take_keys(connection) + _take_indexes(connection)
        types = _types(connection)
        for part in parts:
            _copy(connection, part, types)
        for statement in rebuild:
            connection.execute(statement.encode())
        _set_sequences(connection)
        connection.execute("VACUUM (ANALYZE)")


def _take_keys(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text = ANY(%s)",
        [list(_BULKY)],
    ).fetchall()
    for table, name, _ in found:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    return [f"ALTER TABLE {table} ADD CONSTRAINT {n} {how}" for table, n, how in found]


def _take_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) "
        "FROM pg_index AS i WHERE NOT i.indisprimary AND NOT i.indisunique "
        "AND i.indrelid::regclass::text = ANY(%s)",
        [[*_BULKY, *_BUILT_LATER]],
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    return [how for _, how in found]


def _types(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public'"
    ).fetchall()
    return {(table, column): kind for table, column, kind in rows}


def _copy(
    connection: psycopg.Connection[Any],
    part: Rows,
    types: dict[tuple[str, str], str],
) -> None:
    is_binary = not any(isinstance(each, list) for each in part.columns.values())
    command = sql.SQL("COPY {} ({}) FROM STDIN {}").format(
        sql.Identifier(part.table),
        sql.SQL(", ").join(map(sql.Identifier, part.columns)),
        sql.SQL("(FORMAT binary)" if is_binary else ""),
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        if is_binary:
            kinds = [types[part.table, name] for name in part.columns]
            copy.write(_HEAD + _binary(part, kinds) + _TAIL)
        else:
            columns = [_words(each, part.count) for each in part.columns.values()]
            lines = map("\t".join, zip(*columns, strict=False))
            copy.write("".join(f"{line}\n" for line in lines))


def _binary(part: Rows, kinds: list[str]) -> bytes:
    """Return rows in PostgreSQL's binary form: each value after its length."""
    values = [
        _packed(column, kind)
        for column, kind in zip(part.columns.values(), kinds, strict=True)
    ]
    fields: list[tuple[str, Any]] = [("count", ">i2")]
    for number, value in enumerate(values):
        fields.append((f"length{number}", ">i4"))
        if value is not None:
            fields.append((f"value{number}", value.dtype))
    rows = np.empty(part.count, dtype=fields)
    rows["count"] = len(values)
    for number, value in enumerate(values):
        if value is None:
            rows[f"length{number}"] = -1
            continue
        rows[f"length{number}"] = value.dtype.itemsize
        rows[f"value{number}"] = value
    return rows.tobytes()


def _packed(column: Any, kind: str) -> Numbers | None:
    if column is None:
        return None
    if isinstance(column, Instants):
        return ((column.seconds - _YEAR_2000_S) * 1_000_000).astype(">i8")
    if isinstance(column, str):
        return np.array(column.encode())
    if kind == "boolean":
        return np.asarray(column, dtype="u1")
    if kind == "double precision":
        return np.asarray(column, dtype=">f8")
    return np.asarray(column, dtype=_INTEGERS[kind])


def _words(column: Any, count: int) -> Iterable[str]:
    if isinstance(column, Instants):
        stamps = column.seconds.astype("datetime64[s]").astype(str)
        return [f"{each}+00" for each in stamps.tolist()]
    if column is None:
        return repeat("\\N", count)
    if isinstance(column, np.ndarray):
        return map(str, column.tolist())
    # No text here holds a tab, a line break or a backslash.
    return column if isinstance(column, list) else repeat(str(column), count)


def _set_sequences(connection: psycopg.Connection[Any]) -> None:
    for (table,) in connection.execute(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_default LIKE 'nextval%'"
    ).fetchall():
        connection.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}"
            ).format(sql.Literal(table), sql.Identifier(table))
        )
