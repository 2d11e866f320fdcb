"""Time on the box: a counter that never wraps, and the server's clock on top.

It never reads the wall clock of the chip; quality says how far to trust a time.
"""

from micropython import const

_NO_CLOCK = const(0)
_RTC = const(1)
_SYNCED = const(2)

# MicroPython's ticks_ms() wraps at this power of two (6.2 days half-way).
_TICKS_PERIOD = const(1 << 30)


class Clock:
    """Milliseconds since boot without wrap, and Unix milliseconds once known."""

    def __init__(self, ticks_ms, floor_ms=0, rtc_ms=None):
        self._ticks_ms = ticks_ms
        self._last = ticks_ms()
        self._mono = 0
        # A time from the journal is a floor: the real time is later than that.
        self._offset = max(floor_ms, rtc_ms or 0)
        self.quality = _RTC if rtc_ms else _NO_CLOCK

    def mono(self):
        """Milliseconds since boot. Must be called at least once every six days."""
        ticks = self._ticks_ms()
        self._mono += (ticks - self._last) % _TICKS_PERIOD
        self._last = ticks
        return self._mono

    def now(self):
        """Unix milliseconds as far as known; read it together with `quality`."""
        return self.mono() + self._offset

    def known_now(self):
        """Unix milliseconds, or None while the server has not told us the time."""
        return self.now() if self.quality == _SYNCED else None

    def sync(self, asked_mono, server_ms):
        """Take the server's time; the answer's age is taken as half the trip."""
        mono = self.mono()
        trip = mono - asked_mono
        self._offset = server_ms + trip // 2 - mono
        self.quality = _SYNCED
