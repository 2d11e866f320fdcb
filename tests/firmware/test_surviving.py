"""Power cuts, lost brokers and lost answers: nothing is lost, doubled or guessed."""

import json
import random
import time
from pathlib import Path
from typing import Any

from tests.firmware.box import Box
from tests.firmware.server import Server
from tests.support.mosquitto import Mosquitto

CAR = {"car": {"plug_after_ms": 200}}


def ready(server: Server) -> None:
    """Wait until the box is online and its meter answers."""
    server.wait("up/state", lambda s: s["on"] and s["m"])


def contiguous(server: Server) -> bool:
    """Whether the stored records have no gap up to the highest one."""
    journal, seq = server.highest()
    return all(key[0] == journal for key in server.records) and seq == max(
        key[1] for key in server.records
    )


def test_the_will_says_that_a_killed_box_is_offline(box: Box, server: Server) -> None:
    ready(server)
    number = server.last("up/state")["c"]

    box.kill()

    will = server.wait("up/state", lambda s: not s["on"], timeout_s=5)
    assert will == {"v": 1, "on": False, "c": number}


def test_every_connection_has_a_higher_number(box: Box, server: Server) -> None:
    ready(server)
    first = server.last("up/hello")["c"]

    box.restart()

    second = server.wait("up/hello", lambda h: h["c"] > first)
    assert second["c"] == first + 1


def test_records_are_sent_again_until_they_are_acknowledged(
    box: Box, broker: Mosquitto
) -> None:
    with Server(broker.port, box.dev, box.key, acknowledge=False) as server:
        ready(server)
        server.wait("up/rec", lambda b: b["r"][0][1] == 1)
        heard = len(server.all("up/rec"))

        # After four seconds without progress the box starts again at the first.
        again = server.wait(
            "up/rec", lambda b: b["r"][0][1] == 1, after=heard, timeout_s=8
        )
        assert again["d"] == 0
        server.rack()
        time.sleep(1)
        quiet = len(server.all("up/rec"))
        time.sleep(5)

        assert len(server.all("up/rec")) == quiet


def test_an_acknowledgement_for_another_journal_frees_nothing(
    box: Box, broker: Mosquitto
) -> None:
    with Server(broker.port, box.dev, box.key, acknowledge=False) as server:
        ready(server)
        first = server.wait("up/rec", lambda b: b["r"][0][1] == 1)
        for rack in ({"j": first["j"] + 1, "s": 3}, {"j": first["j"], "s": 99999}, []):
            server.publish("down/rack", json.dumps(rack).encode())
        heard = len(server.all("up/rec"))

        server.wait("up/rec", lambda b: b["r"][0][1] == 1, after=heard, timeout_s=8)

        assert box.alive


def test_no_record_is_lost_over_power_cuts_and_broker_crashes(
    tmp_path: Path, dev: str
) -> None:
    chance = random.Random(20)
    users = {"server": "server-secret", dev: "secret"}
    with (
        Mosquitto(tmp_path, users) as broker,
        Box(tmp_path / "box", broker.port, dev=dev, world=CAR, speed=60) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        assert server.unlock("S1")["ok"]
        for turn in range(8):
            time.sleep(chance.uniform(0.1, 1.2))
            if turn % 4 == 3:
                broker.restart()
            box.restart()

        last = server.wait("up/hello", after=len(server.all("up/hello")))
        server.wait_record(lambda r: r[1] >= last["s"])

        assert contiguous(server)
        energy = [row[4] for row in server.stored("M")]
        assert energy == sorted(energy)
        boots = [row for row in server.stored("E") if row[4] == "boot"]
        # Some boots are too short to leave a record.
        assert 4 <= len(boots) <= 9


def test_a_power_cut_does_not_reset_the_caps_of_a_session(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    with (
        Box(tmp_path / "box", broker.port, dev=dev, world=CAR, speed=60) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        assert server.unlock("S1", wh=1500)["ok"]
        server.wait("up/live", lambda m: m["wh"] > 38300)

        box.restart()

        server.wait_record(lambda r: r[4:] == ["session", "resumed:S1"])
        stopped = server.wait_record(lambda r: r[0] == "S" and r[4] == "stop")
        assert stopped[7] == "ENERGY_CAP"
        assert 1300 <= stopped[6] - 38012 <= 1500
        starts = [row for row in server.stored("S") if row[4] == "start"]
        assert len(starts) == 1


def test_a_session_whose_end_passed_in_the_dark_is_not_resumed(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    with (
        Box(tmp_path / "box", broker.port, dev=dev, world=CAR) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        end = int(time.time() * 1000) + 2500
        assert server.unlock("S1", end=end)["ok"]
        server.wait("up/live", lambda m: m["dW"] > 0)
        box.kill()
        time.sleep(2.5)

        box.start()

        stopped = server.wait_record(lambda r: r[0] == "S" and r[4] == "stop")
        assert stopped[7] == "POWER_LOSS"
        server.wait("up/state", lambda s: s["on"] and s["sid"] is None, after=4)


def test_without_the_time_an_interrupted_session_stays_without_power(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    options = ("--set", "resume_s=3")
    home = tmp_path / "box"
    with Box(home, broker.port, dev=dev, world=CAR, options=options) as box:
        with Server(broker.port, dev, box.key) as server:
            ready(server)
            assert server.unlock("S1")["ok"]
            server.wait("up/live", lambda m: m["dW"] > 0)
            box.kill()
        with Server(broker.port, dev, box.key, tell_time=False) as server:
            box.start()

            stopped = server.wait_record(lambda r: r[0] == "S" and r[4] == "stop")

            assert stopped[7] == "POWER_LOSS"
            states = [s for s in server.all("up/state") if s["on"]]
            assert {s["pwr"] for s in states[1:]} == {"OPEN"}


def test_an_unheard_answer_is_sent_again_on_the_next_connection(
    tmp_path: Path, dev: str
) -> None:
    users = {"server": "server-secret", dev: "secret"}
    with (
        Mosquitto(tmp_path, users) as broker,
        Box(
            tmp_path / "box", broker.port, dev=dev, world={"lock": {"move_ms": 1500}}
        ) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        command_id = server.send("selftest")
        time.sleep(0.5)

        # The broker dies while the lock moves, and with it the connection.
        broker.restart()

        assert server.answer(command_id)["ok"]


def test_the_box_comes_back_when_the_broker_does(tmp_path: Path, dev: str) -> None:
    users = {"server": "server-secret", dev: "secret"}
    with (
        Mosquitto(tmp_path, users) as broker,
        Box(tmp_path / "box", broker.port, dev=dev) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        connected = len(server.all("up/hello"))
        broker.kill()
        time.sleep(2)

        broker.start()

        # A box that is back before the server says hello again after 30 s of silence.
        server.wait("up/hello", after=connected, timeout_s=60)
        assert box.alive


def test_a_wrong_or_replayed_time_is_not_believed(box: Box, broker: Mosquitto) -> None:
    with Server(broker.port, box.dev, box.key, tell_time=False) as server:
        hello = server.wait("up/hello")
        server.wait("up/state", lambda s: s["m"])
        wrong: list[dict[str, Any]] = [
            {"t0": hello["t0"] + 1, "t1": 10**12, "bn": hello["bn"]},
            {"t0": hello["t0"], "t1": 10**12, "bn": "0" * 16},
        ]
        from tests.firmware.server import sign

        topic = server.topic("down/time")
        for inner in wrong:
            server.publish("down/time", sign(box.key, topic, inner))
        inner = {"t0": hello["t0"], "t1": 10**12, "bn": hello["bn"]}
        server.publish("down/time", sign(bytes(32), topic, inner))

        # Unsynchronized, the box does not judge expiry: the nonce protects it.
        assert server.ask("identify", exp=1)["ok"]
        assert all(row[3] == 0 for row in server.stored("E"))


def test_a_box_survives_a_message_larger_than_its_memory(
    box: Box, server: Server
) -> None:
    ready(server)

    server.publish("down/cmd", b"x" * 200_000)

    assert server.ask("identify")["ok"]
    assert len(server.all("up/hello")) == 1


def test_hours_of_charging_fit_into_the_heap(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    # Four kilobytes less than shipped: the margin that later growth may use.
    with (
        Box(
            tmp_path / "box", broker.port, dev=dev, world=CAR, speed=600, heap="92k"
        ) as box,
        Server(broker.port, dev, box.key) as server,
    ):
        ready(server)
        assert server.unlock("S1", wh=60_000)["ok"]
        for _ in range(20):
            assert server.ask("lease", {"sid": "S1", "lease": 600})["ok"]
            time.sleep(0.2)

        assert "MemoryError" not in box.log()
        assert server.last("up/hello")["rst"] == "power"
