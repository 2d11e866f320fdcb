"""Reads the objects of a JSON list one by one, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ijson

from app.cli.stations.source import BadFile, Record, Source

# Each level costs memory for all that lie inside it; OCPI needs eight.
MAX_DEPTH = 32


def objects_of(source: Source, *, kind: str) -> Iterator[Record]:
    """Yield the objects of a list, of a response's ``data``, or the one object.

    :param kind: what the file should be, for messages
    :raises BadFile: if it is no JSON, or there is no list in it
    """
    try:
        prefix = _prefix(source, kind)
        source.rewind()
        entries = ijson.items(ijson.parse(_events(source)), prefix)
        for number, values in enumerate(entries, start=1):
            source.entry_ended()
            if isinstance(values, dict):
                yield Record(number, values)
            else:
                yield Record(number, {}, "it is not an object")
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise BadFile(
            f"{source.path} is no JSON file in UTF-8: {_short(error)} "
            f"(before byte {source.done_bytes:,})."
        ) from error


def _events(source: Source) -> Iterator[tuple[str, Any]]:
    """Yield what the parser meets, as long as it is not nested absurdly."""
    depth = 0
    # Coordinates and powers need no decimals; whole numbers stay whole.
    for event, value in ijson.basic_parse(source, use_float=True):
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadFile(
                    f"{source.path} is nested more than {MAX_DEPTH} levels deep "
                    f"(before byte {source.done_bytes:,})."
                )
        elif event in ("end_map", "end_array"):
            depth -= 1
        yield event, value


def _prefix(source: Source, kind: str) -> str:
    """Return where the objects are, from the first things that the file says."""
    missing = BadFile(f"{source.path} is not {kind}: there is no list of them in it.")
    events = ijson.parse(_events(source))
    _path, opening, _value = next(events, ("", "", None))
    if opening == "start_array":
        return "item"
    if opening != "start_map":
        raise missing
    keys: set[str] = set()
    for path, event, value in events:
        if path == "data" and event in ("start_array", "start_map"):
            return "data.item" if event == "start_array" else "data"
        if path == "" and event == "map_key":
            keys.add(value)
            if {"id", "coordinates"} <= keys:
                return ""
    raise missing


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:80]
