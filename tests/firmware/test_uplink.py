"""A whole box on CPython against a scripted broker: what it says and when."""

import asyncio
import json
from typing import Any

import pytest
from lib.uplink import random_below

from tests.firmware.bench import DEV, KEY, Bench
from tests.firmware.server import sign


def test_hello_is_the_first_message_and_the_birth_is_retained() -> None:
    async def script(bench: Bench) -> None:
        (topic, payload, qos, retain), birth = bench.broker.published[:2]

        assert (topic, qos, retain) == (f"pb/v1/{DEV}/up/hello", 1, False)
        assert json.loads(payload)["c"] == 1
        assert birth[0] == f"pb/v1/{DEV}/up/state"
        assert birth[2:] == (1, True)
        (connect,) = bench.broker.connects
        assert connect["client_id"] == connect["user"] == DEV
        assert connect["will_topic"] == f"pb/v1/{DEV}/up/state"
        assert json.loads(connect["will"]) == {"v": 1, "on": False, "c": 1}
        assert bench.broker.subscribed == [f"pb/v1/{DEV}/down/+"]

    Bench().play(script)


def test_the_state_is_published_on_change_only() -> None:
    async def script(bench: Bench) -> None:
        before = len(bench.messages("up/state"))
        await asyncio.sleep(120)
        assert len(bench.messages("up/state")) == before

        await bench.command("selftest")
        await asyncio.sleep(1)

        locks = [state["lock"] for state in bench.messages("up/state")[before:]]
        assert locks[-1] == "LOCKED"
        assert "UNLOCKED" in locks

    Bench().play(script)


def test_records_go_out_in_batches_within_the_window_until_acknowledged() -> None:
    async def script(bench: Bench) -> None:
        for number in range(300):
            bench.app.recorder.event("note", str(number))
        heard = len(bench.messages("up/rec"))
        await asyncio.sleep(1)

        batches = bench.messages("up/rec")[heard:]
        assert len(batches) <= 4
        assert max(len(batch["r"]) for batch in batches) == 25
        for _ in range(20):
            last = max(row[1] for b in bench.messages("up/rec") for row in b["r"])
            bench.rack(last)
            await asyncio.sleep(0.3)
        assert bench.app.recorder.journal.acked == bench.app.recorder.journal.last

    Bench().play(script)


def test_without_progress_the_box_rewinds_after_four_seconds() -> None:
    async def script(bench: Bench) -> None:
        first = [batch["r"][0][1] for batch in bench.messages("up/rec")]
        await asyncio.sleep(9)

        again = [batch["r"][0][1] for batch in bench.messages("up/rec")]
        assert first.count(1) == 1
        assert again.count(1) == 3

    Bench().play(script)


def test_a_new_connection_starts_at_the_last_acknowledged_record() -> None:
    async def script(bench: Bench) -> None:
        bench.rack(2)
        bench.app.recorder.event("note")
        await asyncio.sleep(1)
        heard = len(bench.messages("up/rec"))
        bench.broker.drop()
        await asyncio.sleep(3)

        assert bench.messages("up/rec")[heard]["r"][0][1] == 3
        assert [hello["c"] for hello in bench.messages("up/hello")] == [1, 2]

    Bench().play(script)


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b'{"j":1,"s":5}', b'{"s":5}', b"\xff", b'{"j":1,"s":"x"}', b"[" * 99],
)
def test_a_nonsensical_acknowledgement_frees_nothing(payload: bytes) -> None:
    async def script(bench: Bench) -> None:
        before = bench.app.uplink.ignored
        bench.deliver("down/rack", payload)
        await asyncio.sleep(1)

        assert bench.app.recorder.journal.acked == 0
        assert bench.app.uplink.ignored == before + 1

    Bench().play(script)


def test_an_unknown_topic_is_ignored() -> None:
    async def script(bench: Bench) -> None:
        for topic in (bench.topic("down/cfg"), "pb/v1/pb-other/down/cmd", "x"):
            bench.broker.deliver(topic, b"{}", 1)
        await asyncio.sleep(1)

        assert bench.app.uplink.ignored == 3

    Bench().play(script)


def test_the_time_is_asked_for_until_it_comes_then_now_and_then() -> None:
    async def script(bench: Bench) -> None:
        await asyncio.sleep(12)
        assert len(bench.messages("up/hello")) == 1
        while len(bench.messages("up/hello")) < 3:
            await asyncio.sleep(0.01)
        await bench.say_time()
        asked = len(bench.messages("up/hello"))
        assert abs(bench.app.clock.known_now() - bench.now_ms()) < 20
        assert bench.events("clock") == ["synced"]

        await asyncio.sleep(32)

        assert len(bench.messages("up/hello")) == asked + 1

    Bench().play(script)


def test_a_second_answer_to_one_question_is_ignored() -> None:
    async def script(bench: Bench) -> None:
        hello = bench.messages("up/hello")[-1]
        inner: dict[str, Any] = {"t0": hello["t0"], "t1": 10**12, "bn": hello["bn"]}
        envelope = sign(KEY, bench.topic("down/time"), inner)
        bench.deliver("down/time", envelope, 0)
        await asyncio.sleep(0.1)
        known = bench.app.clock.known_now()
        await asyncio.sleep(5)
        bench.deliver("down/time", envelope, 0)
        await asyncio.sleep(0.1)

        assert bench.app.clock.known_now() == known + 5100

    Bench().play(script)


def test_an_answer_met_by_a_dying_connection_is_said_again() -> None:
    async def script(bench: Bench) -> None:
        bench.broker.answers_publish = False
        await bench.command("identify")
        bench.broker.drop()
        bench.broker.answers_publish = True
        await asyncio.sleep(3)

        assert [ack["op"] for ack in bench.messages("up/ack")] == ["identify"] * 2
        await asyncio.sleep(5)
        assert len(bench.messages("up/ack")) == 2

    Bench().play(script)


def test_a_broker_out_of_reach_is_asked_with_growing_pauses() -> None:
    async def script(bench: Bench) -> None:
        bench.broker.unreachable = True
        bench.broker.drop()
        logged = len(bench.board.logged)
        await asyncio.sleep(600)

        tries = len(bench.board.logged) - logged
        assert 20 <= tries <= 120
        bench.broker.unreachable = False
        await asyncio.sleep(31)
        assert bench.app.uplink.online

    Bench().play(script)


def test_a_broker_that_forgets_to_answer_is_left() -> None:
    async def script(bench: Bench) -> None:
        bench.broker.answers_connect = False
        bench.broker.drop()
        await asyncio.sleep(60)

        assert len(bench.broker.connects) >= 3
        assert any("no answer in time" in line for line in bench.board.logged)

    Bench().play(script)


def test_live_values_come_once_a_second_in_a_session_only() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        assert bench.messages("up/live") == []
        await bench.unlock()
        await asyncio.sleep(20)

        assert 18 <= len(bench.messages("up/live")) <= 21
        assert bench.messages("up/live")[-1]["st"] == "Charging"

    Bench().play(script)


def test_random_numbers_stay_below_their_limit() -> None:
    assert {random_below(3) for _ in range(200)} == {0, 1, 2}
    assert random_below(0) == 0
