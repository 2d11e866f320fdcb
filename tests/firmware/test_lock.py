"""The bolt and the contactor, each with its feedback, in virtual time."""

import asyncio
from typing import Any

import pytest
from lib.lock import Lock
from lib.power import Power

from tests.firmware.virtual import VirtualLoop, run


class Door:
    """A bolt that follows its coil after a while, and a contactor."""

    def __init__(self, move_s: float = 0.12, is_open: bool = False) -> None:
        self.loop = VirtualLoop()
        self.move_s = move_s
        self.jammed = False
        self.is_open = is_open
        self.driven: list[int] = []
        self.states: list[Any] = []
        self.load = False
        self.since = 0.0
        self.lock = Lock(self.drive, self.read, self, self.note)
        self.power = Power(self.switch, lambda: self.load, self, self.states.append)

    def note(self, state: str, by_hand: bool) -> None:
        """Take note of a change."""
        self.states.append((state, by_hand) if by_hand else state)

    def mono(self) -> int:
        """The clock."""
        return self.loop.ticks_ms()

    def drive(self, direction: int) -> None:
        """The coil."""
        self.driven.append(direction)
        self.since = self.loop.time()

    def read(self) -> bool:
        """The switch."""
        direction = self.driven[-1] if self.driven else 0
        arrived = self.loop.time() - self.since >= self.move_s
        if direction and arrived and not self.jammed:
            self.is_open = direction > 0
        return self.is_open

    def switch(self, closed: bool) -> None:
        """The contactor's coil; contacts that are in order follow."""
        self.load = closed


def test_opening_and_closing_wait_for_the_switch() -> None:
    door = Door()

    assert run(door.lock.open(), door.loop) is True

    assert door.states == ["UNLOCKING", "UNLOCKED"]
    assert 0.12 <= door.loop.passed < 0.2
    assert door.driven == [0, 1, 0]


def test_a_bolt_that_is_there_already_is_not_driven() -> None:
    door = Door(is_open=True)

    assert run(door.lock.open(), door.loop) is True

    assert door.driven == [0]
    assert door.states == []


def test_a_jammed_bolt_is_driven_no_longer_than_the_pulse_limit() -> None:
    door = Door()
    door.jammed = True

    assert run(door.lock.open(), door.loop) is False

    assert door.states == ["UNLOCKING", "JAMMED"]
    assert round(door.loop.passed, 3) == 3.0
    assert door.driven[-1] == 0


def test_a_freed_bolt_moves_at_the_next_attempt() -> None:
    door = Door()

    async def body() -> None:
        door.jammed = True
        assert not await door.lock.open()
        door.jammed = False
        assert await door.lock.open()
        assert await door.lock.close()

    run(body(), door.loop)
    assert door.states[-1] == "LOCKED"


def test_a_bouncing_switch_counts_when_it_has_settled() -> None:
    door = Door()
    reads = iter([False, True, False, True, True, True])
    door.lock._is_open = lambda: next(reads)

    assert run(door.lock.open(), door.loop) is True
    assert next(reads, None) is True


def test_a_canceled_movement_rests_the_coil() -> None:
    door = Door(move_s=9)

    async def body() -> None:
        task = asyncio.create_task(door.lock.open())
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])

    run(body(), door.loop)
    assert door.driven[-1] == 0


def test_two_orders_at_once_happen_one_after_the_other() -> None:
    door = Door()

    async def body() -> None:
        opening = asyncio.create_task(door.lock.open())
        closing = asyncio.create_task(door.lock.close())
        assert await opening
        assert await closing

    run(body(), door.loop)
    assert door.states == ["UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED"]


def test_a_bolt_moved_by_hand_is_noticed_after_two_looks() -> None:
    door = Door()
    door.is_open = True

    door.lock.watch()
    assert door.states == []
    door.lock.watch()

    assert door.states == [("UNLOCKED", True)]


def test_a_single_strange_look_is_forgotten() -> None:
    door = Door()
    for is_open in (True, False, True, False):
        door.is_open = is_open
        door.lock.watch()

    assert door.states == []


def test_the_contactor_starts_open() -> None:
    door = Door()
    door.load = True

    power = Power(door.switch, lambda: door.load, door, door.states.append)

    assert power.state == "OPEN"
    assert door.load is False


def test_switching_is_announced_once() -> None:
    door = Door()

    door.power.close()
    door.power.close()
    door.power.open()

    assert door.states == ["CLOSED", "OPEN"]


@pytest.mark.parametrize(
    ("closed", "load", "current_ma", "fault"),
    [
        (False, False, 0, None),
        (False, False, None, None),
        (False, True, None, "weld"),
        (False, False, 201, "weld"),
        (False, False, 200, None),
        (True, True, 16_000, None),
        (True, False, 0, "stuck_open"),
    ],
)
def test_contacts_that_disagree_are_a_fault(
    closed: bool, load: bool, current_ma: int | None, fault: str | None
) -> None:
    door = Door()
    if closed:
        door.power.close()
    door.load = load
    assert door.power.fault(current_ma) is None, "contacts still travel"

    door.loop.passed += 0.5

    assert door.power.fault(current_ma) == fault
