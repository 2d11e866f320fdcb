"""The box's side of the conversation: connect, introduce, report, resend.

PUBACK is not storage: a record leaves the journal only when the server says that
it has committed it.
"""

import asyncio
import json
import os

from micropython import const

from lib.config import FIRMWARE
from lib.mqtt import LOST, Client
from lib.recorder import compact
from lib.security import open_sealed

_ASK_UNSYNCED_MS = const(15_000)
# The server takes a box for offline after 90 s without a word, so speak thrice.
_ASK_SILENT_MS = const(30_000)
_GATHER_S = 0.03


def random_below(limit):
    """Return a random whole number in [0, limit)."""
    return int.from_bytes(os.urandom(4), "big") % limit if limit else 0


class Uplink:
    """Keeps one connection alive and moves records, state, answers over it."""

    def __init__(self, board, cred, key, boot_nonce, parts, config):
        self.board = board
        self.cred = cred
        self.key = key
        self.boot_nonce = boot_nonce
        self.clock, self.recorder, self.station, self.commands = parts
        self.config = config
        self.base = "pb/v1/" + cred["dev"] + "/"
        self.online = False
        self.beat = lambda: None
        self.heard_at = self.clock.mono()
        self.ignored = 0
        self._asked = None
        self._asked_at = 0
        self._attempt = 0
        self._pair = None
        self._lost = None
        self._error = None

    async def run(self):
        """Connect again and again, with full jitter, so that fleets do not march."""
        while True:
            self.beat()
            try:
                await self.board.network_up()
                await self._converse()
            except LOST as error:
                self.board.log("mqtt: " + repr(error))
            ceiling = self.config["backoff_ms"] << min(self._attempt, 10)
            ceiling = min(ceiling, self.config["backoff_cap_ms"])
            self._attempt += 1
            await asyncio.sleep(random_below(ceiling) / 1000)

    async def _converse(self):
        recorder = self.recorder
        # Durable first: a will with an old number must be recognizable as old.
        recorder.write(c=recorder.state["c"] + 1)
        client = Client(
            lambda: self.board.open_stream(self.cred),
            self._on_message,
            self.clock.mono,
            self.config,
        )
        tasks = []
        self._lost = asyncio.Event()
        self._error = None
        try:
            will = compact({"v": 1, "on": False, "c": recorder.state["c"]})
            names = [self.cred[key] for key in ("dev", "user", "password")]
            await client.connect(*names, self.base + "up/state", will)
            tasks.append(asyncio.create_task(self._guard(client.run())))
            await client.subscribe(self.base + "down/+", 1)
            await self._hello(client)
            self.online = True
            for work in (self._answers, self._states, self._records, self._pulse):
                tasks.append(asyncio.create_task(self._guard(work(client))))
            await self._lost.wait()
        finally:
            self.online = False
            for task in tasks:
                task.cancel()
            client.close()
        if self._error is not None:
            raise self._error

    async def _guard(self, work):
        try:
            await work
        except Exception as error:
            self._error = self._error or error
        self._lost.set()

    def _on_message(self, topic, payload, retained):
        name = topic[len(self.base) :] if topic.startswith(self.base) else ""
        try:
            if name == "down/cmd":
                self.commands.offer(payload, retained)
            elif name == "down/rack":
                self._rack(json.loads(payload))
            elif name == "down/time":
                self._time(open_sealed(self.key, topic, payload))
            else:
                self.ignored += 1
        except (ValueError, KeyError, TypeError, RuntimeError):
            # Malformed: dropped and counted, never a crash.
            self.ignored += 1

    def _rack(self, rack):
        if rack["j"] != self.recorder.journal.id or not isinstance(rack["s"], int):
            self.ignored += 1
            return
        self._heard()
        if self.recorder.journal.ack(rack["s"]):
            self.recorder.wake.set()

    def _time(self, answer):
        genuine = answer and answer["bn"] == self.boot_nonce
        if not genuine or self._asked is None or answer["t0"] != self._asked:
            self.ignored += 1
            return
        first = self.clock.known_now() is None
        self.clock.sync(self._asked, answer["t1"])
        self._asked = None
        self._heard()
        if first:
            self.recorder.event("clock", "synced")

    def _heard(self):
        self.heard_at = self.clock.mono()
        self._attempt = 0

    def pending_code(self):
        """Return the pairing code that the server has not confirmed, or None."""
        code = self.board.pair_code()
        return code if code and code != self.recorder.state["pair"] else None

    async def _hello(self, client):
        recorder = self.recorder
        self._asked = self._asked_at = self.clock.mono()
        self._pair = self.pending_code()
        hello = {
            "v": 1,
            "c": recorder.state["c"],
            "fw": FIRMWARE,
            "bn": self.boot_nonce,
            "t0": self._asked,
            "j": recorder.journal.id,
            "s": recorder.journal.last,
            "rst": self.board.reset_cause(),
        }
        if self._pair:
            hello["pair"] = self._pair
        await client.publish(self.base + "up/hello", compact(hello), 1)

    def state(self):
        """Return what the server and its pages show about this box."""
        recorder, station = self.recorder, self.station
        return {
            "v": 1,
            "on": True,
            "c": recorder.state["c"],
            "fw": FIRMWARE,
            "lock": station.lock.state,
            "pwr": station.power.state,
            "st": station.st,
            "f": list(station.faults),
            "m": station.meter.answers,
            "j": recorder.journal.id,
            "s": recorder.journal.last,
            "sid": station.sid,
            "paired": bool(recorder.state["pair"]),
        }

    async def _states(self, client):
        last = None
        while True:
            self.station.changed.clear()
            state = self.state()
            shown = dict(state, s=0)
            if shown != last:
                await client.publish(self.base + "up/state", compact(state), 1, True)
                last = shown
            await self.station.changed.wait()

    async def _answers(self, client):
        commands = self.commands
        while True:
            commands.answered.clear()
            while commands.answers:
                answer = commands.answers[0]
                await client.publish(self.base + "up/ack", compact(answer), 1)
                # Only now: an answer that met a dying connection is sent again.
                if commands.answers and commands.answers[0] is answer:
                    del commands.answers[0]
            await commands.answered.wait()

    async def _records(self, client):
        journal, wake = self.recorder.journal, self.recorder.wake
        sent = seen = journal.acked
        flights = []
        moved_at = self.clock.mono()
        while True:
            wake.clear()
            if journal.acked != seen:
                seen = journal.acked
                sent = max(sent, seen)
                flights = [last for last in flights if last > seen]
                moved_at = self.clock.mono()
            stuck_ms = self.clock.mono() - moved_at
            if flights and stuck_ms >= self.config["rewind_s"] * 1000:
                sent, flights = seen, []
            if sent < journal.last and len(flights) < self.config["window"]:
                if not flights:
                    moved_at = self.clock.mono()
                sent = await self._send_batch(client, sent)
                flights.append(sent)
                continue
            try:
                await asyncio.wait_for(wake.wait(), 1)
                # What belongs to one happening travels in one batch.
                await asyncio.sleep(_GATHER_S)
            except asyncio.TimeoutError:
                continue

    async def _send_batch(self, client, sent):
        journal, config = self.recorder.journal, self.config
        rows = journal.after(sent, config["batch_records"], config["batch_bytes"] - 64)
        head = '{"v":1,"j":%d,"d":%d,"r":[' % (journal.id, journal.dropped)
        batch = head.encode() + b",".join(payload for _, payload in rows) + b"]}"
        await client.publish(self.base + "up/rec", batch, 1)
        return rows[-1][0]

    async def _pulse(self, client):
        while True:
            await asyncio.sleep(1)
            self.beat()
            mono = self.clock.mono()
            synced = self.clock.known_now() is not None
            patience_ms = _ASK_SILENT_MS if synced else _ASK_UNSYNCED_MS
            silence_ms = mono - max(self._asked_at, self.heard_at if synced else 0)
            if silence_ms >= patience_ms or self.pending_code() != self._pair:
                await self._hello(client)
            if self.station.session is not None:
                await client.publish(self.base + "up/live", compact(self._live()))

    def _live(self):
        station = self.station
        return {
            "t": self.clock.now(),
            "wh": station.total_wh,
            "dV": station.meter.dv,
            "mA": station.meter.ma,
            "dW": station.meter.dw,
            "sid": station.sid,
            "st": station.st,
            "lock": station.lock.state,
        }
