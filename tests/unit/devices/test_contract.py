"""Both sides of the device contract read the same examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.devices.domain import messages, signing, topics

EXAMPLES = Path(__file__).resolve().parents[2] / "contracts"
UP = sorted(path.name for path in EXAMPLES.glob("up_*.json"))
SIGNED = ("down_time.json", *sorted(p.name for p in EXAMPLES.glob("down_cmd_*.json")))


def example(name: str) -> dict[str, Any]:
    """Return an example of the contract."""
    found: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    return found


@pytest.mark.parametrize("name", UP)
def test_the_server_understands_every_example_of_a_box(name: str) -> None:
    message = example(name)
    place = topics.parse_up(message["topic"])
    payload = json.dumps(message["payload"], separators=(",", ":")).encode()

    assert place is not None
    parsed = messages.parse(place[1], payload)

    assert (
        type(parsed).__name__.lower()
        in {
            "hello": {"hello"},
            "state": {"state", "will"},
            "rec": {"batch"},
            "live": {"live"},
            "ack": {"ack"},
        }[place[1]]
    )
    assert topics.UP_QOS[place[1]] == message["qos"]


@pytest.mark.parametrize("name", SIGNED)
def test_the_server_signs_as_the_examples_are_signed(name: str) -> None:
    message = example(name)
    key = bytes.fromhex(message["device_key"])

    envelope = signing.seal(key, message["topic"], message["inner"])

    assert json.loads(envelope) == message["payload"]


def test_a_signature_holds_for_one_topic_and_one_key_only() -> None:
    key, topic = bytes(32), topics.down("pb-3f9a01", "cmd")
    envelope = signing.seal(key, topic, {"op": "unlock"})

    assert signing.is_genuine(key, topic, envelope)
    assert not signing.is_genuine(key, topics.down("pb-other", "cmd"), envelope)
    assert not signing.is_genuine(bytes([1]) * 32, topic, envelope)
    assert not signing.is_genuine(key, topic, envelope.replace(b"unlock", b"relock"))


@pytest.mark.parametrize("envelope", [b"", b"[]", b"{}", b'{"p":1,"s":"zz"}', b"\xff"])
def test_what_is_no_envelope_is_not_genuine(envelope: bytes) -> None:
    assert not signing.is_genuine(bytes(32), "pb/v1/pb-3f9a01/down/cmd", envelope)
