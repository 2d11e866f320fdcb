"""The bolt of the flap: five states, a feedback switch, a limit on the pulse.

It does not know why it moves; the station decides that.
"""

import asyncio

from micropython import const

LOCKED = "LOCKED"
UNLOCKING = "UNLOCKING"
UNLOCKED = "UNLOCKED"
LOCKING = "LOCKING"
JAMMED = "JAMMED"

_POLL_S = 0.005
# The switch bounces for a few milliseconds; two equal reads count as settled.
_SETTLED_READS = const(2)
# The coil burns when it is driven longer than this.
_PULSE_MS = const(3000)


class Lock:
    """Drives a bistable bolt by pulses and believes only its feedback switch.

    `drive(1)` retracts the bolt, `drive(-1)` extends it, `drive(0)` rests.
    """

    def __init__(self, drive, is_open, clock, on_change):
        self._drive = drive
        self._is_open = is_open
        self._clock = clock
        self._on_change = on_change
        self._guard = asyncio.Lock()
        self._strange = 0
        # A coil that was driven when the power failed must not stay driven.
        drive(0)
        self.state = UNLOCKED if is_open() else LOCKED
        self.settled_at = clock.mono()

    async def open(self):
        """Retract the bolt; return True when the switch confirms it."""
        return await self._move(1, UNLOCKING, UNLOCKED)

    async def close(self):
        """Extend the bolt; return True when the switch confirms it."""
        return await self._move(-1, LOCKING, LOCKED)

    def watch(self):
        """Notice a bolt that moved without us, such as with the mechanical key."""
        seen = UNLOCKED if self._is_open() else LOCKED
        if self.state in (UNLOCKING, LOCKING, JAMMED, seen):
            self._strange = 0
            return
        self._strange += 1
        if self._strange >= _SETTLED_READS:
            self._strange = 0
            self._become(seen, True)

    async def _move(self, direction, moving, reached):
        async with self._guard:
            if self.state == reached and self._is_open() == (direction > 0):
                return True
            self._become(moving)
            confirmed = await self._pulse(direction)
            self._become(reached if confirmed else JAMMED)
            return confirmed

    async def _pulse(self, direction):
        limit = self._clock.mono() + _PULSE_MS
        settled = 0
        self._drive(direction)
        try:
            while self._clock.mono() < limit:
                if self._is_open() == (direction > 0):
                    settled += 1
                    if settled >= _SETTLED_READS:
                        return True
                else:
                    settled = 0
                await asyncio.sleep(_POLL_S)
            return False
        finally:
            # Also on cancellation: a coil left driven burns.
            self._drive(0)

    def _become(self, state, by_hand=False):
        if state != self.state:
            self.state = state
            self.settled_at = self._clock.mono()
            self._on_change(state, by_hand)
