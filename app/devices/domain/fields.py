"""Strict reading of JSON from the outside: integers in range, short plain text.

Anything else is malformed; nothing is converted, clipped or guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

PLAIN = re.compile(r"[ -~]*", re.ASCII)
# JavaScript and the box agree on integers up to here.
MAX_INTEGER = 2**53
_MAX_ITEMS = 16


class Malformed(ValueError):
    """The payload is not what the contract says; the text names the field."""


def load_object(payload: bytes, *, max_bytes: int) -> dict[str, Any]:
    """Return the JSON object in the payload.

    :raises Malformed: if it is too large, no UTF-8, no JSON, holds a float or is
        not an object
    """
    if len(payload) > max_bytes:
        raise Malformed("oversize")
    try:
        value = json.loads(
            payload.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    if not isinstance(value, dict):
        raise Malformed("object")
    return value


def _no_float(text: str) -> int:
    raise ValueError(f"not an integer: {text[:20]}")


def integer(value: object, name: str, low: int = 0, high: int = MAX_INTEGER) -> int:
    """Return a whole number within the bounds (both allowed).

    :raises Malformed: if it is anything else; a JSON ``true`` is not a number
    """
    if type(value) is not int or not low <= value <= high:
        raise Malformed(name)
    return value


def flag(value: object, name: str) -> bool:
    """Return a JSON boolean.

    :raises Malformed: if it is anything else
    """
    if not isinstance(value, bool):
        raise Malformed(name)
    return value


def text(
    value: object, name: str, longest: int, pattern: re.Pattern[str] = PLAIN
) -> str:
    """Return printable ASCII text of at most ``longest`` characters.

    :raises Malformed: if it is anything else or does not match the pattern
    """
    if (
        not isinstance(value, str)
        or len(value) > longest
        or pattern.fullmatch(value) is None
        or PLAIN.fullmatch(value) is None
    ):
        raise Malformed(name)
    return value


def choice(value: object, name: str, allowed: Collection[str]) -> str:
    """Return one of the allowed words.

    :raises Malformed: if it is anything else
    """
    if not isinstance(value, str) or value not in allowed:
        raise Malformed(name)
    return value


def plain_object(value: object, name: str, *, depth: int = 2) -> dict[str, object]:
    """Return a small object of integers, booleans, nulls, short texts and objects.

    :raises Malformed: if it is larger or deeper, so that it can be stored as it is
    """
    if not isinstance(value, dict) or len(value) > _MAX_ITEMS or depth == 0:
        raise Malformed(name)
    return {
        text(key, name, 24): _plain_value(item, name, depth - 1)
        for key, item in value.items()
    }


def _plain_value(value: object, name: str, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return integer(value, name, -MAX_INTEGER, MAX_INTEGER)
    if isinstance(value, str):
        return text(value, name, 80)
    return plain_object(value, name, depth=depth)
