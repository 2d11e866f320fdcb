"""Boxes of the past: what a box would have said, told to the real services.

The records enter where every box's records enter, so sessions, receipts and income
are made by the same code as at any other time. Only the box itself is played.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app

from app.chargers.service import Charger
from app.config import Settings
from app.devices import boxes, heartbeat, ingest, outbox, transport
from app.devices import service as devices
from app.devices.ingest import Inbound
from app.devices.provisioning import Credentials, provision
from app.metering import service as metering

FIRMWARE = "0.1.0"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ_EVERY = timedelta(minutes=5)
_BATCH = 25
_CONFIRM = timedelta(seconds=2)


@dataclass(slots=True)
class PastBox:
    """The box of one charger, speaking at past instants.

    :ivar register_wh: what its meter shows
    """

    credentials: Credentials
    pairing_code: str
    code: str
    register_wh: int
    volts: int
    journal_id: int = field(default_factory=lambda: secrets.randbits(31))
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    seq: int = 0
    counter: int = 0

    def hello(self, at: datetime) -> None:
        """Connect; the first time with the pairing code that was typed in."""
        self.counter += 1
        body: dict[str, object] = {
            "v": 1,
            "c": self.counter,
            "fw": FIRMWARE,
            "bn": self.nonce,
            "t0": 1000,
            "j": self.journal_id,
            "s": self.seq,
            "rst": "power",
        }
        if self.counter == 1:
            body["pair"] = self.pairing_code
        self._say("hello", body, at)
        self._state(at)

    def bye(self, at: datetime) -> None:
        """Break off, as the broker's will tells it."""
        self._say("state", {"v": 1, "on": False, "c": self.counter}, at)

    def charge(
        self,
        *,
        driver_id: int,
        starts_at: datetime,
        ends_at: datetime,
        power_w: int,
        why: str,
    ) -> int:
        """Unlock for the driver, charge, and stop; return the energy in Wh.

        :param why: ``DRIVER`` taps stop, otherwise the box stops by itself
        """
        self.hello(starts_at)
        asked = metering.unlock(user_id=driver_id, code=self.code, now=starts_at)
        self._obey(starts_at)
        before_wh = self.register_wh
        rows = [self._mark("start", asked.session_code, starts_at, "")]
        rows += self._readings(starts_at, ends_at, power_w)
        self._tell(rows)
        if why == "DRIVER":
            self._state(ends_at)
            metering.stop(
                user_id=driver_id, session_code=asked.session_code, now=ends_at
            )
            self._obey(ends_at)
        self._tell([self._mark("stop", asked.session_code, ends_at, why)])
        self.bye(ends_at + timedelta(minutes=1))
        return self.register_wh - before_wh

    def _obey(self, at: datetime) -> None:
        """Let the queued command leave, and answer that it was done."""
        # The worker shows it is alive, as it would have been then.
        heartbeat.beat(is_connected=True, now=at)
        with _listening() as way:
            outbox.send_due(now=at)
        for _topic, payload, _qos in way.sent:
            command = json.loads(json.loads(payload)["p"])
            body = {
                "id": command["id"],
                "ok": True,
                "op": command["op"],
                "lock": "UNLOCKED",
                "t": _ms(at),
                "res": {},
            }
            self._say("ack", body, at + _CONFIRM)

    def _readings(
        self, starts_at: datetime, ends_at: datetime, power_w: int
    ) -> list[list[object]]:
        rows = []
        at = starts_at + _READ_EVERY
        while at < ends_at:
            self.register_wh += power_w * _READ_EVERY.seconds // 3600
            rows.append(self._meter(at, power_w))
            at += _READ_EVERY
        last = ends_at - (at - _READ_EVERY)
        self.register_wh += power_w * last.seconds // 3600
        return rows

    def _meter(self, at: datetime, power_w: int) -> list[object]:
        milliamperes = power_w * 1000 // self.volts
        return [
            "M",
            self._next(),
            _ms(at),
            2,
            self.register_wh,
            self.volts * 10,
            milliamperes,
            power_w * 10,
        ]

    def _mark(self, name: str, session: str, at: datetime, why: str) -> list[object]:
        return ["S", self._next(), _ms(at), 2, name, session, self.register_wh, why]

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _tell(self, rows: list[list[object]]) -> None:
        """Send the journal's new records in batches, as they would have arrived."""
        ingest.take(
            [
                self._message(
                    "rec",
                    {"v": 1, "j": self.journal_id, "d": 0, "r": batch},
                    _arrival(batch),
                )
                for batch in _batches(rows)
            ]
        )

    def _state(self, at: datetime) -> None:
        body = {
            "v": 1,
            "on": True,
            "c": self.counter,
            "fw": FIRMWARE,
            "lock": "LOCKED",
            "pwr": "OPEN",
            "st": "Available",
            "f": [],
            "m": True,
            "j": self.journal_id,
            "s": self.seq,
            "sid": None,
            "paired": True,
        }
        self._say("state", body, at)
        heartbeat.beat(is_connected=True, now=at)

    def _say(self, kind: str, body: dict[str, object], at: datetime) -> None:
        ingest.take([self._message(kind, body, at)])

    def _message(self, kind: str, body: dict[str, object], at: datetime) -> Inbound:
        return Inbound(
            topic=f"pb/v1/{self.credentials.device_id}/up/{kind}",
            payload=json.dumps(body, separators=(",", ":")).encode(),
            received_at=at,
        )


def pair_box(
    *,
    owner_id: int,
    charger: Charger,
    register_wh: int,
    volts: int,
    now: datetime,
) -> PastBox:
    """Pair a new simulated box with its owner's charger.

    :param register_wh: what the meter shows
    :param volts: between phase and neutral, as they are in the country
    """
    pairing = devices.start_pairing(owner_id=owner_id, charger_id=charger.id, now=now)
    box = PastBox(
        credentials=provision(now=now, simulated=True),
        pairing_code=pairing.code,
        code=charger.code,
        register_wh=register_wh,
        volts=volts,
    )
    box.hello(now + timedelta(minutes=2))
    box.bye(now + timedelta(hours=1))
    return box


def lay_out(box: PastBox, *, car_max_w: int) -> None:
    """Make the box's folder, so that the real firmware goes on where it stands."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    world = {
        **boxes.DEMO_WORLD,
        "meter": {"wh": box.register_wh, "volts": box.volts},
        "car": {"max_w": car_max_w},
    }
    boxes.lay_out(
        settings.instance_dir.resolve() / "boxes" / box.credentials.device_id,
        box.credentials,
        world=world,
        pairing_code=box.pairing_code,
    )


@contextmanager
def _listening() -> Iterator[transport.MemoryTransport]:
    """Catch what the server sends, where the worker's connection would be."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    before, way = transport.current(), transport.MemoryTransport()
    transport.use(app, way)
    try:
        yield way
    finally:
        transport.use(app, before)


def _batches(rows: list[list[object]]) -> Iterator[list[list[object]]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]


def _arrival(batch: list[list[object]]) -> datetime:
    taken_ms = batch[-1][2]
    assert isinstance(taken_ms, int)
    return _EPOCH + timedelta(milliseconds=taken_ms) + _CONFIRM


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
