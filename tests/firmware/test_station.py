"""A whole box on CPython: sessions and protections over hours, in virtual time."""

import asyncio

from tests.firmware.bench import Bench

QUICK = {"car": {"plug_after_ms": 1500, "unplug_after_stop_ms": 4000}}


def test_a_session_ends_at_the_end_of_the_booking() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        assert (await bench.unlock(end=bench.now_ms() + 180_000))["ok"]

        await asyncio.sleep(170)
        assert bench.station.st == "Charging"
        await asyncio.sleep(30)

        (start, stop) = bench.sessions()
        assert start == ["start", "S1", 38_012, ""]
        assert stop[3] == "END_OF_BOOKING"
        assert 535 < stop[2] - 38_012 < 550
        assert bench.station.power.state == "OPEN"
        assert bench.station.lock.state == "LOCKED"
        assert bench.station.st == "Available"

    Bench(world=QUICK).play(script)


def test_a_full_car_is_suspended_and_keeps_its_session() -> None:
    world = {"car": {"battery_wh": 1010, "soc_wh": 990, "max_w": 7000}}

    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()

        await asyncio.sleep(200)

        assert bench.station.st == "SuspendedEV"
        assert bench.station.sid == "S1"
        used = bench.station.total_wh - 38_012
        assert 19 <= used <= 21

    Bench(world=world).play(script)


def test_nobody_plugs_in_and_it_costs_nothing() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        assert bench.station.st == "Preparing"

        await asyncio.sleep(65)

        assert bench.sessions()[-1] == ["stop", "S1", 38_012, "NO_ENERGY"]

    Bench(world={"car": None}, settings={"no_wh_s": 60}).play(script)


def test_the_flap_locks_itself_in_a_long_session_and_opens_for_the_return() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(310)
        assert bench.station.lock.state == "LOCKED"
        assert bench.station.st == "Charging"

        assert (await bench.command("stop", {"sid": "S1", "why": "OWNER"}))["ok"]

        assert bench.station.lock.state == "UNLOCKED"
        assert bench.sessions()[-1][3] == "OWNER"
        await asyncio.sleep(10)
        assert bench.station.lock.state == "LOCKED"

    Bench(world=QUICK).play(script)


def test_a_plug_that_never_comes_home_is_locked_out_after_three_minutes() -> None:
    world = {"car": {"unplug_after_stop_ms": 10**9}}

    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(30)
        await bench.command("stop", {"sid": "S1"})
        await asyncio.sleep(200)

        assert bench.station.lock.state == "LOCKED"
        # Returning it needs no right, only the button.
        bench.world.pressed_ms = 1000
        await asyncio.sleep(1)
        assert bench.station.lock.state == "UNLOCKED"
        assert bench.events("button") == ["return"]
        assert (await bench.unlock())["ok"]

    Bench(world=world).play(script)


def test_a_stop_that_finds_the_lock_jammed_still_takes_the_power_off() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(310)
        bench.world.set["lock"]["jam"] = True

        answer = await bench.command("stop", {"sid": "S1"})

        assert answer["why"] == "jammed"
        assert bench.sessions()[-1][3] == "DRIVER"
        assert bench.world.closed is False
        # The box tries again by itself, ten minutes later.
        bench.world.set["lock"]["jam"] = False
        await asyncio.sleep(602)
        assert bench.station.lock.state == "LOCKED"
        assert bench.station.faults == []

    Bench(world=QUICK).play(script)


def test_an_over_loaded_line_is_cut_after_five_seconds() -> None:
    world = {"car": {"draw_w": 230 * 36}, "meter": {"phases": 1}}

    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(4)
        assert bench.station.sid == "S1"
        await asyncio.sleep(4)

        assert bench.sessions()[-1][3] == "FAULT"
        assert bench.station.faults == ["over_current"]
        assert bench.station.st == "Faulted"

    Bench(world=world).play(script)


def test_an_exchanged_meter_is_adopted_between_sessions() -> None:
    async def script(bench: Bench) -> None:
        bench.world.meter_mwh = 5_000
        await asyncio.sleep(15)

        assert bench.events("meter") == ["replaced"]
        assert bench.station.total_wh == 5
        assert bench.station.faults == []

    Bench().play(script)


def test_readings_are_journaled_when_they_tell_something() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await asyncio.sleep(100)
        idle = [row for row in bench.records() if row[0] == "M"]
        assert len(idle) == 1
        await bench.unlock()
        await asyncio.sleep(200)

        rows = [row for row in bench.records() if row[0] == "M"]
        steps = [b[4] - a[4] for a, b in zip(rows[3:], rows[4:], strict=False)]
        # Every ten watt-hours: eleven kilowatts need a little over three seconds.
        assert set(steps) <= {10, 11}
        assert 55 <= len(rows) <= 66

    Bench(world=QUICK).play(script)


def test_a_weld_is_noticed_and_refuses_the_next_driver() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(10)
        bench.world.set["power"]["weld"] = True
        await bench.command("stop", {"sid": "S1"})
        await asyncio.sleep(2)

        assert bench.station.faults == ["weld"]
        assert (await bench.unlock(sid="S2"))["why"] == "fault"
        assert bench.events("fault") == ["weld"]

    Bench(world=QUICK).play(script)


def test_a_meter_that_falls_silent_ends_the_session_after_ten_seconds() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(5)
        bench.world.set["meter"]["silent"] = True
        await asyncio.sleep(8)
        assert bench.station.sid == "S1"
        await asyncio.sleep(4)

        assert bench.sessions()[-1][3] == "FAULT"
        assert bench.station.st == "Faulted"

    Bench(world=QUICK).play(script)


def test_a_contactor_that_sticks_open_ends_the_session_until_it_is_tested() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(2)

        assert bench.sessions()[-1][3] == "FAULT"
        assert bench.station.faults == ["stuck_open"]
        bench.world.set["power"]["stuck"] = False
        await bench.command("selftest")
        assert bench.station.faults == []

    Bench(world={"power": {"stuck": True}}).play(script)
