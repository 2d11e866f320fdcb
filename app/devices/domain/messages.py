"""The upward messages of the device contract, parsed with strict limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.devices.domain import fields, records
from app.devices.domain.fields import Malformed, choice, flag, integer, text
from app.devices.domain.records import Batch, parse_batch

MAX_BYTES = 2048
MAX_FAULTS = 8
LOCK_STATES = frozenset({"LOCKED", "UNLOCKING", "UNLOCKED", "LOCKING", "JAMMED"})
POWER_STATES = frozenset({"OPEN", "CLOSED"})
STATUSES = frozenset(
    {"Available", "Preparing", "Charging", "SuspendedEV", "Finishing", "Faulted"}
)
_NONCE = re.compile(r"[0-9a-f]{16}", re.ASCII)
_WORD = re.compile(r"[a-z_]{1,24}", re.ASCII)
_COMMAND_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message after every connect."""

    counter: int
    firmware: str
    boot_nonce: str
    device_ms: int
    journal_id: int
    last_seq: int
    reset_cause: str
    pairing_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the box is and does, at birth and at every change."""

    counter: int
    firmware: str
    lock_state: str
    power_state: str
    status: str
    faults: tuple[str, ...]
    meter_ok: bool
    session_code: str | None
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """The broker's word that this connection of the box broke off."""

    counter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """One droppable reading of a running session."""

    energy_wh: int
    voltage_dv: int
    power_dw: int
    session_code: str | None
    status: str
    lock_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The box's answer to one command."""

    command_id: str
    is_ok: bool
    op: str
    why: str | None
    lock_state: str | None
    result: dict[str, object] | None


Message = Hello | State | Will | Live | Ack | Batch


def parse(kind: str, payload: bytes) -> Message:
    """Return the message of an upward topic's kind.

    :raises Malformed: if the payload is not what the contract says
    """
    if kind == "rec":
        return parse_batch(payload)
    readers: dict[str, Callable[[dict[str, Any]], Message]] = {
        "hello": _hello,
        "state": _state,
        "live": _live,
        "ack": _ack,
    }
    return readers[kind](fields.load_object(payload, max_bytes=MAX_BYTES))


def _hello(body: dict[str, Any]) -> Hello:
    integer(body.get("v"), "v", 1, 1)
    code = body.get("pair")
    return Hello(
        counter=_counter(body),
        firmware=text(body.get("fw"), "fw", 24),
        boot_nonce=text(body.get("bn"), "bn", 16, _NONCE),
        device_ms=integer(body.get("t0"), "t0"),
        journal_id=integer(body.get("j"), "j", 0, records.MAX_JOURNAL_ID),
        last_seq=integer(body.get("s"), "s", 0, records.MAX_SEQ),
        reset_cause=text(body.get("rst"), "rst", 16),
        pairing_code=None if code is None else text(code, "pair", 24),
    )


def _state(body: dict[str, Any]) -> State | Will:
    integer(body.get("v"), "v", 1, 1)
    if not flag(body.get("on"), "on"):
        return Will(counter=_counter(body))
    faults = body.get("f")
    if not isinstance(faults, list) or len(faults) > MAX_FAULTS:
        raise Malformed("f")
    integer(body.get("j"), "j", 0, records.MAX_JOURNAL_ID)
    flag(body.get("paired"), "paired")
    return State(
        counter=_counter(body),
        firmware=text(body.get("fw"), "fw", 24),
        lock_state=choice(body.get("lock"), "lock", LOCK_STATES),
        power_state=choice(body.get("pwr"), "pwr", POWER_STATES),
        status=choice(body.get("st"), "st", STATUSES),
        faults=tuple(text(word, "f", 24, _WORD) for word in faults),
        meter_ok=flag(body.get("m"), "m"),
        session_code=_session_code(body.get("sid")),
        last_seq=integer(body.get("s"), "s", 0, records.MAX_SEQ),
    )


def _live(body: dict[str, Any]) -> Live:
    integer(body.get("t"), "t", 0, records.MAX_TIME_MS)
    integer(body.get("mA"), "mA", 0, records.MAX_CURRENT_MA)
    return Live(
        energy_wh=integer(body.get("wh"), "wh", 0, records.MAX_ENERGY_WH),
        voltage_dv=integer(body.get("dV"), "dV", 0, records.MAX_VOLTAGE_DV),
        power_dw=integer(body.get("dW"), "dW", 0, records.MAX_POWER_DW),
        session_code=_session_code(body.get("sid")),
        status=choice(body.get("st"), "st", STATUSES),
        lock_state=choice(body.get("lock"), "lock", LOCK_STATES),
    )


def _ack(body: dict[str, Any]) -> Ack:
    is_ok = flag(body.get("ok"), "ok")
    integer(body.get("t"), "t", 0, records.MAX_TIME_MS)
    lock, result = body.get("lock"), body.get("res")
    return Ack(
        command_id=text(body.get("id"), "id", 16, _COMMAND_ID),
        is_ok=is_ok,
        op=text(body.get("op"), "op", 12, _WORD),
        why=None if is_ok else text(body.get("why"), "why", 24, _WORD),
        lock_state=None if lock is None else choice(lock, "lock", LOCK_STATES),
        result=None if result is None else fields.plain_object(result, "res"),
    )


def _counter(body: dict[str, Any]) -> int:
    return integer(body.get("c"), "c", 0, 2**32 - 1)


def _session_code(value: object) -> str | None:
    return None if value is None else text(value, "sid", 16, records.SESSION_CODE)
