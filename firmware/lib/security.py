"""Proof that a command comes from the server: HMAC, counter, nonce, expiry.

Bytes are signed, not parsed JSON, so no canonical form is needed.
"""

import binascii
import hashlib
import json

from micropython import const

_BLOCK = const(64)
_ENVELOPE_CAP = const(1024)
_NESTED = const(8)
_REMEMBERED = const(8)


def hmac_sha256(key, message):
    """Return HMAC-SHA256 (RFC 2104) of the message; the chip has no hmac module."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key))
    inner.update(message)
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in key))
    outer.update(inner.digest())
    return outer.digest()


def command_key(device_key):
    """Derive the key that signs commands, so that K_dev itself signs nothing."""
    return hmac_sha256(device_key, b"cmd1")


def same(left, right):
    """Compare two byte strings in a time that does not depend on their content."""
    if len(left) != len(right):
        return False
    difference = 0
    for a, b in zip(left, right):  # noqa: B905 (lengths are equal, no strict= here)
        difference |= a ^ b
    return difference == 0


def open_sealed(key, topic, payload):
    """Return the parsed inner object of an envelope, or None if it is not genuine."""
    # Brackets are counted before parsing: nested ones eat the memory of the parser.
    nested = payload.count(b"{") + payload.count(b"[") > _NESTED
    if nested or len(payload) > _ENVELOPE_CAP:
        return None
    try:
        envelope = json.loads(payload)
        text = envelope["p"]
        mac = binascii.unhexlify(envelope["s"])
        expected = hmac_sha256(key, (topic + "\n" + text).encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not same(mac, expected):
        return None
    try:
        inner = json.loads(text)
    except ValueError:
        return None
    return inner if isinstance(inner, dict) else None


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class CommandGate:
    """Lets each genuine command through once, and remembers its answer."""

    def __init__(self, key, topic, boot_nonce, last_counter):
        self._key = key
        self._topic = topic
        self._boot_nonce = boot_nonce
        self.last_counter = last_counter
        self.dropped = 0
        self._answers = []

    def check(self, payload, retained, now_ms):
        """Return (verdict, command): drop, stale, expired, again, busy or run.

        The order is part of the contract. `now_ms` is None without a clock.
        """
        command = None
        if not retained:
            command = open_sealed(self._key, self._topic, payload)
        if command is None or not self._well_formed(command):
            self.dropped += 1
            return "drop", None
        if command["bn"] != self._boot_nonce:
            return "stale", command
        for known, answer in self._answers:
            if known == command["id"]:
                return ("again" if answer else "busy"), command
        if command["ctr"] <= self.last_counter:
            return "stale", command
        if now_ms is not None and command["exp"] <= now_ms:
            return "expired", command
        return "run", command

    def begin(self, command):
        """Take the command: from here on its counter and id are used up."""
        self.last_counter = command["ctr"]
        self._answers.append([command["id"], None])
        del self._answers[:-_REMEMBERED]

    def finish(self, command_id, answer):
        """Keep the answer, so that a redelivered command is answered, not redone."""
        for entry in self._answers:
            if entry[0] == command_id:
                entry[1] = answer

    def answer(self, command_id):
        """Return the answer given to this command before, or None."""
        for known, answer in self._answers:
            if known == command_id:
                return answer
        return None

    @staticmethod
    def _well_formed(command):
        return (
            isinstance(command.get("id"), str)
            and 0 < len(command["id"]) <= 32
            and isinstance(command.get("op"), str)
            and len(command["op"]) <= 16
            and isinstance(command.get("bn"), str)
            and isinstance(command.get("arg", {}), dict)
            and _is_count(command.get("ctr"))
            and _is_count(command.get("exp"))
        )
