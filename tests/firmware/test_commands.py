"""What commands do, and the answers they get, on CPython in virtual time."""

import asyncio
from typing import Any

import pytest

from tests.firmware.bench import KEY, Bench
from tests.firmware.server import sign


@pytest.mark.parametrize(
    ("op", "arg"),
    [
        ("explode", {}),
        ("unlock", {}),
        ("unlock", {"sid": "S1", "end": 1, "wh": 0, "lease": 1}),
        ("unlock", {"sid": "S1", "end": "1", "wh": 1, "lease": 1}),
        ("unlock", {"sid": "x" * 33, "end": 1, "wh": 1, "lease": 1}),
        ("unlock", {"sid": 5, "end": 1, "wh": 1, "lease": True}),
        ("stop", {"sid": "S1", "why": "BORED"}),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(op: str, arg: dict[str, Any]) -> None:
    async def script(bench: Bench) -> None:
        answer = await bench.command(op, arg)

        assert (answer["ok"], answer["why"]) == (False, "unknown")
        assert bench.sessions() == []

    Bench().play(script)


def test_what_was_done_is_journaled_with_its_counter() -> None:
    async def script(bench: Bench) -> None:
        await bench.command("identify")
        await bench.command("relock", {"sid": "S1"})
        await asyncio.sleep(0.1)

        assert bench.events("ctr") == ["1", "2"]
        assert bench.events("cmd") == ["id1:identify:ok", "id2:relock:nosession"]
        assert bench.app.recorder.state["ctr"] == 2

    Bench().play(script)


def test_relock_locks_the_flap_and_the_session_goes_on() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()

        answer = await bench.command("relock", {"sid": "S1"})

        assert answer["lock"] == "LOCKED"
        assert bench.station.sid == "S1"
        assert bench.station.power.state == "CLOSED"
        bench.world.set["lock"]["jam"] = True
        assert (await bench.unlock())["why"] == "jammed"
        # It cannot leave the locked end, which is where relock wants it.
        assert (await bench.command("relock", {"sid": "S1"}))["ok"]

    Bench().play(script)


def test_lease_and_extend_change_the_running_session_durably() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        end = bench.now_ms() + 7_200_000

        assert (await bench.command("lease", {"sid": "S1", "lease": 60}))["ok"]
        assert (await bench.command("extend", {"sid": "S1", "end": end, "wh": 9}))["ok"]

        assert bench.app.recorder.state["ses"] == ["S1", 38_012, end, 9, 60]
        assert bench.events("caps")[-1] == f"S1:{end}:9:60"

    Bench(world={"car": None}).play(script)


@pytest.mark.parametrize("op", ["stop", "relock", "lease", "extend"])
def test_a_session_that_does_not_run_cannot_be_ordered_about(op: str) -> None:
    async def script(bench: Bench) -> None:
        answer = await bench.command(op, {"sid": "S9", "lease": 1, "end": 1, "wh": 1})

        assert answer["why"] == "nosession"

    Bench().play(script)


def test_the_self_test_says_what_is_wrong() -> None:
    async def script(bench: Bench) -> None:
        good = await bench.command("selftest")
        assert good["res"]["meter"]["wh"] == 38_012
        assert 120 <= good["res"]["lock_ms"] <= 140

        bench.world.set["meter"]["silent"] = True
        assert (await bench.command("selftest"))["why"] == "meter_silent"
        bench.world.set["lock"]["jam"] = True
        assert (await bench.command("selftest"))["why"] == "jammed"

    Bench().play(script)


def test_a_silent_meter_refuses_at_once_and_as_a_fault() -> None:
    async def script(bench: Bench) -> None:
        assert (await bench.unlock())["why"] == "meter_silent"
        await asyncio.sleep(5)

        assert bench.station.faults == ["meter_silent"]
        assert (await bench.unlock())["why"] == "meter_silent"

    Bench(world={"meter": {"silent": True}}).play(script)


def test_a_fault_that_appears_while_the_bolt_moves_starts_no_session() -> None:
    async def script(bench: Bench) -> None:
        answering = asyncio.create_task(bench.unlock())
        await asyncio.sleep(0.06)
        bench.station.set_fault("over_current", True)

        assert (await answering)["why"] == "fault"
        assert bench.sessions() == []

    Bench().play(script)


def test_pairing_is_confirmed_once_and_remembered() -> None:
    async def script(bench: Bench) -> None:
        bench.board.code = "K7Q2M9XW"
        await asyncio.sleep(1)
        assert bench.messages("up/hello")[-1]["pair"] == "K7Q2M9XW"
        assert bench.app.uplink.state()["paired"] is False

        await bench.command("pair", {"ok": True})

        assert bench.board.code is None
        assert bench.app.uplink.state()["paired"] is True
        bench.board.code = "K7Q2M9XW"
        assert bench.app.uplink.pending_code() is None
        bench.board.code = "OTHERONE"
        assert bench.app.uplink.pending_code() == "OTHERONE"
        await bench.command("pair", {"ok": False})
        assert bench.board.code is None
        assert bench.app.uplink.state()["paired"] is False
        assert bench.events("pair") == ["ok", "no"]

    Bench().play(script)


def test_identify_blinks_for_ten_seconds() -> None:
    async def script(bench: Bench) -> None:
        bench.app.recorder.state["pair"] = "-"
        bench.board.lights["net"].clear()
        await bench.command("identify")
        await asyncio.sleep(5)
        assert bench.board.lights["net"] == {True, False}

        await asyncio.sleep(6)
        bench.board.lights["net"].clear()
        await asyncio.sleep(5)

        assert bench.board.lights["net"] == {True}

    Bench().play(script)


def test_a_stop_while_the_box_ends_the_session_itself_ends_it_once() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(5)

        results = await asyncio.gather(
            bench.station.finish("DRIVER"), bench.station.finish("LEASE")
        )

        assert results == [True, True]
        assert [row[0] for row in bench.sessions()] == ["start", "stop"]

    Bench().play(script)


async def offered(bench: Bench, **changes: Any) -> None:
    """Send a signed identify with odd facts and give the box time to answer."""
    inner = {"id": "odd", "op": "identify", "ctr": 900, "bn": bench.app.boot_nonce}
    inner = {**inner, "exp": bench.now_ms() + 30_000, **changes}
    bench.deliver("down/cmd", sign(KEY, bench.topic("down/cmd"), inner))
    await asyncio.sleep(0.5)


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"ctr": 0}, "stale"), ({"bn": "x"}, "stale"), ({"exp": 1}, "expired")],
)
def test_a_command_out_of_its_time_is_refused(
    changes: dict[str, Any], why: str
) -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()

        await offered(bench, **changes)

        assert [ack["why"] for ack in bench.messages("up/ack")] == [why]
        assert bench.events("cmd") == []

    Bench().play(script)


def test_a_redelivered_command_is_answered_again_and_not_done_again() -> None:
    async def script(bench: Bench) -> None:
        await offered(bench)
        await offered(bench)

        first, second = bench.messages("up/ack")
        assert first == second
        assert bench.events("ctr") == ["900"]

    Bench().play(script)


def test_a_flood_of_commands_is_busy_but_loses_no_answer() -> None:
    async def script(bench: Bench) -> None:
        for number in range(7):
            topic = bench.topic("down/cmd")
            inner = {"id": f"n{number}", "op": "selftest", "ctr": 900 + number}
            inner = {**inner, "bn": bench.app.boot_nonce, "exp": bench.now_ms() + 9999}
            bench.deliver("down/cmd", sign(KEY, topic, inner))
        await asyncio.sleep(5)

        answers = {ack["id"]: ack.get("why") for ack in bench.messages("up/ack")}
        assert len(answers) == 7
        assert list(answers.values()).count("busy") == 3

    Bench().play(script)
