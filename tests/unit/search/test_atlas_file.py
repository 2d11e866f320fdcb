"""Packing the atlas: what comes out is what went in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.search import atlas
from app.search.atlas import file as atlas_file

SCHEMA = """
CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT, shape BLOB, people INT);
CREATE TABLE town_name (key TEXT, id INT, PRIMARY KEY (key, id)) WITHOUT ROWID;
CREATE TABLE nobody (x INT);
CREATE INDEX by_people ON town (people);
"""


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_what_comes_out_is_what_went_in(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        database.executescript(SCHEMA)
        database.executemany(
            "INSERT INTO town VALUES (?, ?, ?, ?)",
            [
                (1, "Łódź", b"\x00\x01", -5),
                (7, "", b"", 2**31 - 1),
                (8, "東京", b"x" * 70_000, -(2**31)),
            ],
        )
        database.executemany(
            "INSERT INTO town_name VALUES (?, ?)", [("b", 7), ("a", 1), ("a", 8)]
        )
        database.commit()
        packed = atlas_file.pack(database)
    (tmp_path / "packed.xz").write_bytes(packed)

    atlas_file.unpack(tmp_path / "packed.xz", tmp_path / "b.sqlite")

    assert dump(tmp_path / "b.sqlite") == dump(tmp_path / "a.sqlite")


@pytest.mark.parametrize("odd", ["'two' || char(10) || 'lines'", "NULL", "1.5"])
def test_what_cannot_be_packed_is_refused(odd: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(f"CREATE TABLE t (v); INSERT INTO t VALUES ({odd});")

        with pytest.raises(ValueError, match="must"):
            atlas_file.pack(database)


def test_the_packed_atlas_stays_small_enough_for_the_repository() -> None:
    assert atlas.PACKED.stat().st_size < 8_000_000
