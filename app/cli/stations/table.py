"""Reads a CSV file row by row, in constant memory, and says where a row is broken."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from app.cli.stations.source import BadFile, Record, Source

# A cell longer than this is a quotation mark that nobody closed.
MAX_CELL = 131_072


def rows_of(source: Source, columns: Sequence[str], *, kind: str) -> Iterator[Record]:
    """Yield the rows of a table whose heading has at least these columns.

    :param kind: what the file should be, for messages: ``an AFDC station file``
    :raises BadFile: at the first step if the heading is wrong; later if the text is
        not UTF-8
    """
    reader = csv.reader(source.lines(), strict=True)
    limit = csv.field_size_limit(MAX_CELL)
    try:
        heading = _heading(reader, source, columns, kind)
        yield from _records(reader, heading)
    finally:
        csv.field_size_limit(limit)


def _heading(
    reader: Iterator[list[str]], source: Source, columns: Sequence[str], kind: str
) -> list[str]:
    try:
        heading = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise BadFile(f"{source.path} is no CSV file: {error}.") from error
    for name in columns:
        if name not in heading:
            hint = _hint(heading, name)
            raise BadFile(
                f"{source.path} is not {kind}: it has no column {name!r}{hint}"
            )
    twice = sorted({name for name in heading if name and heading.count(name) > 1})
    if twice:
        raise BadFile(f"{source.path} has the column {twice[0]!r} twice.")
    return heading


def _hint(heading: Sequence[str], name: str) -> str:
    for mark in (";", "\t"):
        if len(heading) == 1 and name in heading[0].split(mark):
            return f". Its columns are parted by {mark!r}; commas are needed."
    return "."


def _records(reader: Iterator[list[str]], heading: Sequence[str]) -> Iterator[Record]:
    lines = reader.line_num  # type: ignore[attr-defined]
    while True:
        first = lines + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            lines = reader.line_num  # type: ignore[attr-defined]
            until = f" (until line {lines})" if lines > first else ""
            yield Record(first, {}, f"the row cannot be taken apart{until}: {error}")
            continue
        lines = reader.line_num  # type: ignore[attr-defined]
        if cells is None:
            return
        # A blank line, as editors leave at the end, is no row.
        if cells:
            yield _record(lines, cells, heading)


def _record(line: int, cells: list[str], heading: Sequence[str]) -> Record:
    values = dict(zip(heading, cells, strict=False))
    surplus = any(cell.strip() for cell in cells[len(heading) :])
    if len(cells) < len(heading) or surplus:
        fault = f"it has {len(cells)} cells where the heading has {len(heading)}"
        return Record(line, values, fault)
    if any("\0" in cell for cell in cells):
        return Record(line, values, "it contains a NUL character")
    return Record(line, values)
