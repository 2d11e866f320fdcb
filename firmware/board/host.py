"""The box on a computer: the real firmware, with pins, UART and car simulated.

DIR holds cred.json, journal.bin (the NOR image), world.json (settings), sim.json
(what hardware keeps without power), pair.json (given as if through USB) and
do.json (a change of the world while running; it is read once and removed).
"""

import json
import os
import time

from board.host_flash import HostFlash
from board.host_meter import MeterUart
from board.host_world import DEFAULTS, World, merge
from board.net import open_stream
from micropython import const

_LOOK_MS = const(100)


def _load(path, default):
    try:
        with open(path) as file:
            return json.load(file)
    except OSError:
        return default


class Board:
    """What the chip's board offers, offered by a folder."""

    def __init__(self, home, speed=None, pair=None, durable=False):
        self._home = home
        if pair:
            self._write("pair.json", {"code": pair})
        settings = merge(DEFAULTS, _load(home + "/world.json", {}))
        if speed is not None:
            settings["speed"] = int(speed)
        self._memory = _load(home + "/sim.json", {})
        self._world = World(settings, self._memory)
        self._stepped_at = self._looked_at = time.ticks_ms()
        self._cause = "power"
        self._pair = _load(home + "/pair.json", {}).get("code")
        self.flash = HostFlash(home + "/journal.bin", durable=durable)
        self.uart = MeterUart(self._world, time.ticks_ms, self._step, self._save)

    @property
    def meter_max_w(self):
        """The meter's range; simulated time runs `speed` times as fast."""
        return 23_000 * self._world.set["speed"]

    ticks_ms = staticmethod(time.ticks_ms)

    def cred(self):
        """Return the box's identity, key and broker."""
        return _load(self._home + "/cred.json", None)

    def pair_code(self):
        """Return the pairing code as if given through USB, or None."""
        return self._pair

    def forget_pair_code(self):
        """The server has answered: the code is used up."""
        self._pair = None
        try:
            os.remove(self._home + "/pair.json")
        except OSError:
            pass

    def bolt(self, direction):
        """Drive the bolt: 1 retracts, -1 extends, 0 rests."""
        self._step()
        self._world.direction = direction
        self._save()

    def bolt_is_open(self):
        """Read the bolt's feedback switch."""
        self._step()
        return self._world.is_open

    def contactor(self, closed):
        """Drive the contactor's coil."""
        self._step()
        self._world.switch(closed)

    def alive(self):
        """Pulse the hardware watchdog; this contactor works without."""

    def load_live(self):
        """Read the sense input behind the contactor."""
        return self._world.live

    def plug_home(self):
        """Read the reed switch of the plug's holder."""
        self._step()
        self._look()
        return not self._world.plugged

    def button(self):
        """Read the button on the case."""
        return self._world.pressed_ms > 0

    def led(self, name, on):
        """Light an LED; a folder has none to show."""

    def feed(self):
        """Feed the watchdog; the host has none."""

    def reset_cause(self):
        """Why this boot happened: power, soft or wdt."""
        return self._cause

    def restarted(self):
        """Note that the next boot follows a crash of the firmware."""
        self._cause = "soft"

    def rtc_ms(self):
        """The box has no battery clock; the host's clock would be a lie."""
        return 0

    def log(self, text):
        """Say something to whoever watches the console."""
        print(text)

    async def network_up(self):
        """The host's network is there already."""

    async def open_stream(self, cred):
        """Connect to the broker."""
        context = None
        if cred.get("tls"):
            import ssl

            # MicroPython's default is not to verify; and it reads DER only.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.verify_mode = ssl.CERT_REQUIRED
            with open(self._home + "/ca.der", "rb") as file:
                context.load_verify_locations(cadata=file.read())
        return await open_stream(cred["host"], cred["port"], context)

    def _step(self):
        now = time.ticks_ms()
        passed = time.ticks_diff(now, self._stepped_at)
        if passed > 0:
            self._stepped_at = now
            self._world.step(passed)

    def _look(self):
        now = time.ticks_ms()
        if time.ticks_diff(now, self._looked_at) < _LOOK_MS:
            return
        self._looked_at = now
        self._save()
        changes = _load(self._home + "/do.json", None)
        if changes is not None:
            os.remove(self._home + "/do.json")
            self._world.pressed_ms = changes.pop("button_ms", 0)
            self._world.is_open = changes.pop("is_open", self._world.is_open)
            self._world.plugged = changes.pop("plugged", self._world.plugged)
            merge(self._world.set, changes)
        self._pair = _load(self._home + "/pair.json", {}).get("code")

    def _save(self):
        memory = self._world.memory()
        if memory != self._memory:
            self._write("sim.json", memory)
            self._memory = memory

    def _write(self, name, value):
        # Renamed into place: a kill in between leaves the old file whole.
        path = self._home + "/" + name
        with open(path + ".new", "w") as file:
            json.dump(value, file)
        os.rename(path + ".new", path)


def start(words):
    """Make the board from `--home DIR [--pair CODE] [--speed N] [--set KEY=N]`.

    `--durable` makes the journal survive a power cut of this computer too.
    """
    options = {"home": None}
    overrides = {}
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--durable":
            options["durable"] = True
        elif word in ("--home", "--pair", "--speed") and words:
            options[word[2:]] = words.pop(0)
        elif word == "--set" and words:
            key, _, number = words.pop(0).partition("=")
            overrides[key] = int(number)
        else:
            raise SystemExit("unknown argument: " + word)
    if options["home"] is None:
        raise SystemExit("--home DIR is needed: the folder with cred.json")
    board = Board(**options)
    if board.cred() is None:
        raise SystemExit("no cred.json in " + options["home"])
    return board, overrides
