"""A session that a power cut interrupted goes on with its caps, or is closed."""

import asyncio

from tests.firmware.bench import Bench

QUICK = {"car": {"plug_after_ms": 1500, "unplug_after_stop_ms": 4000}}


def test_a_power_cut_resumes_the_session_with_its_caps() -> None:
    first = Bench(world=QUICK)

    async def charge(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock(wh=1000)
        await asyncio.sleep(200)

    first.play(charge)
    memory = first.world.memory()
    second = Bench(world=QUICK, flash=first.flash, memory=memory, boot_s=700)

    async def resume(bench: Bench) -> None:
        assert bench.station.sid == "S1"
        assert (await bench.unlock(sid="S1"))["why"] == "busy"
        assert bench.station.power.state == "OPEN"
        await bench.say_time()
        await asyncio.sleep(1)
        assert bench.station.power.state == "CLOSED"
        assert bench.events("session") == ["resumed:S1"]
        await asyncio.sleep(200)

        start, stop = bench.sessions()
        assert stop[3] == "ENERGY_CAP"
        assert 990 <= stop[2] - start[2] <= 1000

    second.play(resume)


def test_a_session_whose_energy_is_spent_is_not_resumed() -> None:
    first = Bench(world=QUICK)

    async def charge(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock(wh=1000)
        await asyncio.sleep(200)

    first.play(charge)
    memory = {**first.world.memory(), "meter_mwh": 39_100_000}
    second = Bench(flash=first.flash, memory=memory, boot_s=700)

    async def resume(bench: Bench) -> None:
        await bench.say_time()
        await asyncio.sleep(1)

        assert bench.sessions()[-1] == ["stop", "S1", 39_100, "POWER_LOSS"]

    second.play(resume)


def interrupted() -> Bench:
    """A box whose power was cut in session S1."""
    bench = Bench(world=QUICK)

    async def charge(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(10)

    bench.play(charge)
    return bench


def test_without_the_time_the_session_is_closed_after_two_minutes() -> None:
    first = interrupted()
    second = Bench(flash=first.flash, memory=first.world.memory(), boot_s=100)

    async def script(bench: Bench) -> None:
        await asyncio.sleep(115)
        assert bench.station.sid == "S1"
        assert bench.station.power.state == "OPEN"
        await asyncio.sleep(10)

        assert bench.sessions()[-1][3] == "POWER_LOSS"
        assert bench.sessions()[-1][2] == bench.world.meter_mwh // 1000

    second.play(script)


def test_a_meter_that_stays_dark_closes_the_session_at_its_last_reading() -> None:
    first = interrupted()
    last_wh = first.station.total_wh
    silent = {"meter": {"silent": True}}
    second = Bench(
        world=silent, flash=first.flash, memory=first.world.memory(), boot_s=100
    )

    async def script(bench: Bench) -> None:
        await bench.say_time()
        await asyncio.sleep(125)

        kind, _, wh, reason = bench.sessions()[-1]
        assert (kind, reason) == ("stop", "POWER_LOSS")
        assert 38_012 < wh <= last_wh

    second.play(script)
