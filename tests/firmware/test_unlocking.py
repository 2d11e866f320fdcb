"""The real firmware in the real VM against a real broker: commands and answers."""

import json
import time
from pathlib import Path

from tests.firmware.box import Box
from tests.firmware.server import Server, sign
from tests.support.mosquitto import Mosquitto


def ready(server: Server) -> None:
    """Wait until the box is online and its meter answers."""
    server.wait("up/state", lambda s: s["on"] and s["m"])


def settle(server: Server) -> None:
    """Wait until the box has worked off everything sent before."""
    server.ask("identify")


def test_a_box_introduces_itself_and_is_online(box: Box, server: Server) -> None:
    hello = server.wait("up/hello")

    state = server.wait("up/state", lambda s: s["on"] and s["m"])

    assert hello["fw"] == "0.1.0"
    assert hello["rst"] == "power"
    assert len(hello["bn"]) == 16
    assert state["c"] == hello["c"]
    assert state["lock"] == "LOCKED"
    assert state["pwr"] == "OPEN"
    assert state["st"] == "Available"


def test_unlock_moves_the_lock_and_starts_the_session(box: Box, server: Server) -> None:
    ready(server)

    begun = time.monotonic()
    answer = server.unlock("S1")
    took_s = time.monotonic() - begun

    assert answer["ok"], answer
    assert answer["lock"] == "UNLOCKED"
    assert box.hardware()["bolt"] == 1000
    assert 0.12 <= took_s < 1
    start = server.wait_record(lambda r: r[:1] == ["S"] and r[4] == "start")
    assert start[5:] == ["S1", 38012, ""]
    server.wait("up/state", lambda s: s["sid"] == "S1" and s["pwr"] == "CLOSED")
    server.wait("up/live", lambda m: m["dW"] > 50_000 and m["st"] == "Charging")


def test_a_command_delivered_twice_moves_the_lock_once(server: Server) -> None:
    ready(server)
    topic = server.topic("down/cmd")
    envelope = sign(server.key, topic, server.inner("selftest", {}))

    for _ in range(3):
        server.publish("down/cmd", envelope)
    settle(server)
    server.publish("down/cmd", envelope)
    settle(server)

    answers = [ack for ack in server.all("up/ack") if ack["op"] == "selftest"]
    assert len(answers) == 2
    assert answers[0] == answers[1]
    server.wait_record(lambda r: r[4] == "cmd" and "identify" in r[5])
    moves = [r for r in server.stored("E") if r[4:6] == ["lock", "UNLOCKED"]]
    assert len(moves) == 1


def test_a_used_counter_is_stale(server: Server) -> None:
    ready(server)
    settle(server)

    answer = server.ask("selftest", ctr=1)

    assert (answer["ok"], answer["why"]) == (False, "stale")


def test_a_command_for_an_earlier_boot_is_stale(box: Box, server: Server) -> None:
    ready(server)
    old_nonce = server.last("up/hello")["bn"]
    box.restart()
    server.wait("up/hello", lambda h: h["bn"] != old_nonce)

    answer = server.ask("selftest", bn=old_nonce)

    assert (answer["ok"], answer["why"]) == (False, "stale")


def test_the_counter_survives_a_power_cut(box: Box, server: Server) -> None:
    ready(server)
    settle(server)
    used = server.counter
    box.restart()
    server.wait("up/hello", after=1)

    answer = server.ask("selftest", ctr=used)

    assert (answer["ok"], answer["why"]) == (False, "stale")


def test_an_expired_command_is_refused(server: Server) -> None:
    ready(server)

    answer = server.ask("selftest", exp=int(time.time() * 1000) - 1)

    assert (answer["ok"], answer["why"]) == (False, "expired")


def test_forged_commands_get_no_answer_and_move_nothing(
    box: Box, server: Server
) -> None:
    ready(server)
    topic = server.topic("down/cmd")
    genuine = json.loads(sign(server.key, topic, server.inner("selftest", {})))
    forged_mac = {**genuine, "s": "0" * 64}
    changed_text = {**genuine, "p": genuine["p"].replace("selftest", "identify")}
    foreign = sign(server.key, "pb/v1/pb-other/down/cmd", server.inner("selftest", {}))
    wrong_key = sign(bytes(32), topic, server.inner("selftest", {}))
    nonsense = [b"", b"\xff\xfe", b"[]", b'{"p":1,"s":2}', b"[" * 500, b"x" * 3000]

    for payload in (forged_mac, changed_text):
        server.publish("down/cmd", json.dumps(payload).encode())
    for raw in (foreign, wrong_key, *nonsense):
        server.publish("down/cmd", raw)
    settle(server)

    assert [ack["op"] for ack in server.all("up/ack")] == ["identify"]
    assert box.hardware().get("bolt") == 0
    assert box.alive


def test_a_retained_command_is_dropped(box: Box, server: Server) -> None:
    ready(server)
    topic = server.topic("down/cmd")
    envelope = sign(server.key, topic, server.inner("selftest", {}))
    nonce = server.last("up/hello")["bn"]
    connections = len(server.all("up/hello"))

    # It arrives as retained when the box subscribes again, so make it reconnect.
    box.pause()
    server.publish("down/cmd", envelope, retain=True)
    server.publish("down/rack", b"{}")
    time.sleep(0.2)
    box.resume()
    settle(server)
    server.publish("down/cmd", b"", retain=True)

    assert server.last("up/hello")["bn"] == nonce
    assert len(server.all("up/hello")) >= connections
    assert box.alive


def test_commands_beyond_the_queue_are_busy(server: Server) -> None:
    ready(server)

    ids = [server.send("selftest") for _ in range(8)]

    answers = [server.answer(command_id) for command_id in ids]
    assert answers[0]["ok"]
    refused = [answer["why"] for answer in answers if not answer["ok"]]
    assert set(refused) == {"busy"}
    assert 1 <= len(refused) <= 4


def test_an_unknown_order_is_refused_by_name(server: Server) -> None:
    ready(server)

    answers = [
        server.ask("explode"),
        server.ask("unlock", {"sid": "S1"}),
        server.ask("unlock", {"sid": "", "end": 1, "wh": 1, "lease": 1}),
        server.ask("unlock", {"sid": "S1", "end": 1, "wh": -1, "lease": 1}),
        server.ask("unlock", {"sid": "S1", "end": True, "wh": 1, "lease": 1}),
    ]

    assert {answer["why"] for answer in answers} == {"unknown"}


def test_the_self_test_moves_the_lock_and_asks_the_meter(
    box: Box, server: Server
) -> None:
    ready(server)

    answer = server.ask("selftest")

    assert answer["ok"]
    assert 120 <= answer["res"]["lock_ms"] < 1000
    assert answer["res"]["meter"] == {"dV": 2300, "mA": 0, "dW": 0, "wh": 38012}
    assert answer["lock"] == "LOCKED"
    assert box.hardware()["bolt"] == 0


def test_a_pairing_code_is_told_until_it_is_confirmed(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    with (
        Box(tmp_path / "box", broker.port, dev=dev, pair="K7Q2M9XW") as box,
        Server(broker.port, dev, box.key) as server,
    ):
        hello = server.wait("up/hello")
        assert hello["pair"] == "K7Q2M9XW"
        assert server.wait("up/state", lambda s: s["on"])["paired"] is False

        assert server.ask("pair", {"ok": True})["ok"]

        server.wait("up/state", lambda s: s["on"] and s["paired"])
        assert not (box.home / "pair.json").exists()
        # The same argument again, as after a restart of the demo: it is known.
        box.restart()
        hello = server.wait("up/hello", lambda h: h["bn"] != hello["bn"])
        assert "pair" not in hello


def test_a_code_typed_while_running_is_told_at_once(box: Box, server: Server) -> None:
    ready(server)

    (box.home / "pair.json").write_text('{"code": "AAAABBBB"}')

    server.wait("up/hello", lambda h: h.get("pair") == "AAAABBBB", timeout_s=5)


def test_a_box_that_cannot_log_in_keeps_trying(
    tmp_path: Path, broker: Mosquitto, dev: str
) -> None:
    home = tmp_path / "box"

    with Box(home, broker.port, dev=dev, password="wrong") as box:
        deadline = time.monotonic() + 10
        while box.log().count("refused: 5") < 2 and time.monotonic() < deadline:
            time.sleep(0.1)

        assert box.log().count("refused: 5") >= 2
        assert box.alive
