"""Puts the parts together, runs their tasks, and watches that each stays alive.

When anything in doubt happens here, the contactor opens before anything else.
"""

import asyncio
import binascii
import os

from lib.clock import Clock
from lib.commands import Commands
from lib.config import configure
from lib.journal import Journal
from lib.lights import network_light, plug_light
from lib.recorder import Recorder
from lib.security import CommandGate, command_key
from lib.station import Station
from lib.uplink import Uplink
from micropython import const

_TEND_S = 0.1
_STALLED_MS = const(60_000)


def mint_journal_id():
    """Return a random 31-bit number that names a freshly formatted journal."""
    return int.from_bytes(os.urandom(4), "big") >> 1 or 1


class TaskFailed(Exception):
    """A task ended or stalled; the box restarts with the contactor open."""


class App:
    """One boot of the box."""

    def __init__(self, board, overrides=None):
        self.board = board
        self.config = configure(overrides or {})
        cred = board.cred()
        key = command_key(binascii.unhexlify(cred["key"]))
        self.boot_nonce = binascii.hexlify(os.urandom(8)).decode()
        self.recorder = Recorder(Journal(board.flash, mint_journal_id))
        state = self.recorder.state
        self.clock = Clock(board.ticks_ms, state["t"], board.rtc_ms())
        self.recorder.clock = self.clock
        self.recorder.event("boot", board.reset_cause())
        # Whoever has something to say wakes the one task that sends.
        wake = asyncio.Event()
        self.station = Station(board, self.clock, self.recorder, self.config, wake)
        topic = "pb/v1/" + cred["dev"] + "/down/cmd"
        gate = CommandGate(key, topic, self.boot_nonce, state["ctr"])
        self.commands = Commands(gate, self.station, self.recorder, self.clock, wake)
        parts = (self.clock, self.recorder, self.station, self.commands, wake)
        self.uplink = Uplink(board, cred, key, self.boot_nonce, parts, self.config)
        self._beats = {}
        self._failure = None

    async def run(self):
        """Run until a task fails or the server is silent for too long."""
        work = {
            "meter": self._measure(),
            "tend": self._tend(),
            "commands": self.commands.run(),
            "uplink": self.uplink.run(self._beat),
        }
        tasks = []
        for name, job in work.items():
            self._beat(name)
            tasks.append(asyncio.create_task(self._watch(name, job)))
        try:
            while self._failure is None:
                await asyncio.sleep(1)
                self.supervise()
        finally:
            # Open when in doubt: nobody watches the plug from here on.
            self.board.contactor(False)
            for task in tasks:
                task.cancel()
        raise self._failure

    def supervise(self):
        """Feed the watchdog if every task lives, or note why the box must restart."""
        mono = self.clock.mono()
        for name, beat in self._beats.items():
            # The command worker sleeps while there is nothing to do.
            if name != "commands" and mono - beat > _STALLED_MS:
                self._failure = TaskFailed(name + " stalled")
        silent_ms = mono - self.uplink.heard_at
        idle = self.station.sid is None and not self.station.returning
        if idle and silent_ms > self.config["restart_s"] * 1000:
            self._failure = TaskFailed("no server")
        if self._failure is None:
            self.board.feed()
            self.recorder.journal.prepare()

    async def _watch(self, name, job):
        try:
            await job
            self._failure = TaskFailed(name + " ended")
        except Exception as error:
            self.board.contactor(False)
            self._failure = error

    def _beat(self, name):
        self._beats[name] = self.clock.mono()

    async def _measure(self):
        while True:
            await self.station.measure()
            self._beat("meter")
            idle = self.station.session is None
            period_ms = self.config["idle_ms" if idle else "poll_ms"]
            await asyncio.sleep(period_ms / 1000)

    async def _tend(self):
        while True:
            await self.station.tend()
            # A box that hangs anywhere before this line loses its contactor.
            self.board.alive()
            self._beat("tend")
            self._show()
            await asyncio.sleep(_TEND_S)

    def _show(self):
        mono = self.clock.mono()
        identify = mono < self.commands.identify_until
        paired = bool(self.recorder.state["pair"])
        light = network_light(self.uplink.online, paired, identify, mono)
        self.board.led("net", light)
        self.board.led("plug", plug_light(self.station.st, identify, mono))
