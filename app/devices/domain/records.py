"""Journal records as the box numbers them: meter readings, events, session marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.devices.domain.fields import Malformed, choice, integer, load_object, text

BATCH_MAX_BYTES = 4096
BATCH_MAX_RECORDS = 25
MAX_JOURNAL_ID = 2**32 - 1
MAX_SEQ = 2**32 - 1
# The year 2100 in Unix milliseconds; a box without a clock counts from zero.
MAX_TIME_MS = 4_102_444_800_000
MAX_ENERGY_WH = 10**10
MAX_VOLTAGE_DV = 10_000
MAX_CURRENT_MA = 1_000_000
MAX_POWER_DW = 10_000_000
SESSION_CODE = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
STOP_REASONS = frozenset(
    {
        "DRIVER",
        "OWNER",
        "END_OF_BOOKING",
        "ENERGY_CAP",
        "UNPLUGGED",
        "NO_ENERGY",
        "LEASE",
        "FAULT",
        "POWER_LOSS",
        "RETURNED",
    }
)
_EVENT_NAME = re.compile(r"[a-z0-9_]{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: ``M`` meter reading, ``E`` event or ``S`` session mark.

    ``clock_quality`` is 0 (counts from boot), 1 (own clock) or 2 (set by the server).
    """

    kind: str
    seq: int
    taken_ms: int
    clock_quality: int
    energy_wh: int | None = None
    voltage_dv: int | None = None
    current_ma: int | None = None
    power_dw: int | None = None
    name: str | None = None
    session_code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records in ascending order without gaps, and how many the box ever lost."""

    journal_id: int
    dropped: int
    records: tuple[Record, ...]


def parse_batch(payload: bytes) -> Batch:
    """Return the batch in an ``up/rec`` payload.

    :raises Malformed: if anything in it is not as the contract says; a batch is
        taken whole or not at all
    """
    body = load_object(payload, max_bytes=BATCH_MAX_BYTES)
    integer(body.get("v"), "v", 1, 1)
    rows = body.get("r")
    if not isinstance(rows, list) or not 1 <= len(rows) <= BATCH_MAX_RECORDS:
        raise Malformed("r")
    records = tuple(_record(row) for row in rows)
    for before, after in zip(records, records[1:], strict=False):
        if after.seq != before.seq + 1:
            raise Malformed("seq")
    return Batch(
        journal_id=integer(body.get("j"), "j", 0, MAX_JOURNAL_ID),
        dropped=integer(body.get("d"), "d", 0, MAX_SEQ),
        records=records,
    )


def _record(row: object) -> Record:
    if not isinstance(row, list) or len(row) < 6:
        raise Malformed("record")
    head: dict[str, Any] = {
        "kind": choice(row[0], "kind", ("M", "E", "S")),
        "seq": integer(row[1], "seq", 1, MAX_SEQ),
        "taken_ms": integer(row[2], "t", 0, MAX_TIME_MS),
        "clock_quality": integer(row[3], "q", 0, 2),
    }
    body = {"M": _meter, "E": _event, "S": _session}[row[0]]
    return Record(**head, **body(row[4:]))


def _meter(values: list[Any]) -> dict[str, Any]:
    _count(values, 4)
    return {
        "energy_wh": integer(values[0], "wh", 0, MAX_ENERGY_WH),
        "voltage_dv": integer(values[1], "dV", 0, MAX_VOLTAGE_DV),
        "current_ma": integer(values[2], "mA", 0, MAX_CURRENT_MA),
        "power_dw": integer(values[3], "dW", 0, MAX_POWER_DW),
    }


def _event(values: list[Any]) -> dict[str, Any]:
    _count(values, 2)
    return {
        "name": text(values[0], "name", 16, _EVENT_NAME),
        "detail": text(values[1], "detail", 80),
    }


def _session(values: list[Any]) -> dict[str, Any]:
    _count(values, 4)
    name = choice(values[0], "name", ("start", "stop"))
    reason = text(values[3], "reason", 16)
    if (reason in STOP_REASONS) != (name == "stop") or (name == "start" and reason):
        raise Malformed("reason")
    return {
        "name": name,
        "session_code": text(values[1], "sid", 16, SESSION_CODE),
        "energy_wh": integer(values[2], "wh", 0, MAX_ENERGY_WH),
        "detail": reason,
    }


def _count(values: list[Any], wanted: int) -> None:
    if len(values) != wanted:
        raise Malformed("length")
