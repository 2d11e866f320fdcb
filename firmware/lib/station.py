"""Lock, contactor, meter and session together: what may happen at the plug.

It decides every protection on the spot and never asks the server first.
"""

import asyncio

from lib import lock as bolt
from lib import session as sessions
from lib.lock import Lock
from lib.meter_pzem import Meter
from lib.power import Power
from lib.protection import Protection, Sampler
from lib.session import Session
from micropython import const

_HOME_MS = const(2000)
_JAM_RETRY_MS = const(600_000)
_HEAR_MS = const(3000)
_CHARGING_DW = const(500)
# These stay until a self-test or a restart: the cause is in the installation.
_LATCHED = ("over_current", "stuck_open")


class Station:
    """The physical side of the box and the rules that bind it."""

    def __init__(self, board, clock, recorder, config, wake):
        self.board = board
        self.clock = clock
        self.recorder = recorder
        self.config = config
        self._wake = wake
        self.changes = 0  # counts what the server should be shown
        self.session = None
        self.faults = []
        self.st = "Available"
        self.returning = False
        self._meter_shown = False
        self._resuming = recorder.state["ses"]
        self._home_since = None
        self._turnover = asyncio.Lock()
        self._protection = Protection(config)
        self._sampler = Sampler()
        self.lock = Lock(board.bolt, board.bolt_is_open, clock, self._lock_moved)
        self.power = Power(
            board.contactor, board.load_live, clock, self._power_switched
        )
        known_wh = recorder.state["wh"]
        self.meter = Meter(board.uart, clock, board.meter_max_w, known_wh)

    @property
    def sid(self):
        """The running (or interrupted) session's code, or None."""
        if self.session is not None:
            return self.session.sid
        return self._resuming[0] if self._resuming else None

    @property
    def total_wh(self):
        """The meter's total; the last known one while it is silent."""
        return self.meter.wh or 0

    async def begin(self, sid, end_ms, cap_wh, lease_s):
        """Open the lock and start the session; return None or why not.

        For the session that runs already it only opens the lock: caps stay.
        """
        async with self._turnover:
            why = self._refusal(sid)
            if why:
                return why
            moving = asyncio.create_task(self.lock.open())
            # A reading from this moment, taken while the bolt moves.
            await self.meter.poll()
            if not await moving:
                return "jammed"
            if self._refusal(sid):
                return "fault"
            if self.session is None:
                mono = self.clock.mono()
                session = Session(sid, self.total_wh, end_ms, cap_wh, lease_s, mono)
                self._start(session)
            return None

    def _refusal(self, sid):
        grave = [word for word in self.faults if word != "lock_jammed"]
        if grave:
            return "meter_silent" if grave == ["meter_silent"] else "fault"
        if not self.meter.answers:
            return "meter_silent"
        if self._resuming or self.sid not in (None, sid):
            return "busy"
        return None

    def _start(self, session):
        self.session = session
        self.returning = False
        self.change()
        self.save_session(
            ("S", "start", session.sid, session.start_wh, ""), self._meter_row()
        )
        self.power.close()
        self.update()

    async def finish(self, reason):
        """Take the power off, close the books, open the lock for the plug's return."""
        # Power first and without waiting for anyone.
        self.power.open()
        async with self._turnover:
            if self.session is None:
                return True
            await self.meter.poll()
            self._end(self.session.sid, reason)
            return await self.give_back()

    def _end(self, sid, reason):
        self.session = None
        self._resuming = None
        self.change()
        self.recorder.write(
            self._meter_row(),
            ("S", "stop", sid, self.total_wh, reason),
            ses=None,
            wh=self.total_wh,
        )
        self.update()

    async def give_back(self):
        """Open the lock so that the plug can be returned; always allowed."""
        self.returning = True
        opened = await self.lock.open()
        self.update()
        return opened

    def save_session(self, *rows):
        """Store the caps of the running session, and rows with them."""
        state = self.session.as_state()
        caps = ":".join(str(part) for part in state[:1] + state[2:])
        self.recorder.write(("E", "caps", caps), *rows, ses=state, wh=self.total_wh)

    async def measure(self):
        """Poll the meter once and act on what it says."""
        good = await self.meter.poll()
        mono = self.clock.mono()
        if self.meter.replaced and self.sid is None:
            self.recorder.event("meter", "replaced")
            self.meter.adopt()
        # Right after boot the meter has not had its chance to answer yet.
        heard = self.meter.answers or mono < _HEAR_MS
        self.set_fault("meter_silent", not heard)
        if self.meter.answers != self._meter_shown:
            self._meter_shown = self.meter.answers
            self.change()
        reason = None
        if good:
            if self._sampler.due(self.session is not None, self.meter.wh, mono):
                self.recorder.write(self._meter_row())
            reason = self._judge_reading(mono)
        if self._protection.silent_too_long(self.meter.answers, mono):
            reason = sessions.FAULT
        if self.session is not None:
            self.session.plug(self.board.plug_home(), mono)
            now_ms = self.clock.known_now()
            reason = reason or self.session.over(mono, now_ms, self.config)
            if reason is not None:
                await self.finish(reason)
        self.update()

    def _judge_reading(self, mono):
        meter = self.meter
        if self._protection.over_current(meter.ma, mono):
            self.set_fault("over_current", True)
            return sessions.FAULT
        if self.session is None:
            return None
        if meter.dw >= _CHARGING_DW:
            self.session.charged = True
        return self.session.spent(meter.wh, meter.step_wh, mono, self.config)

    def _meter_row(self):
        meter = self.meter
        self._sampler.taken(self.total_wh, self.clock.mono())
        return "M", self.total_wh, meter.dv, meter.ma, meter.dw

    async def tend(self):
        """Look after bolt, contactor, plug and an interrupted session; often."""
        mono = self.clock.mono()
        self.lock.watch()
        self.set_fault("lock_jammed", self.lock.state == bolt.JAMMED)
        fault = self.power.fault(self.meter.ma if self.meter.answers else None)
        self.set_fault("weld", fault == "weld")
        if fault == "stuck_open":
            self.set_fault("stuck_open", True)
        if fault and self.session is not None:
            await self.finish(sessions.FAULT)
        if self._resuming:
            self._resume(mono)
        if not self.board.plug_home():
            self._home_since = None
            await self._help_return()
        elif self._home_since is None:
            self._home_since = mono
        if self._relock_due(mono):
            await self.lock.close()
            self.returning = self.returning and self.session is not None
        self.update()

    async def _help_return(self):
        # Returning a plug needs no right and no network, only the button.
        if self.sid is None and self.lock.state == bolt.LOCKED and self.board.button():
            self.recorder.event("button", "return")
            await self.give_back()

    def _relock_due(self, mono):
        age_ms = mono - self.lock.settled_at
        if self.lock.state == bolt.JAMMED:
            return self.session is None and age_ms >= _JAM_RETRY_MS
        if self.lock.state != bolt.UNLOCKED or self._turnover.locked():
            return False
        if self.session is not None:
            return age_ms >= self.config["relock_s"] * 1000
        if age_ms >= self.config["return_s"] * 1000:
            return True
        home = self._home_since
        return home is not None and mono - home >= _HOME_MS and age_ms >= _HOME_MS

    def _resume(self, mono):
        """Go on with a session that a power cut interrupted, or end it.

        The caps are the old ones. Without the server's time the end of the booking
        cannot be kept, so the contactor stays open until the time is known.
        """
        sid, start_wh, end_ms, cap_wh, lease_s = self._resuming
        now_ms = self.clock.known_now()
        if now_ms is None or not self.meter.answers:
            if mono >= self.config["resume_s"] * 1000:
                self._end(sid, sessions.POWER_LOSS)
            return
        if now_ms >= end_ms or self.total_wh - start_wh >= cap_wh or self.faults:
            self._end(sid, sessions.POWER_LOSS)
            return
        self.session = Session(sid, start_wh, end_ms, cap_wh, lease_s, mono)
        self._resuming = None
        self.recorder.event("session", "resumed:" + sid)
        self.power.close()

    def change(self):
        """Let the world see that the state of the box is another one."""
        self.changes += 1
        self._wake.set()

    def set_fault(self, word, present):
        """Raise or clear a fault and journal the change."""
        if present == (word in self.faults):
            return
        if present:
            self.faults.append(word)
        else:
            self.faults.remove(word)
        self.recorder.event("fault" if present else "cleared", word)
        self.change()

    def clear_latched(self):
        """Give faults of the installation another chance: somebody tests the box."""
        for word in _LATCHED:
            self.set_fault(word, False)

    def update(self):
        """Work out the OCPP status word and say so when it changed."""
        if self.faults:
            st = "Faulted"
        elif self.session is not None:
            flows = self.meter.dw >= _CHARGING_DW
            idle = "SuspendedEV" if self.session.charged else "Preparing"
            st = "Charging" if flows else idle
        else:
            st = "Finishing" if self.returning else "Available"
        if st != self.st:
            self.st = st
            self.change()

    def _lock_moved(self, state, by_hand):
        if state in (bolt.LOCKED, bolt.UNLOCKED, bolt.JAMMED):
            self.recorder.event("lock", state)
        if by_hand:
            self.recorder.event("by_hand", state)
        self.change()

    def _power_switched(self, state):
        # The coil is switched already: safety does not wait for the flash.
        self.recorder.event("power", state)
        self.change()
