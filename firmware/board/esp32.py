"""The box on an ESP32-S3: pins, UART, Wi-Fi and raw flash partitions.

Written from the data sheets and the MicroPython reference. It has not run on
hardware yet: no timing, level or memory figure here is measured.
"""

import asyncio
import time

import esp32
import machine
import network
from board.cred_store import COPY_BYTES, newest
from board.net import open_stream
from machine import Pin

# Free pins of an ESP32-S3 with PSRAM, none of which straps the boot (0, 3, 45, 46),
# carries USB (19, 20) or the flash (26 to 37). All float low through their pull-downs.
_BOLT_OPEN = 4
_BOLT_CLOSE = 5
_CONTACTOR = 6
_ALIVE = 7
_LED_NET = 9
_LED_PLUG = 10
_METER_TX = 11
_METER_RX = 12
_BOLT_SWITCH = 15
_LOAD_SENSE = 16
_HOLDER = 17
_BUTTON = 18

_SECTOR_BYTES = 4096
_ERASE = 6  # the block device call that erases one block
_WATCHDOG_MS = 30_000
_CRED_READ = 2048


def make_safe():
    """Switch everything off; the first thing that runs after a reset."""
    for pin in (_BOLT_OPEN, _BOLT_CLOSE, _CONTACTOR, _ALIVE):
        Pin(pin, Pin.OUT, value=0)


class ChipFlash:
    """The raw journal partition; writing at an offset does not erase."""

    def __init__(self, label):
        self._part = esp32.Partition.find(esp32.Partition.TYPE_DATA, label=label)[0]
        self.sector_bytes = _SECTOR_BYTES
        self.sectors = self._part.info()[3] // _SECTOR_BYTES

    def read(self, at, count):
        """Return `count` bytes."""
        buffer = bytearray(count)
        self._part.readblocks(at // _SECTOR_BYTES, buffer, at % _SECTOR_BYTES)
        return bytes(buffer)

    def program(self, at, data):
        """Clear bits."""
        self._part.writeblocks(at // _SECTOR_BYTES, data, at % _SECTOR_BYTES)

    def erase(self, sector):
        """Set a sector to ones; stalls the chip for tens of milliseconds."""
        self._part.ioctl(_ERASE, sector)

    def sync(self):
        """Flash has no cache to write out."""


class Board:
    """What the portable library needs from the hardware."""

    # The range of the PZEM-004T; nothing plausible lies above.
    meter_max_w = 23_000
    ticks_ms = staticmethod(time.ticks_ms)

    def __init__(self):
        make_safe()
        self._open = Pin(_BOLT_OPEN, Pin.OUT, value=0)
        self._close = Pin(_BOLT_CLOSE, Pin.OUT, value=0)
        self._coil = Pin(_CONTACTOR, Pin.OUT, value=0)
        self._alive = Pin(_ALIVE, Pin.OUT, value=0)
        # Contacts close to ground.
        self._switch = Pin(_BOLT_SWITCH, Pin.IN, Pin.PULL_UP)
        self._sense = Pin(_LOAD_SENSE, Pin.IN, Pin.PULL_UP)
        self._holder = Pin(_HOLDER, Pin.IN, Pin.PULL_UP)
        self._button = Pin(_BUTTON, Pin.IN, Pin.PULL_UP)
        self._leds = {
            "net": Pin(_LED_NET, Pin.OUT, value=0),
            "plug": Pin(_LED_PLUG, Pin.OUT, value=0),
        }
        self.flash = ChipFlash("jrnl")
        self.uart = machine.UART(1, 9600, tx=_METER_TX, rx=_METER_RX)
        self._nvs = esp32.NVS("plugbid")
        self._wifi = network.WLAN(network.STA_IF)
        self._cred = self._read_cred()
        self._cause = machine.reset_cause()
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)

    def _read_cred(self):
        flash = ChipFlash("cred")
        return newest([flash.read(n * COPY_BYTES, _CRED_READ) for n in (0, 1)])

    def cred(self):
        """Return the box's identity, key, broker and Wi-Fi."""
        return self._cred

    def pair_code(self):
        """Return the pairing code given to the box through USB, or None."""
        code = bytearray(16)
        try:
            return code[: self._nvs.get_blob("pair", code)].decode()
        except OSError:
            return None

    def forget_pair_code(self):
        """The server has answered: the code is used up."""
        try:
            self._nvs.erase_key("pair")
            self._nvs.commit()
        except OSError:
            # There was none.
            pass

    def bolt(self, direction):
        """Drive the bolt: 1 retracts, -1 extends, 0 rests. Never both coils."""
        self._open.value(0)
        self._close.value(0)
        if direction > 0:
            self._open.value(1)
        elif direction < 0:
            self._close.value(1)

    def bolt_is_open(self):
        """Read the bolt's feedback switch."""
        return not self._switch.value()

    def contactor(self, closed):
        """Drive the contactor's coil; it also needs the pulses of `alive`."""
        self._coil.value(closed)

    def alive(self):
        """Pulse the hardware watchdog, without which the contactor opens."""
        self._alive.value(not self._alive.value())

    def load_live(self):
        """Read the opto-coupler behind the contactor."""
        return not self._sense.value()

    def plug_home(self):
        """Read the reed switch of the plug's holder."""
        return not self._holder.value()

    def button(self):
        """Read the button on the case."""
        return not self._button.value()

    def led(self, name, on):
        """Light an LED."""
        self._leds[name].value(on)

    def feed(self):
        """Feed the chip's own watchdog."""
        self._watchdog.feed()

    def reset_cause(self):
        """Why this boot happened: power, soft or wdt."""
        if self._cause == machine.WDT_RESET:
            return "wdt"
        return "power" if self._cause == machine.PWRON_RESET else "soft"

    def restarted(self):
        """A failed program starts again from a clean chip."""
        machine.reset()

    def rtc_ms(self):
        """There is no battery clock, so no time is known before the server's."""
        return 0

    def log(self, text):
        """Say something on the serial console."""
        print(text)

    async def network_up(self):
        """Wait for Wi-Fi. Never disconnect meanwhile: that makes reconnect storms."""
        if not self._wifi.active():
            self._wifi.active(True)
        if not self._wifi.isconnected():
            if self._wifi.status() != network.STAT_CONNECTING:
                self._wifi.connect(self._cred["ssid"], self._cred["wifi_password"])
            while not self._wifi.isconnected():
                await asyncio.sleep(0.5)

    async def open_stream(self, cred):
        """Connect to the broker, over TLS unless the credentials say otherwise."""
        context = None
        if cred.get("tls", True):
            import ssl

            # MicroPython's default is not to verify; and it reads DER only.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.verify_mode = ssl.CERT_REQUIRED
            with open("/ca.der", "rb") as file:
                context.load_verify_locations(cadata=file.read())
        return await open_stream(cred["host"], cred["port"], context)
