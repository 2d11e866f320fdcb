"""Reads JSON that somebody else wrote: whole numbers and known shapes only.

Nothing is rounded, guessed or skipped; what does not fit is refused with a sentence.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from app.kernel.errors import DomainError

# Exact in every language's numbers, and far above any price on Earth.
HIGHEST = 10**15
MOST_ITEMS = 100_000
_CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")
_HEX_32 = re.compile(r"[0-9a-f]{32}")
_HEX_64 = re.compile(r"[0-9a-f]{64}")


class BadLog(DomainError):
    """The text is no event log of an auction; the message says where and why."""


def parse_line(line: str) -> Any:
    """Return what a line of JSON says.

    :raises BadLog: if it is no JSON, names a key twice, or has a number that is not
        whole, such as ``1.5``, ``1e30`` or ``NaN``
    """
    try:
        return json.loads(
            line,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
            object_pairs_hook=_without_repeats,
        )
    except BadLog:
        raise
    except (ValueError, RecursionError) as error:
        raise BadLog("it is no JSON.") from error


def whole(value: object) -> int:
    """Return a whole number from 0 to 10^15.

    :raises BadLog: if it is anything else
    """
    if type(value) is not int or not 0 <= value <= HIGHEST:
        raise BadLog("must be a whole number from 0 to 10^15.")
    return value


def code(value: object) -> str:
    """Return the code of a bid or a booking.

    :raises BadLog: if it is anything else
    """
    return _matching(_CODE, value, "must be a code of letters and digits.")


def nonce(value: object) -> str:
    """Return the 32 hex digits that made a sealed bid unguessable.

    :raises BadLog: if it is anything else
    """
    return _matching(_HEX_32, value, "must be 32 hex digits.")


def digest(value: object) -> str:
    """Return a published commitment.

    :raises BadLog: if it is anything else
    """
    return _matching(_HEX_64, value, "must be 64 hex digits.")


def text(value: object) -> str:
    """Return a short text.

    :raises BadLog: if it is anything else
    """
    if not isinstance(value, str) or len(value) > 300:
        raise BadLog("must be a text of at most 300 letters.")
    return value


def instant(value: object) -> datetime:
    """Return the instant that a text in ISO 8601 says, in UTC.

    :raises BadLog: if it is anything else, or does not say its time zone
    """
    try:
        at = datetime.fromisoformat(text(value))
    except ValueError as error:
        raise BadLog("must be a time such as 2026-05-01T18:00:00Z.") from error
    if at.tzinfo is None:
        raise BadLog("must say its time zone, such as the Z for UTC.")
    return at.astimezone(UTC)


def instant_text(value: object) -> str:
    """Return the text of an instant as it was written.

    :raises BadLog: if it says no instant
    """
    instant(value)
    return str(value)


def stage(value: object) -> str:
    """Return the name of a stage of the rolling gate.

    :raises BadLog: if it is anything else
    """
    if value not in ("GATE", "LAST_CALL"):
        raise BadLog("must be GATE or LAST_CALL.")
    return str(value)


def wholes(value: object) -> tuple[int, ...]:
    """Return a list of whole numbers.

    :raises BadLog: if it is anything else
    """
    return tuple(whole(item) for item in _items(value))


def codes(value: object) -> tuple[str, ...]:
    """Return a list of different codes.

    :raises BadLog: if it is anything else
    """
    found = tuple(code(item) for item in _items(value))
    if len(set(found)) != len(found):
        raise BadLog("must not name one bid twice.")
    return found


def amounts(value: object) -> dict[str, int]:
    """Return amounts in 1/1000 minor units by the code of the bid.

    :raises BadLog: if it is anything else
    """
    return {code(key): whole(item) for key, item in _pairs(value).items()}


def slot_amounts(value: object) -> dict[int, int]:
    """Return amounts in 1/1000 minor units by slot number.

    :raises BadLog: if it is anything else
    """
    found: dict[int, int] = {}
    for key, item in _pairs(value).items():
        if not re.fullmatch(r"0|[1-9][0-9]{0,14}", key, re.ASCII):
            raise BadLog("must have slot numbers as its keys.")
        found[int(key)] = whole(item)
    return found


def _matching(pattern: re.Pattern[str], value: object, refusal: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadLog(refusal)
    return value


def _items(value: object) -> list[object]:
    if not isinstance(value, list | tuple) or len(value) > MOST_ITEMS:
        raise BadLog("must be a list.")
    return list(value)


def _pairs(value: object) -> dict[str, object]:
    if not isinstance(value, dict) or len(value) > MOST_ITEMS:
        raise BadLog("must be an object.")
    return {str(key): item for key, item in value.items()}


def _no_fraction(written: str) -> Any:
    raise BadLog(f"{written[:20]} is not a whole number.")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadLog("it names a key twice.")
    return found
