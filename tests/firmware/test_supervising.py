"""A box that fails or is forgotten opens its contactor and starts again."""

import asyncio

import pytest
from lib.app import TaskFailed, mint_journal_id
from lib.mqtt import LOST

from tests.firmware.bench import Bench


def test_fifteen_minutes_without_the_server_restart_an_idle_box() -> None:
    async def script(bench: Bench) -> None:
        await asyncio.sleep(890)
        assert bench.running is not None
        assert not bench.running.done()
        await asyncio.sleep(20)

        assert isinstance(bench.running.exception(), TaskFailed)
        assert bench.board.fed > 800
        assert bench.board.pulses > 8000

    Bench().play(script)


def test_a_charging_box_does_not_restart_because_the_server_is_gone() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        bench.broker.unreachable = True
        bench.broker.drop()
        await asyncio.sleep(400)

        assert bench.running is not None
        assert not bench.running.done()
        assert bench.station.st == "Charging"

    Bench(settings={"restart_s": 300}).play(script)


@pytest.mark.parametrize("task", ["measure", "tend"])
def test_a_failing_task_opens_the_contactor_and_ends_the_boot(task: str) -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        assert bench.world.closed

        async def fail() -> None:
            raise ZeroDivisionError

        setattr(bench.station, task, fail)
        await asyncio.sleep(3)

        assert bench.world.closed is False
        assert bench.running is not None
        assert isinstance(bench.running.exception(), ZeroDivisionError)

    Bench().play(script)


def test_a_stalled_task_ends_the_boot() -> None:
    async def script(bench: Bench) -> None:
        async def hang() -> None:
            await asyncio.sleep(10**6)

        bench.station.measure = hang
        await asyncio.sleep(65)

        assert bench.running is not None
        assert "meter stalled" in str(bench.running.exception())

    Bench().play(script)


def test_a_task_that_simply_ends_ends_the_boot() -> None:
    async def script(bench: Bench) -> None:
        async def nothing() -> None:
            return

        bench.app._failure = None
        await bench.app._watch("extra", nothing())
        await asyncio.sleep(2)

        assert bench.running is not None
        assert "extra ended" in str(bench.running.exception())

    Bench().play(script)


def test_an_error_in_the_box_itself_is_not_taken_for_a_lost_line() -> None:
    async def script(bench: Bench) -> None:
        def broken() -> None:
            raise ZeroDivisionError

        bench.app.uplink.state = broken
        bench.station.change()
        await asyncio.sleep(3)

        assert bench.running is not None
        assert isinstance(bench.running.exception(), ZeroDivisionError)
        assert not isinstance(ZeroDivisionError(), LOST)

    Bench().play(script)


def test_journals_have_random_names() -> None:
    names = {mint_journal_id() for _ in range(50)}

    assert len(names) == 50
    assert all(0 < name < 1 << 31 for name in names)
