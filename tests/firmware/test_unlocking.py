"""The real firmware in the real VM against a real broker: commands and sessions."""

import time

from tests.firmware.box import Box
from tests.firmware.server import Server


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
    server.wait("up/state", lambda s: s["m"])

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
