"""An event loop whose time jumps ahead while nobody works: hours pass in moments."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _NoSockets(selectors.SelectSelector):
    """Does not wait; waiting is what makes the virtual time pass."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for everybody"
            self.loop.passed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with its own clock, beginning at zero."""

    def __init__(self) -> None:
        self.passed = 0.0
        selector = _NoSockets()
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self.passed

    def ticks_ms(self) -> int:
        """Return what MicroPython's ticks_ms() would."""
        return round(self.passed * 1000) % (1 << 30)


def run(work: Coroutine[Any, Any, Any], loop: VirtualLoop | None = None) -> Any:
    """Run a coroutine in virtual time and end the tasks it leaves."""
    loop = loop or VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks))
        for task in tasks:
            # Whoever did not look at a failure did not want to.
            task.cancelled() or task.exception()
        loop.close()
