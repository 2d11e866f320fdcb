"""Genuine commands pass once; everything else is dropped or refused."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from lib.security import CommandGate, command_key, hmac_sha256, open_sealed, same

from tests.firmware.server import sign

DEVICE_KEY = bytes(range(32))
KEY = command_key(DEVICE_KEY)
TOPIC = "pb/v1/pb-3f9a01/down/cmd"
NONCE = "9f2c41d07ab3e658"
NOW = 1_795_372_557_554


def gate() -> CommandGate:
    """A gate which has seen counter 40."""
    return CommandGate(KEY, TOPIC, NONCE, 40)


def inner(**changes: Any) -> dict[str, Any]:
    """The inside of a genuine command, with changes."""
    command = {"id": "a1", "op": "unlock", "ctr": 41, "bn": NONCE, "exp": NOW + 1}
    return {**command, "arg": {}, **changes}


def sealed(topic: str = TOPIC, key: bytes = DEVICE_KEY, **changes: Any) -> bytes:
    """A signed envelope."""
    return sign(key, topic, inner(**changes))


@pytest.mark.parametrize("size", [0, 1, 32, 63, 64, 65, 131])
def test_the_hmac_is_the_standard_one(size: int) -> None:
    key, message = bytes(range(size)), b"Hi There" * size

    assert hmac_sha256(key, message) == hmac.new(key, message, hashlib.sha256).digest()


def test_the_hmac_matches_rfc_4231_test_case_2() -> None:
    mac = hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex()

    assert mac == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [(b"ab", b"ab", True), (b"ab", b"aB", False), (b"ab", b"abc", False)],
)
def test_comparison(left: bytes, right: bytes, equal: bool) -> None:
    assert same(left, right) is equal


def test_a_genuine_command_runs() -> None:
    verdict, command = gate().check(sealed(), False, NOW)

    assert verdict == "run"
    assert command["op"] == "unlock"


@pytest.mark.parametrize(
    "payload",
    [
        sealed(topic="pb/v1/pb-other/down/cmd"),
        sealed(topic="pb/v1/pb-3f9a01/down/time"),
        sealed(key=bytes(32)),
        sealed().replace(b"unlock", b"relock"),
        b"",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'{"p":1,"s":"00"}',
        b'{"p":"{}","s":"xyz"}',
        b'{"p":"{}","s":5}',
        b"\xff\xfe\xfd",
        b"[" * 1000,
        b'{"p":"' + b"x" * 2000 + b'"}',
    ],
)
def test_what_is_not_genuine_is_dropped_and_counted(payload: bytes) -> None:
    door = gate()

    assert door.check(payload, False, NOW) == ("drop", None)
    assert door.dropped == 1


def test_a_retained_command_is_dropped_even_if_genuine() -> None:
    assert gate().check(sealed(), True, NOW) == ("drop", None)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": 7},
        {"id": "x" * 33},
        {"op": None},
        {"op": "x" * 17},
        {"bn": 1},
        {"arg": []},
        {"ctr": -1},
        {"ctr": "41"},
        {"ctr": True},
        {"exp": None},
    ],
)
def test_a_genuine_but_malformed_command_is_dropped(changes: dict[str, Any]) -> None:
    assert gate().check(sealed(**changes), False, NOW)[0] == "drop"


@pytest.mark.parametrize("text", ["[]", "no json", "5"])
def test_a_signed_text_that_is_no_object_is_dropped(text: str) -> None:
    mac = hmac.new(KEY, f"{TOPIC}\n{text}".encode(), hashlib.sha256).hexdigest()
    payload = json.dumps({"p": text, "s": mac}).encode()

    assert open_sealed(KEY, TOPIC, payload) is None


def test_another_boots_nonce_is_stale_before_anything_else() -> None:
    payload = sealed(bn="0" * 16, ctr=1, exp=1)

    assert gate().check(payload, False, NOW)[0] == "stale"


@pytest.mark.parametrize("counter", [0, 39, 40])
def test_a_used_counter_is_stale(counter: int) -> None:
    assert gate().check(sealed(ctr=counter), False, NOW)[0] == "stale"


@pytest.mark.parametrize(("exp", "verdict"), [(NOW, "expired"), (NOW + 1, "run")])
def test_a_command_expires_at_its_instant(exp: int, verdict: str) -> None:
    assert gate().check(sealed(exp=exp), False, NOW)[0] == verdict


def test_without_a_clock_expiry_is_not_judged() -> None:
    assert gate().check(sealed(exp=1), False, None)[0] == "run"


def test_a_repeated_command_gets_the_same_answer_and_runs_once() -> None:
    door = gate()
    _, command = door.check(sealed(), False, NOW)
    door.begin(command)

    assert door.check(sealed(), False, NOW)[0] == "busy"
    door.finish("a1", b"the answer")
    # Also long after its expiry: the answer is a fact, not an order.
    assert door.check(sealed(), False, NOW + 10**6)[0] == "again"
    assert door.answer("a1") == b"the answer"


def test_the_counter_is_used_up_when_the_command_is_taken() -> None:
    door = gate()
    _, command = door.check(sealed(ctr=50), False, NOW)
    door.begin(command)

    assert door.last_counter == 50
    assert door.check(sealed(id="b2", ctr=50), False, NOW)[0] == "stale"


def test_only_the_newest_answers_are_remembered() -> None:
    door = gate()
    for number in range(12):
        _, command = door.check(sealed(id=f"c{number}", ctr=41 + number), False, NOW)
        door.begin(command)
        door.finish(f"c{number}", b"done")

    assert door.answer("c0") is None
    assert door.answer("c11") == b"done"
    # Forgotten is not forgiven: its counter is used.
    assert door.check(sealed(id="c0", ctr=41), False, NOW)[0] == "stale"
