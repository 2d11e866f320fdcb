"""What is malformed, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.devices.domain import messages
from app.devices.domain.fields import Malformed, integer
from app.devices.domain.messages import Ack, Hello, State, Will
from app.devices.domain.records import Batch
from tests.support.factories_devices import hello, live, meter, records, state

ACK = {"id": "00112233aabbccdd", "ok": True, "op": "unlock", "t": 5}


def parse(kind: str, body: Any) -> messages.Message:
    """Parse a body as it travels."""
    return messages.parse(kind, json.dumps(body).encode())


def test_a_hello_tells_connection_boot_and_journal() -> None:
    said = parse("hello", hello(c=7, s=12, pair="K7Q2-M6XW"))

    assert said == Hello(
        counter=7,
        firmware="0.1.0",
        boot_nonce="00112233aabbccdd",
        device_ms=1234,
        journal_id=515928287,
        last_seq=12,
        reset_cause="power",
        pairing_code="K7Q2-M6XW",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"c": -1},
        {"c": 2**32},
        {"c": 1.0},
        {"c": "1"},
        {"bn": "XX112233aabbccdd"},
        {"bn": "00112233aabbccd"},
        {"fw": "x" * 25},
        {"fw": "né"},
        {"fw": "a\u0000b"},
        {"j": None},
        {"s": -1},
        {"rst": 3},
        {"pair": 8},
        {"pair": "x" * 25},
        {"t0": 2**60},
    ],
)
def test_a_hello_with_one_odd_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse("hello", hello(**change))


@pytest.mark.parametrize("missing", ["v", "c", "fw", "bn", "t0", "j", "s", "rst"])
def test_a_hello_without_a_field_is_malformed(missing: str) -> None:
    body = hello()
    del body[missing]

    with pytest.raises(Malformed):
        parse("hello", body)


def test_a_state_tells_lock_power_faults_and_session() -> None:
    said = parse("state", state(lock="JAMMED", f=["lock_jammed"], sid="S1", m=False))

    assert said == State(
        counter=1,
        firmware="0.1.0",
        lock_state="JAMMED",
        power_state="OPEN",
        status="Available",
        faults=("lock_jammed",),
        meter_ok=False,
        session_code="S1",
        last_seq=0,
    )


def test_a_will_needs_nothing_but_its_counter() -> None:
    assert parse("state", {"v": 1, "on": False, "c": 12}) == Will(counter=12)


@pytest.mark.parametrize(
    "change",
    [
        {"on": 1},
        {"lock": "OPEN"},
        {"lock": ["LOCKED"]},
        {"pwr": "ON"},
        {"st": "available"},
        {"f": "weld"},
        {"f": ["weld"] * 9},
        {"f": ["Weld!"]},
        {"f": [1]},
        {"m": None},
        {"sid": ""},
        {"sid": "x" * 17},
        {"sid": "a b"},
        {"paired": "yes"},
    ],
)
def test_a_state_with_one_odd_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse("state", state(**change))


@pytest.mark.parametrize(
    "change",
    [{"wh": -1}, {"dV": 10_001}, {"mA": None}, {"dW": 1e3}, {"t": -1}, {"st": ""}],
)
def test_a_live_reading_out_of_range_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse("live", live(**change))


def test_an_ack_may_carry_a_small_result() -> None:
    said = parse("ack", {**ACK, "res": {"lock_ms": 126, "meter": {"dV": 2300}}})

    assert isinstance(said, Ack)
    assert said.result == {"lock_ms": 126, "meter": {"dV": 2300}}
    assert said.why is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "xyz"},
        {"id": 5},
        {"ok": "true"},
        {"ok": False},
        {"ok": False, "why": "Because!"},
        {"op": "UNLOCK"},
        {"lock": "AJAR"},
        {"res": []},
        {"res": {"a": {"b": {"c": 1}}}},
        {"res": {"a": [1]}},
        {"res": {"a": 2**60}},
        {"res": {"a": "x" * 81}},
        {"res": {f"k{n}": n for n in range(17)}},
        {"res": {"a" * 25: 1}},
    ],
)
def test_an_ack_with_one_odd_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse("ack", {**ACK, **change})


def test_an_ack_result_keeps_texts_flags_and_nothing() -> None:
    said = parse("ack", {**ACK, "res": {"a": None, "b": True, "c": "words"}})

    assert isinstance(said, Ack)
    assert said.result == {"a": None, "b": True, "c": "words"}


def test_a_batch_keeps_every_kind_of_record() -> None:
    said = parse(
        "rec",
        records(
            meter(5),
            ["E", 6, 10, 0, "lock", "UNLOCKED"],
            ["S", 7, 11, 1, "start", "S1", 38_012, ""],
            ["S", 8, 12, 2, "stop", "S1", 38_500, "DRIVER"],
            d=3,
        ),
    )

    assert isinstance(said, Batch)
    assert said.dropped == 3
    assert [record.kind for record in said.records] == ["M", "E", "S", "S"]
    assert said.records[0].energy_wh == 38_012
    assert said.records[1].detail == "UNLOCKED"
    assert said.records[3].session_code == "S1"


@pytest.mark.parametrize(
    "row",
    [
        "M",
        [],
        ["M", 1, 1, 1],
        ["X", 1, 1, 1, 1, 1, 1, 1],
        [["M"], 1, 1, 1, 1, 1, 1, 1],
        ["M", 0, 1, 1, 1, 1, 1, 1],
        ["M", 1, -1, 1, 1, 1, 1, 1],
        ["M", 1, 2**53, 1, 1, 1, 1, 1],
        ["M", 1, 1, 3, 1, 1, 1, 1],
        ["M", 1, 1, 1, 1, 1, 1],
        ["M", 1, 1, 1, 1, 1, 1, 1, 1],
        ["M", 1, 1, 1, -1, 1, 1, 1],
        ["M", 1, 1, 1, 1.5, 1, 1, 1],
        ["E", 1, 1, 1, "Lock", "x"],
        ["E", 1, 1, 1, "lock", "x" * 81],
        ["E", 1, 1, 1, "lock"],
        ["E", 1, 1, 1, "lock", None],
        ["S", 1, 1, 1, "pause", "S1", 1, ""],
        ["S", 1, 1, 1, "start", "S1", 1, "DRIVER"],
        ["S", 1, 1, 1, "start", "S1", 1, "later"],
        ["S", 1, 1, 1, "stop", "S1", 1, ""],
        ["S", 1, 1, 1, "stop", "S1", 1, "BORED"],
        ["S", 1, 1, 1, "stop", "", 1, "DRIVER"],
    ],
)
def test_a_batch_with_one_odd_record_is_malformed_as_a_whole(row: Any) -> None:
    with pytest.raises(Malformed):
        parse("rec", records(row))


@pytest.mark.parametrize(
    "body",
    [
        records(),
        records(*[meter(n) for n in range(1, 27)]),
        records(meter(1), meter(3)),
        records(meter(2), meter(1)),
        records(meter(1), meter(1)),
        records(meter(1), j=2**32),
        records(meter(1), d=-1),
        records(meter(1), v=0),
        records(meter(1), r={}),
        {"v": 1, "j": 1, "r": [meter(1)]},
    ],
)
def test_a_batch_out_of_shape_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        parse("rec", body)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{",
        b"\xff\xfe",
        b"NaN",
        b'{"v":NaN}',
        b'{"v":Infinity}',
        b'{"v":1e400}',
        b"[" * 2000,
        b'{"v":' + b"1" * 1900 + b"}",
        b'{"fw":"\\ud800"}',
    ],
)
@pytest.mark.parametrize("kind", ["hello", "state", "live", "ack", "rec"])
def test_no_json_object_is_malformed(kind: str, payload: bytes) -> None:
    with pytest.raises(Malformed):
        messages.parse(kind, payload)


@pytest.mark.parametrize(("kind", "limit"), [("hello", 2048), ("rec", 4096)])
def test_a_payload_over_the_limit_is_oversize(kind: str, limit: int) -> None:
    with pytest.raises(Malformed, match="oversize"):
        messages.parse(kind, b" " * (limit + 1))


def test_an_integer_may_lie_on_its_bounds() -> None:
    assert integer(0, "x", 0, 5) == 0
    assert integer(5, "x", 0, 5) == 5
