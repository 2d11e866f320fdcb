"""The box's side of the conversation: connect, introduce, report, resend.

PUBACK is not storage: a record leaves the journal only when the server says that
it has committed it.
"""

import asyncio
import json
import os

from lib.config import FIRMWARE
from lib.mqtt import LOST, Client, MQTTError
from lib.recorder import compact
from lib.security import open_sealed
from micropython import const

_ASK_UNSYNCED_MS = const(15_000)
# The server takes a box for offline after 90 s without a word, so speak thrice.
_ASK_SILENT_MS = const(30_000)
_TICK_S = 0.25
_BATCH_RECORDS = const(25)
_BATCH_BYTES = const(2000)  # half of what the contract allows: memory
_WINDOW = const(4)
_RACK_BYTES = const(64)
_REWIND_MS = const(4000)


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
        self.clock, self.recorder, self.station, self.commands, self.wake = parts
        self.config = config
        self.base = "pb/v1/" + cred["dev"] + "/"
        self.online = False
        self.heard_at = self.clock.mono()
        self.ignored = 0
        self._client = None
        self._error = None
        self._tick = False
        self._attempt = 0
        self._asked = None
        self._asked_at = 0
        self._pair = None
        self._shown = None
        self._live_at = 0
        self._sent = 0
        self._seen = 0
        self._flights = []
        self._moved_at = 0

    async def run(self, beat):
        """Connect again and again, with full jitter, so that fleets do not march."""
        while True:
            try:
                await self._keep_connected(beat)
            except LOST as error:
                self.board.log("mqtt: " + repr(error))
            ceiling = self.config["backoff_ms"] << min(self._attempt, 10)
            ceiling = min(ceiling, self.config["backoff_cap"])
            self._attempt += 1
            beat("uplink")
            await asyncio.sleep(random_below(ceiling) / 1000)

    async def _keep_connected(self, beat):
        self._error = None
        self._client = Client(
            lambda: self.board.open_stream(self.cred),
            self._on_message,
            self._on_confirm,
            self.clock.mono,
            self.config,
        )
        tasks = [asyncio.create_task(self._guard(self._converse()))]
        tasks.append(asyncio.create_task(self._guard(self._report())))
        try:
            # This loop is the time limit of every await inside the two tasks.
            while self._error is None:
                if self._client.expired():
                    raise MQTTError("no answer in time")
                beat("uplink")
                await asyncio.sleep(_TICK_S)
                self._tick = True
                self.wake.set()
        finally:
            self.online = False
            for task in tasks:
                task.cancel()
            self._client.close()
        raise self._error

    async def _guard(self, work):
        try:
            await work
        except Exception as error:
            self._error = error

    async def _converse(self):
        await self.board.network_up()
        # Durable first: a will with an old number must be recognizable as old.
        self.recorder.write(c=self.recorder.state["c"] + 1)
        will = compact({"v": 1, "on": False, "c": self.recorder.state["c"]})
        names = [self.cred[key] for key in ("dev", "user", "password")]
        await self._client.connect(*names, self.base + "up/state", will)
        await self._client.subscribe(self.base + "down/+", 1)
        await self._hello()
        self._start_over()
        self.online = True
        await self._client.run()

    def _on_message(self, topic, payload, retained):
        name = topic[len(self.base) :] if topic.startswith(self.base) else ""
        try:
            if name == "down/cmd":
                self.commands.offer(payload, retained)
            elif name == "down/rack":
                self._rack(json.loads(payload[:_RACK_BYTES]))
            elif name == "down/time":
                self._time(open_sealed(self.key, topic, payload))
            else:
                self.ignored += 1
        except Exception as error:
            # Dropped and counted, never a crash: the broker would deliver it again
            # after the restart, and again.
            self.ignored += 1
            self.board.log("dropped " + name + ": " + repr(error))

    def _rack(self, rack):
        if rack["j"] != self.recorder.journal.id or not isinstance(rack["s"], int):
            self.ignored += 1
            return
        self._heard()
        if self.recorder.journal.ack(rack["s"]):
            self.wake.set()

    def _time(self, answer):
        asked = self._asked
        if not answer or answer["bn"] != self.boot_nonce or answer["t0"] != asked:
            self.ignored += 1
            return
        first = self.clock.known_now() is None
        self.clock.sync(asked, answer["t1"])
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

    async def _hello(self):
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
        await self._say("up/hello", compact(hello), 1)

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

    def _start_over(self):
        """Forget what the previous connection was told; send from the last ack."""
        self._shown = None
        self._rewind()
        for entry in self.commands.answers:
            entry[1] = None

    def _rewind(self):
        self._sent = self._seen = self.recorder.journal.acked
        self._flights = []
        self._moved_at = self.clock.mono()

    async def _report(self):
        """Send whatever there is to say: answers first, somebody waits for them."""
        while True:
            await self.wake.wait()
            self.wake.clear()
            if not self.online:
                continue
            await self._client.tend()
            for entry in list(self.commands.answers):
                if entry[1] is None:
                    entry[1] = await self._say("up/ack", entry[0], 1)
            if self._shown != self.station.changes:
                self._shown = self.station.changes
                await self._say("up/state", compact(self.state()), 1, True)
            await self._send_records()
            if self._tick:
                self._tick = False
                await self._pulse()

    def _say(self, name, payload, qos, retain=False):
        return self._client.publish(self.base + name, (payload,), qos, retain)

    def _on_confirm(self, pid):
        # Only now: an answer that met a dying connection is sent again.
        answers = self.commands.answers
        for entry in answers:
            if entry[1] == pid:
                answers.remove(entry)
                return

    async def _send_records(self):
        journal = self.recorder.journal
        mono = self.clock.mono()
        if journal.acked != self._seen:
            self._seen = journal.acked
            self._sent = max(self._sent, self._seen)
            self._flights = [last for last in self._flights if last > self._seen]
            self._moved_at = mono
        if self._flights and mono - self._moved_at >= _REWIND_MS:
            self._rewind()
        while len(self._flights) < _WINDOW:
            waiting = journal.last - self._sent
            # What belongs to one happening travels in one batch.
            if not waiting or waiting < _BATCH_RECORDS and not self._tick:
                return
            if not self._flights:
                self._moved_at = mono
            await self._send_batch()

    async def _send_batch(self):
        journal = self.recorder.journal
        rows = journal.after(self._sent, _BATCH_RECORDS, _BATCH_BYTES)
        head = '{"v":1,"j":%d,"d":%d,"r":[' % (journal.id, journal.dropped)
        parts = [head.encode()]
        for _, payload in rows:
            parts += (payload, b",")
        parts[-1] = b"]}"
        # Before the await: an acknowledgement may overtake the end of sending.
        self._sent = rows[-1][0]
        self._flights.append(self._sent)
        await self._client.publish(self.base + "up/rec", tuple(parts), 1)

    async def _pulse(self):
        mono = self.clock.mono()
        synced = self.clock.known_now() is not None
        patience_ms = _ASK_SILENT_MS if synced else _ASK_UNSYNCED_MS
        silence_ms = mono - max(self._asked_at, self.heard_at if synced else 0)
        if silence_ms >= patience_ms or self.pending_code() != self._pair:
            await self._hello()
        if self.station.session is not None and mono - self._live_at >= 1000:
            self._live_at = mono
            await self._say("up/live", compact(self._live()), 0)

    def _live(self):
        station, meter = self.station, self.station.meter
        return {
            "t": self.clock.now(),
            "wh": station.total_wh,
            "dV": meter.dv,
            "mA": meter.ma,
            "dW": meter.dw,
            "sid": station.sid,
            "st": station.st,
            "lock": station.lock.state,
        }
