"""Builders of boxes and of what they say; every default is valid."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask

from app.database import writing
from app.devices import heartbeat, ingest, provisioning, transport
from app.devices.domain import signing, topics
from app.devices.models import DeviceRow
from app.devices.provisioning import Credentials
from app.devices.transport import MemoryTransport

NONCE = "00112233aabbccdd"
JOURNAL = 515928287
# 2026-06-10 08:07 UTC, the tests' own instant, in Unix milliseconds.
NOW_MS = 1_781_078_820_000


def hello(**overrides: Any) -> dict[str, Any]:
    """Return what a box says first."""
    return {
        "v": 1,
        "c": 1,
        "fw": "0.1.0",
        "bn": NONCE,
        "t0": 1234,
        "j": JOURNAL,
        "s": 0,
        "rst": "power",
        **overrides,
    }


def state(**overrides: Any) -> dict[str, Any]:
    """Return a box at rest."""
    return {
        "v": 1,
        "on": True,
        "c": 1,
        "fw": "0.1.0",
        "lock": "LOCKED",
        "pwr": "OPEN",
        "st": "Available",
        "f": [],
        "m": True,
        "j": JOURNAL,
        "s": 0,
        "sid": None,
        "paired": True,
        **overrides,
    }


def live(**overrides: Any) -> dict[str, Any]:
    """Return one reading of a running session."""
    return {
        "t": NOW_MS,
        "wh": 38_100,
        "dV": 2301,
        "mA": 16_000,
        "dW": 36_816,
        "sid": "SESSION1",
        "st": "Charging",
        "lock": "UNLOCKED",
        **overrides,
    }


def meter(seq: int, wh: int = 38_012, *, at_ms: int = NOW_MS) -> list[Any]:
    """Return a meter record."""
    return ["M", seq, at_ms, 2, wh, 2301, 16_000, 36_816]


def records(*rows: list[Any], **overrides: Any) -> dict[str, Any]:
    """Return a batch of records."""
    return {"v": 1, "j": JOURNAL, "d": 0, "r": list(rows), **overrides}


@dataclass
class FakeBox:
    """Says things to the server as a box would, and hears what it is told."""

    credentials: Credentials
    wire: MemoryTransport
    now: datetime
    _heard: int = field(default=0)

    @property
    def id(self) -> str:
        """The device id."""
        return self.credentials.device_id

    def says(self, kind: str, body: Any, *, retained: bool = False) -> None:
        """Send a message upward; bytes go as they are."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        topic = f"pb/v1/{self.id}/up/{kind}"
        ingest.handle(topic, payload, now=self.now, retained=retained)

    def connects(self, **overrides: Any) -> None:
        """Say hello and tell the state."""
        self.says("hello", hello(**overrides))
        self.says("state", state(c=overrides.get("c", 1)))

    def hears(self, kind: str) -> list[dict[str, Any]]:
        """Return what it was told on a downward topic; signed parts are opened."""
        topic = topics.down(self.id, kind)
        return [
            self._open(topic, payload)
            for sent_on, payload, _qos in self.wire.sent
            if sent_on == topic
        ]

    def answers(self, command_id: str, op: str, **overrides: Any) -> None:
        """Acknowledge a command."""
        body = {"id": command_id, "ok": True, "op": op, "lock": "LOCKED", "t": NOW_MS}
        self.says("ack", {**body, **overrides})

    def _open(self, topic: str, payload: bytes) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(payload)
        if "p" not in body:
            return body
        assert signing.is_genuine(self.credentials.device_key, topic, payload)
        inner: dict[str, Any] = json.loads(body["p"])
        return inner


def make_box(
    app: Flask, *, now: datetime, evse_id: int | None = None, simulated: bool = False
) -> FakeBox:
    """Provision a box, pair it where asked; needs an application context."""
    credentials = provisioning.provision(now=now, simulated=simulated)
    if evse_id is not None:
        with writing() as work:
            row = work.session.get_one(DeviceRow, credentials.device_id)
            row.evse_id, row.paired_at = evse_id, now
    wire = transport.current()
    if not isinstance(wire, MemoryTransport):
        wire = MemoryTransport()
        transport.use(app, wire)
    return FakeBox(credentials=credentials, wire=wire, now=now)


def make_online_box(
    app: Flask, *, now: datetime, evse_id: int | None = None
) -> FakeBox:
    """Provision a box that has said hello, with a living worker and broker."""
    box = make_box(app, now=now, evse_id=evse_id)
    box.connects()
    heartbeat.beat(is_connected=True, now=now)
    return box
