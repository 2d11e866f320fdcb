"""What a signed command does, and the answer it gets; one at a time, each once.

It trusts nothing the gate has not checked, and asks the station before moving.
"""

import asyncio

from lib.recorder import compact
from micropython import const

_QUEUE = const(4)
_ANSWERS = const(8)


def _count(arg, key):
    value = arg.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(key)
    return value


def _sid(arg):
    sid = arg.get("sid")
    if not isinstance(sid, str) or not 0 < len(sid) <= 32:
        raise ValueError("sid")
    return sid


class Commands:
    """Takes envelopes from the broker, works them off, keeps answers until sent."""

    def __init__(self, gate, station, recorder, clock, wake):
        self._gate = gate
        self._station = station
        self._recorder = recorder
        self._clock = clock
        self._queue = []
        self._work = asyncio.Event()
        self._wake = wake
        self.answers = []  # [answer, number of its message or None]
        self.identify_until = 0

    def offer(self, payload, retained):
        """Check an envelope that has just arrived; it is executed by `run`."""
        now_ms = self._clock.known_now()
        verdict, command = self._gate.check(payload, retained, now_ms)
        if verdict == "run" and len(self._queue) < _QUEUE:
            self._gate.begin(command)
            self._queue.append(command)
            self._work.set()
        elif verdict == "again":
            self._reply(self._gate.answer(command["id"]))
        elif verdict in ("stale", "expired"):
            self._reply(self._answer(command, verdict))
        elif verdict == "run":
            self._reply(self._answer(command, "busy"))
        # A repeat of what is being executed right now is answered once, later.

    async def run(self):
        """Execute accepted commands for ever, one after the other."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self._queue:
                await self._execute(self._queue.pop(0))

    async def _execute(self, command):
        # The counter is on flash before anything moves: no replay after a cut.
        self._recorder.write(("E", "ctr", str(command["ctr"])), ctr=command["ctr"])
        operation = _OPERATIONS.get(command["op"])
        try:
            if operation is None:
                raise ValueError("op")
            why, result = await operation(self, command.get("arg", {}))
        except ValueError:
            why, result = "unknown", None
        answer = self._answer(command, why, result)
        self._gate.finish(command["id"], answer)
        self._reply(answer)
        # Let the answer leave before the flash is busy with the record of it.
        await asyncio.sleep(0.01)
        detail = "%s:%s:%s" % (command["id"], command["op"], why or "ok")
        self._recorder.event("cmd", detail)

    def _answer(self, command, why, result=None):
        answer = {"id": command["id"], "ok": why is None, "op": command["op"]}
        answer["t"] = self._clock.now()
        if why is not None:
            answer["why"] = why
        else:
            answer["lock"] = self._station.lock.state
            answer["res"] = result or {}
        # As bytes it takes a quarter of the memory that a dictionary takes.
        return compact(answer)

    def _reply(self, answer):
        self.answers.append([answer, None])
        del self.answers[:-_ANSWERS]
        self._wake.set()

    def _session(self, arg):
        session = self._station.session
        return session if session is not None and session.sid == _sid(arg) else None

    async def _unlock(self, arg):
        caps = [_count(arg, key) for key in ("end", "wh", "lease")]
        return await self._station.begin(_sid(arg), *caps), None

    async def _relock(self, arg):
        if self._session(arg) is None:
            return "nosession", None
        return None if await self._station.lock.close() else "jammed", None

    async def _stop(self, arg):
        why = arg.get("why", "DRIVER")
        if why not in ("DRIVER", "OWNER"):
            raise ValueError("why")
        if self._session(arg) is None:
            return "nosession", None
        return None if await self._station.finish(why) else "jammed", None

    async def _lease(self, arg):
        session = self._session(arg)
        if session is None:
            return "nosession", None
        session.renew(_count(arg, "lease"), self._clock.mono())
        return None, None

    async def _extend(self, arg):
        session = self._session(arg)
        if session is None:
            return "nosession", None
        session.extend(_count(arg, "end"), _count(arg, "wh"))
        self._station.save_session()
        return None, None

    async def _selftest(self, arg):
        station = self._station
        if station.sid is not None:
            return "busy", None
        station.clear_latched()
        started = self._clock.mono()
        opened = await station.lock.open()
        lock_ms = self._clock.mono() - started
        meter_answers = await station.meter.poll()
        if not (opened and await station.lock.close()):
            return "jammed", None
        if not meter_answers:
            return "meter_silent", None
        meter = station.meter
        reading = {"dV": meter.dv, "mA": meter.ma, "dW": meter.dw, "wh": meter.wh}
        return None, {"lock_ms": lock_ms, "meter": reading}

    async def _identify(self, arg):
        self.identify_until = self._clock.mono() + 10_000
        return None, None

    async def _pair(self, arg):
        board = self._station.board
        code = board.pair_code() or "-"
        paired = code if arg.get("ok") is True else None
        self._recorder.write(("E", "pair", "ok" if paired else "no"), pair=paired)
        board.forget_pair_code()
        self._station.change()
        return None, None


_OPERATIONS = {
    "unlock": Commands._unlock,
    "relock": Commands._relock,
    "stop": Commands._stop,
    "lease": Commands._lease,
    "extend": Commands._extend,
    "selftest": Commands._selftest,
    "identify": Commands._identify,
    "pair": Commands._pair,
}
