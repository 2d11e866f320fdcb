"""A PZEM-004T v3 on a simulated UART: Modbus frames with checksum, at 9600 baud."""

import struct

from lib.meter_pzem import WRAP_WH, crc16
from micropython import const

_ADDRESSES = (0x01, 0xF8)
# 33 bytes of question and answer take this long on the wire at 9600 baud.
_WIRE_MS = const(34)


class MeterUart:
    """Looks like machine.UART to the firmware."""

    def __init__(self, world, ticks_ms, step, save):
        self._world = world
        self._ticks_ms = ticks_ms
        self._step = step
        self._save = save
        self._answer = b""
        self._asked_at = 0

    def any(self):
        """Return how many bytes wait to be read."""
        waited = (self._ticks_ms() - self._asked_at) % (1 << 30)
        return len(self._answer) if waited >= _WIRE_MS else 0

    def read(self, count):
        """Return up to `count` waiting bytes."""
        taken = self._answer[: min(count, self.any())]
        self._answer = self._answer[len(taken) :]
        return taken or None

    def write(self, frame):
        """Take a request; a meter that understands it answers."""
        self._asked_at = self._ticks_ms()
        self._answer = b""
        settings = self._world.set["meter"]
        sound = frame[6:] == struct.pack("<H", crc16(frame[:6]))
        if settings["silent"] or not sound or frame[0] not in _ADDRESSES:
            return len(frame)
        if frame[1:6] == b"\x04\x00\x00\x00\x0a":
            self._answer = self._measurements(settings)
            if settings.get("crc_errors", 0):
                settings["crc_errors"] -= 1
                self._answer = self._answer[:-1] + bytes((self._answer[-1] ^ 0x55,))
        return len(frame)

    def _measurements(self, settings):
        self._step()
        # The register is in the meter's own memory before it tells it.
        self._save()
        power_w = self._world.power_w()
        phases_v = settings["volts"] * self._world.phases
        ma = power_w * 1000 // max(1, phases_v)
        dw = power_w * 10
        wh = self._world.meter_mwh // 1000 % WRAP_WH
        body = struct.pack(
            ">BBB10H",
            1,
            4,
            20,
            settings["volts"] * 10,
            ma & 0xFFFF,
            ma >> 16,
            dw & 0xFFFF,
            dw >> 16,
            wh & 0xFFFF,
            wh >> 16,
            500,
            100 if power_w else 0,
            0,
        )
        return body + struct.pack("<H", crc16(body))
