"""A whole box on CPython in virtual time: the app, simulated hardware, a broker."""

import asyncio
import copy
import json
from collections.abc import Callable, Coroutine
from typing import Any

from board.host_meter import MeterUart
from board.host_world import DEFAULTS, World, merge
from lib.app import App

from tests.firmware.nor import NorFlash
from tests.firmware.scripted_broker import ScriptedBroker
from tests.firmware.server import sign
from tests.firmware.virtual import VirtualLoop, run

DEV = "pb-3f9a01"
KEY = bytes(range(32))
START_MS = 1_795_372_557_554
Message = dict[str, Any]


class BenchBoard:
    """The board's interface over the simulated world, in virtual time."""

    meter_max_w = 23_000

    def __init__(self, loop: VirtualLoop, world: World, flash: NorFlash) -> None:
        self.world = world
        self.flash = flash
        self.loop = loop
        self.ticks_ms = loop.ticks_ms
        self.broker = ScriptedBroker()
        self.uart = MeterUart(world, loop.ticks_ms, self.step, lambda: None)
        self.lights: dict[str, set[bool]] = {"net": set(), "plug": set()}
        self.fed = 0
        self.pulses = 0
        self.code: str | None = None
        self.logged: list[str] = []
        self._stepped_at = loop.ticks_ms()

    def step(self) -> None:
        """Let the world catch up with the time."""
        now = self.loop.ticks_ms()
        self.world.step(now - self._stepped_at)
        self._stepped_at = now

    def cred(self) -> Message:
        return {"dev": DEV, "key": KEY.hex(), "user": DEV, "password": "secret"}

    def pair_code(self) -> str | None:
        return self.code

    def forget_pair_code(self) -> None:
        self.code = None

    def bolt(self, direction: int) -> None:
        self.step()
        self.world.direction = direction

    def bolt_is_open(self) -> bool:
        self.step()
        return bool(self.world.is_open)

    def contactor(self, closed: bool) -> None:
        self.step()
        self.world.switch(closed)

    def alive(self) -> None:
        self.pulses += 1

    def load_live(self) -> bool:
        return bool(self.world.live)

    def plug_home(self) -> bool:
        self.step()
        return not self.world.plugged

    def button(self) -> bool:
        return bool(self.world.pressed_ms)

    def led(self, name: str, on: bool) -> None:
        self.lights[name].add(on)

    def feed(self) -> None:
        self.fed += 1

    def reset_cause(self) -> str:
        return "power"

    def rtc_ms(self) -> int:
        return 0

    def log(self, text: str) -> None:
        self.logged.append(text)

    async def network_up(self) -> None:
        pass

    async def open_stream(self, _: Message) -> Any:
        return await self.broker.open_stream()


class Bench:
    """One boot of a box, and the server's part spoken by the test."""

    def __init__(
        self,
        *,
        world: Message | None = None,
        settings: dict[str, int] | None = None,
        flash: NorFlash | None = None,
        memory: Message | None = None,
        boot_s: float = 0,
    ) -> None:
        self.loop = VirtualLoop()
        self.loop.passed = boot_s
        self.world = World(merge(copy.deepcopy(DEFAULTS), world or {}), memory or {})
        self.flash = flash or NorFlash(sectors=16, sector_bytes=4096)
        self.board = BenchBoard(self.loop, self.world, self.flash)
        self.broker = self.board.broker
        self.app = App(self.board, settings)
        self.station = self.app.station
        self.counter = self.app.recorder.state["ctr"]
        self.running: asyncio.Task[None] | None = None

    def play(self, script: Callable[["Bench"], Coroutine[Any, Any, None]]) -> None:
        """Run the box and, beside it, a test's script."""

        async def body() -> None:
            self.running = asyncio.create_task(self.app.run())
            await asyncio.sleep(2)
            await script(self)

        run(body(), self.loop)

    async def say_time(self) -> None:
        """Answer the newest hello."""
        hello = self.messages("up/hello")[-1]
        inner = {"t0": hello["t0"], "t1": self.now_ms(), "bn": hello["bn"]}
        self.deliver("down/time", sign(KEY, self.topic("down/time"), inner), 0)
        await asyncio.sleep(0.01)

    def now_ms(self) -> int:
        """The server's clock."""
        return START_MS + round(self.loop.time() * 1000)

    def topic(self, name: str) -> str:
        """Return a full topic."""
        return f"pb/v1/{DEV}/{name}"

    def deliver(self, name: str, payload: bytes, qos: int = 1) -> None:
        """Let the box receive a message."""
        self.broker.deliver(self.topic(name), payload, qos)

    def messages(self, name: str) -> list[Message]:
        """Return what the box has said on a topic."""
        return [json.loads(raw) for raw in self.broker.sent(self.topic(name))]

    def records(self) -> list[list[Any]]:
        """Return every record in the journal."""
        rows = self.app.recorder.journal.after(0, 10_000, 1 << 24)
        return [json.loads(payload) for _, payload in rows]

    def events(self, name: str) -> list[str]:
        """Return the details of the journaled events of one name."""
        return [row[5] for row in self.records() if row[0] == "E" and row[4] == name]

    def sessions(self) -> list[list[Any]]:
        """Return (start or stop, code, wh, reason) of the session records."""
        return [row[4:] for row in self.records() if row[0] == "S"]

    def rack(self, seq: int | None = None) -> None:
        """Acknowledge records."""
        journal = self.app.recorder.journal
        rack = {"j": journal.id, "s": journal.last if seq is None else seq}
        self.deliver("down/rack", json.dumps(rack).encode())

    async def command(self, op: str, arg: Message | None = None) -> Message:
        """Send a genuine command and return the answer."""
        self.counter += 1
        command_id = f"id{self.counter}"
        inner = {
            "id": command_id,
            "op": op,
            "ctr": self.counter,
            "bn": self.app.boot_nonce,
            "exp": self.now_ms() + 30_000,
            "arg": arg or {},
        }
        self.deliver("down/cmd", sign(KEY, self.topic("down/cmd"), inner))
        for _ in range(1000):
            for answer in self.messages("up/ack"):
                if answer["id"] == command_id:
                    return answer
            await asyncio.sleep(0.01)
        raise AssertionError("no answer")

    async def unlock(self, **changes: Any) -> Message:
        """Start session S1 for an hour."""
        arg = {"sid": "S1", "end": self.now_ms() + 3_600_000, "wh": 20_000}
        return await self.command("unlock", {**arg, "lease": 36_000, **changes})
