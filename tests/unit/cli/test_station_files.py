"""Files as bytes: encodings, broken tables, broken lists, and flat memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.cli.stations.json_list import objects_of
from app.cli.stations.source import MAX_PIECE_BYTES, BadFile, Record, Source
from app.cli.stations.table import rows_of

Read = Callable[[bytes], list[Record]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its file."""
    return tmp_path / "file"


@pytest.fixture
def table(path: Path) -> Read:
    """Read bytes as a table with the columns ``id`` and ``name``."""

    def read(content: bytes) -> list[Record]:
        path.write_bytes(content)
        with closing(Source(path)) as source:
            return list(rows_of(source, ("id", "name"), kind="a test table"))

    return read


@pytest.fixture
def objects(path: Path) -> Read:
    """Read bytes as a list of objects."""

    def read(content: bytes) -> list[Record]:
        path.write_bytes(content)
        with closing(Source(path)) as source:
            return list(objects_of(source, kind="a test list"))

    return read


def values(records: list[Record]) -> list[Any]:
    return [record.fault or record.values for record in records]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_table_is_read_with_or_without_a_mark_and_with_either_line_end(
    table: Read, mark: bytes, end: bytes
) -> None:
    content = mark + end.join([b"id,name", "1,Köln".encode(), b"", b'2,"a\nb"', b""])

    assert table(content) == [
        Record(2, {"id": "1", "name": "Köln"}),
        Record(5, {"id": "2", "name": "a\nb"}),
    ]


def test_a_row_of_another_length_is_marked_and_the_rest_is_read(table: Read) -> None:
    rows = table(b"id,name\n1\n2,b\n3,c,,\n4,d,x\n")

    assert values(rows) == [
        "it has 1 cells where the heading has 2",
        {"id": "2", "name": "b"},
        {"id": "3", "name": "c"},
        "it has 3 cells where the heading has 2",
    ]


def test_a_row_with_a_nul_or_a_broken_quotation_is_marked_with_its_line(
    table: Read,
) -> None:
    rows = table(b'id,name\n1,a\0b\n2,"a"b\n3,c\n4,"never closed\n5,e\n')

    assert [record.line for record in rows] == [2, 3, 4, 5]
    assert rows[0].fault == "it contains a NUL character"
    assert "cannot be taken apart" in rows[1].fault
    assert rows[2].values == {"id": "3", "name": "c"}
    assert "(until line 6)" in rows[3].fault


def test_a_cell_without_an_end_does_not_swallow_the_file(table: Read) -> None:
    filler = b"x" * 99 + b"\n"
    rows = table(b'id,name\n1,"' + filler * 2000 + b"2,b\n")

    assert "field larger than field limit" in rows[0].fault
    assert rows[-1].values == {"id": "2", "name": "b"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a test table: it has no column 'id'"),
        (b"id;name\n1;a\n", "commas are needed"),
        (b"id,name,id\n1,a,2\n", "has the column 'id' twice"),
        (b'"id\n', "is no CSV file: unexpected end of data"),
        (b"id,name\n1,a\n2,K\xf6ln\n", "line 3 has a wrong byte, 0xf6, 15 bytes into"),
        ("id,name\n1,a\n".encode("utf-16"), "in UTF-16; please save it as UTF-8"),
        ("id,name\n1,a\n".encode("utf-16-le"), "in UTF-16; please save it as UTF-8"),
        (
            b"id,name\n" + b"x" * (MAX_PIECE_BYTES + 1),
            "line 2 is longer than 4,194,304",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(
    table: Read, content: bytes, words: str
) -> None:
    with pytest.raises(BadFile, match=words):
        table(content)


def test_a_list_an_envelope_and_a_single_object_are_read(objects: Read) -> None:
    one = {"id": "L1", "coordinates": {"latitude": "1.5"}}
    envelope = {"status_code": 1000, "data": [one], "timestamp": "x"}

    for content in ([one], envelope, {"data": one}, one):
        assert values(objects(json.dumps(content).encode())) == [one]
    assert objects(b"\xef\xbb\xbf[]") == []


def test_an_entry_that_is_no_object_is_marked_with_its_number(objects: Read) -> None:
    records = objects(b'[{"a": 1}, 7, [{}], {"a": 2.5}]')

    assert [record.line for record in records] == [1, 2, 3, 4]
    assert values(records) == [
        {"a": 1},
        "it is not an object",
        "it is not an object",
        {"a": 2.5},
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no JSON file in UTF-8"),
        (b"7", "there is no list of them"),
        (b'{"a": [1]}', "there is no list of them"),
        (b'[{"a": 1}', "is no JSON file in UTF-8"),
        (b'[{"a": "\xff"}]', "is no JSON file in UTF-8"),
        (b'[{"a": 1e999}]', "is no JSON file in UTF-8"),
        (b'[{"a": 99999999999999999999}]', "is no JSON file in UTF-8"),
        (b"[" * 100_000, "nested more than 32 levels"),
        (b'{"data": ' + b"[" * 100_000, "nested more than 32 levels"),
        ("[]   ".encode("utf-16"), "in UTF-16"),
        (
            b'["' + b"x" * (3 * MAX_PIECE_BYTES) + b'"]',
            "an entry of more than 4,194,304",
        ),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_words(
    objects: Read, content: bytes, words: str
) -> None:
    with pytest.raises(BadFile, match=words):
        objects(content)


def test_a_file_that_is_not_there_or_a_folder_is_refused_in_words(path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read: No such file"):
        Source(path)
    with pytest.raises(BadFile, match="cannot be read: Is a directory"):
        Source(path.parent)


def test_a_source_knows_how_far_it_has_been_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfid,name\n1,a\n")

    with closing(Source(path)) as source:
        list(rows_of(source, ("id",), kind="a test table"))

        assert source.done_bytes == source.total_bytes == 15


def write_large(path: Path, megabytes: int, *, as_json: bool) -> None:
    """Write that many megabytes of rows of about two kilobytes."""
    with path.open("w") as file:
        file.write("[" if as_json else "id,name\n")
        for number in range(megabytes * 512):
            text = f"{number:08}" + "x" * 2000
            row = json.dumps({"id": number, "name": text})
            comma = "," if number else ""
            file.write(f"{comma}{row}" if as_json else f"{number},{text}\n")
        file.write("]" if as_json else "")


def records_of(source: Source, *, as_json: bool) -> Iterator[Record]:
    """Read the source in one way or the other."""
    if as_json:
        return objects_of(source, kind="a test list")
    return rows_of(source, ("id", "name"), kind="a test table")


@pytest.mark.parametrize("as_json", [False, True])
def test_thirty_megabytes_need_no_more_memory_than_three(
    path: Path, as_json: bool
) -> None:
    peaks = []
    for megabytes in (3, 30):
        write_large(path, megabytes, as_json=as_json)
        tracemalloc.start()
        with closing(Source(path)) as source:
            count = sum(1 for _ in records_of(source, as_json=as_json))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == megabytes * 512

    assert peaks[1] < 1.5 * peaks[0] + 100_000
    assert peaks[1] < 3_000_000


class BrokenDisk:
    """A file whose disk fails while it is read."""

    def readline(self, _size: int) -> bytes:
        raise OSError(5, "Input/output error")

    read = readline

    def close(self) -> None:
        """Nothing was open."""


@pytest.mark.parametrize("as_json", [False, True])
def test_a_disk_that_fails_in_the_middle_is_a_fault_of_the_file(
    path: Path, as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("[]" if as_json else "id,name\n")
    with closing(Source(path)) as source:
        monkeypatch.setattr(source, "_file", BrokenDisk())

        with pytest.raises(BadFile, match="cannot be read: Input/output error"):
            source.read(10) if as_json else list(source.lines())


def test_a_disk_that_fails_at_once_is_a_fault_of_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _mode: str) -> BrokenDisk:
        return BrokenDisk()

    path.write_text("id,name\n")
    monkeypatch.setattr(Path, "open", fail)

    with pytest.raises(BadFile, match="cannot be read: Input/output error"):
        Source(path)
