"""Signed downward messages: the MAC covers the topic and the very bytes sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping


def command_key(device_key: bytes) -> bytes:
    """Return K_cmd, so that the device key itself never signs anything."""
    return hmac.new(device_key, b"cmd1", hashlib.sha256).digest()


def seal(device_key: bytes, topic: str, body: Mapping[str, object]) -> bytes:
    """Return the envelope ``{"p": text, "s": mac}`` of a body for one topic.

    The topic is under the MAC, so a message cannot be replayed to another box.
    """
    text = compact(body).decode()
    message = f"{topic}\n{text}".encode()
    mac = hmac.new(command_key(device_key), message, hashlib.sha256).hexdigest()
    return compact({"p": text, "s": mac})


def is_genuine(device_key: bytes, topic: str, envelope: bytes) -> bool:
    """Return whether the envelope was sealed with this key for this topic."""
    try:
        parts = json.loads(envelope)
        text, mac = parts["p"], bytes.fromhex(parts["s"])
        message = f"{topic}\n{text}".encode()
    except (ValueError, KeyError, TypeError):
        return False
    wanted = hmac.new(command_key(device_key), message, hashlib.sha256).digest()
    return hmac.compare_digest(mac, wanted)


def compact(body: Mapping[str, object]) -> bytes:
    """Return JSON without needless bytes, ASCII only."""
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
