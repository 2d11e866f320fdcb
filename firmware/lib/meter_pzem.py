"""PZEM-004T v3 over Modbus RTU: frames, checksum, and plausible readings only.

It never sends 0x41 (calibration) nor 0x42 (reset energy): both destroy evidence.
"""

import asyncio
import struct

from micropython import const

# Vendor manual: 0xF8 addresses the single meter on the line, whatever its number.
_GENERAL_ADDRESS = const(0xF8)
_READ_INPUT = const(0x04)
_REGISTERS = const(10)
_ANSWER_BYTES = 5 + 2 * _REGISTERS
# The register counts to 9,999,990 Wh and starts again at zero.
WRAP_WH = 9_999_990
_TURNAROUND_MS = const(250)
_SILENT_POLLS = const(3)
_REPLACED_AFTER = const(10)


def crc16(data):
    """Return CRC-16/MODBUS of the bytes; it travels low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def request():
    """Return the frame that asks for all measurements in one atomic block."""
    frame = struct.pack(">BBHH", _GENERAL_ADDRESS, _READ_INPUT, 0, _REGISTERS)
    return frame + struct.pack("<H", crc16(frame))


def parse(frame):
    """Return (dV, mA, dW, Wh) from an answer frame, or None if it is damaged."""
    if len(frame) != _ANSWER_BYTES or frame[1] != _READ_INPUT:
        return None
    if frame[2] != 2 * _REGISTERS:
        return None
    if struct.unpack("<H", frame[-2:])[0] != crc16(frame[:-2]):
        return None
    # 32-bit values come low word first.
    v, a_lo, a_hi, w_lo, w_hi, e_lo, e_hi = struct.unpack(">7H", frame[3:17])
    return v, a_hi << 16 | a_lo, w_hi << 16 | w_lo, e_hi << 16 | e_lo


class Meter:
    """Polls the meter and keeps the last good reading and a total without wraps."""

    def __init__(self, uart, clock, max_w, total_wh=None):
        self._uart = uart
        self._clock = clock
        self._max_w = max_w
        self._failures = 0
        self._odd = 0
        self._guard = asyncio.Lock()
        self.replaced = False
        self.wh = total_wh
        self.dv = 0
        self.ma = 0
        self.dw = 0
        self.step_wh = 0
        self.read_at = None

    @property
    def answers(self):
        """True while the meter gives readings that can be believed."""
        return self.read_at is not None and self._failures < _SILENT_POLLS

    async def poll(self):
        """Ask once; return True if a plausible reading came back."""
        async with self._guard:
            values = await self._exchange()
        good = values is not None and self._accept(*values)
        self._failures = 0 if good else self._failures + 1
        return good

    async def _exchange(self):
        stale = self._uart.any()
        if stale:
            self._uart.read(stale)
        self._uart.write(request())
        limit = self._clock.mono() + _TURNAROUND_MS
        frame = b""
        while len(frame) < _ANSWER_BYTES and self._clock.mono() < limit:
            await asyncio.sleep(0.004)
            waiting = self._uart.any()
            if waiting:
                frame += self._uart.read(waiting) or b""
        return parse(frame)

    def _accept(self, dv, ma, dw, register):
        now = self._clock.mono()
        if self.wh is None:
            step = register
            self.wh = 0
        else:
            # The total modulo the wrap is what the register showed last.
            step = (register - self.wh) % WRAP_WH
            if not self._plausible(step, now):
                return False
        self._odd = 0
        self.wh += step
        self.step_wh = step if self.read_at is not None else 0
        self.dv, self.ma, self.dw, self.read_at = dv, ma, dw, now
        return True

    def _plausible(self, step, now):
        # Since boot nothing bounds the time that passed, but a step backwards
        # looks like a step of nearly a whole register: never believed.
        if self.read_at is None:
            limit = WRAP_WH // 2
        else:
            elapsed_ms = now - self.read_at + 1000
            limit = self._max_w * elapsed_ms // 3_600_000 + 2
        if step <= limit:
            return True
        self._odd += 1
        self.replaced = self._odd >= _REPLACED_AFTER
        return False

    def adopt(self):
        """Start counting afresh from what the meter shows: it was replaced."""
        self.wh = None
        self.read_at = None
        self.replaced = False
        self._odd = 0
