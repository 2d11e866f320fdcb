"""The real firmware in the real VM: a session from unlock to the returned plug."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.box import Box
from tests.firmware.server import Server
from tests.support.mosquitto import Mosquitto


def ready(server: Server) -> None:
    """Wait until the box is online and its meter answers."""
    server.wait("up/state", lambda s: s["on"] and s["m"])


def charging(server: Server, sid: str = "S1", **changes: Any) -> None:
    """Start a session and wait until energy flows."""
    ready(server)
    assert server.unlock(sid, **changes)["ok"]
    server.wait("up/live", lambda m: m["dW"] > 50_000)


def stop_record(server: Server) -> list[Any]:
    """Wait for the record which ends the session."""
    return server.wait_record(lambda r: r[0] == "S" and r[4] == "stop")


@pytest.fixture
def fast(tmp_path: Path, broker: Mosquitto, dev: str):  # noqa: ANN201
    """A function that starts a box with its server; both end with the test."""
    opened = []

    def start(**options: Any) -> tuple[Box, Server]:
        box = Box(tmp_path / "box", broker.port, dev=dev, **options)
        server = Server(broker.port, dev, box.key)
        opened.extend([box.__enter__(), server.__enter__()])
        return box, server

    yield start
    for part in reversed(opened):
        part.__exit__()


def test_the_driver_stops_and_the_plug_comes_home(fast) -> None:  # noqa: ANN001
    world = {"car": {"plug_after_ms": 200, "unplug_after_stop_ms": 500}}
    box, server = fast(world=world, speed=60)
    charging(server)

    answer = server.ask("stop", {"sid": "S1", "why": "DRIVER"})

    assert answer["ok"]
    stopped = stop_record(server)
    assert stopped[5] == "S1"
    assert stopped[7] == "DRIVER"
    assert stopped[6] > 38012
    server.wait("up/state", lambda s: s["st"] == "Finishing" and s["pwr"] == "OPEN")
    # The car leaves, the plug hangs in its holder, and the flap locks by itself.
    home = server.wait(
        "up/state",
        lambda s: (
            s["st"] == "Available"
            and s["sid"] is None
            and s["c"]
            and s["lock"] == "LOCKED"
        ),
        after=3,
    )
    assert home["f"] == []
    assert box.hardware()["plugged"] is False


def test_the_energy_cap_ends_the_session_and_is_never_exceeded(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}}, speed=60)

    # It may be over before anybody has looked: half a kilowatt-hour takes 3 s here.
    ready(server)
    assert server.unlock(wh=500)["ok"]

    stopped = stop_record(server)
    assert stopped[7] == "ENERGY_CAP"
    assert 350 <= stopped[6] - 38012 <= 500


def test_the_end_of_the_booking_ends_the_session(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}})
    ready(server)
    end = int(time.time() * 1000) + 6000

    charging(server, end=end)

    stopped = stop_record(server)
    assert stopped[7] == "END_OF_BOOKING"
    assert 0 <= stopped[2] - end < 1000


def test_a_session_without_a_renewed_lease_ends(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}})
    charging(server, lease=8)
    time.sleep(1)
    assert server.ask("lease", {"sid": "S1", "lease": 8})["ok"]
    renewed = time.monotonic()

    stopped = stop_record(server)

    assert stopped[7] == "LEASE"
    assert time.monotonic() - renewed > 7.5


def test_an_extended_session_goes_on_past_its_first_end(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}})
    end = int(time.time() * 1000) + 2500
    charging(server, end=end)

    answer = server.ask("extend", {"sid": "S1", "end": end + 60_000, "wh": 9000})

    assert answer["ok"]
    time.sleep(2)
    assert server.last("up/state")["sid"] == "S1"


def test_a_car_that_takes_nothing_ends_the_session(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": None}, options=("--set", "no_wh_s=2"))
    ready(server)

    assert server.unlock("S1")["ok"]

    stopped = stop_record(server)
    assert stopped[7] == "NO_ENERGY"
    assert stopped[6] == 38012


def test_an_unplugged_car_ends_the_session_after_a_while(fast) -> None:  # noqa: ANN001
    world = {"car": {"plug_after_ms": 200}}
    box, server = fast(world=world, options=("--set", "unplug_s=1"))
    charging(server)

    box.world(plugged=False)

    assert stop_record(server)[7] == "UNPLUGGED"


def test_commands_for_another_session_are_refused(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}})
    charging(server, "S1")

    refused = [
        server.ask(op, {"sid": "S2", "lease": 9, "end": 9, "wh": 9})
        for op in ("stop", "relock", "lease", "extend")
    ]
    other = server.unlock("S2")

    assert [answer["why"] for answer in refused] == ["nosession"] * 4
    assert other["why"] == "busy"
    assert server.ask("selftest")["why"] == "busy"


def test_unlocking_again_opens_the_flap_but_keeps_the_caps(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"car": {"plug_after_ms": 200}})
    charging(server, "S1")
    assert server.ask("relock", {"sid": "S1"})["lock"] == "LOCKED"

    again = server.unlock("S1", wh=90_000)

    assert again["lock"] == "UNLOCKED"
    starts = [row for row in server.stored("S") if row[4] == "start"]
    assert len(starts) == 1
    caps = [row for row in server.stored("E") if row[4] == "caps"]
    assert len(caps) == 1


def test_a_silent_meter_refuses_and_ends_sessions(fast) -> None:  # noqa: ANN001
    world = {"car": {"plug_after_ms": 200}}
    box, server = fast(world=world, options=("--set", "silent_s=1"))
    charging(server)
    last_wh = server.last("up/live")["wh"]

    box.world(meter={"silent": True})

    stopped = stop_record(server)
    assert stopped[7] == "FAULT"
    assert stopped[6] >= last_wh
    server.wait("up/state", lambda s: s["f"] == ["meter_silent"] and not s["m"])
    assert server.unlock("S2")["why"] == "meter_silent"
    assert server.ask("selftest")["why"] == "meter_silent"
    box.world(meter={"silent": False})
    server.wait("up/state", lambda s: s["m"] and s["st"] != "Faulted", after=8)


def test_damaged_frames_from_the_meter_are_asked_for_again(fast) -> None:  # noqa: ANN001
    box, server = fast(world={"meter": {"crc_errors": 2}})

    ready(server)

    assert server.ask("selftest")["res"]["meter"]["wh"] == 38012


def test_a_jammed_lock_starts_no_session(fast) -> None:  # noqa: ANN001
    box, server = fast(world={"lock": {"jam": True}})
    ready(server)

    begun = time.monotonic()
    answer = server.unlock("S1")

    assert answer["why"] == "jammed"
    assert 2.9 < time.monotonic() - begun < 5
    server.wait("up/state", lambda s: s["lock"] == "JAMMED" and "lock_jammed" in s["f"])
    assert server.stored("S") == []
    # The obstacle is gone: the next attempt opens and clears the fault.
    box.world(lock={"jam": False})
    time.sleep(0.3)
    assert server.unlock("S1")["ok"]


def test_over_current_trips_at_once_and_stays(fast) -> None:  # noqa: ANN001
    world = {"car": {"plug_after_ms": 200}, "meter": {"phases": 1}}
    box, server = fast(world=world)
    ready(server)
    server.unlock("S1")
    server.wait("up/live", lambda m: m["dW"] > 50_000)

    box.world(car={"draw_w": 12_000})

    assert stop_record(server)[7] == "FAULT"
    server.wait("up/state", lambda s: "over_current" in s["f"] and s["pwr"] == "OPEN")
    assert server.unlock("S2")["why"] == "fault"
    assert server.ask("selftest")["ok"]
    assert server.unlock("S2")["ok"]


def test_welded_contacts_are_noticed(fast) -> None:  # noqa: ANN001
    box, server = fast(world={"power": {"weld": True}})

    server.wait("up/state", lambda s: s["f"] == ["weld"])

    assert server.unlock("S1")["why"] == "fault"


def test_a_contactor_that_does_not_close_ends_the_session(fast) -> None:  # noqa: ANN001
    _, server = fast(world={"power": {"stuck": True}})
    ready(server)

    assert server.unlock("S1")["ok"]

    assert stop_record(server)[7] == "FAULT"
    server.wait("up/state", lambda s: s["f"] == ["stuck_open"])


def test_the_button_opens_the_lock_for_a_plug_that_is_out(fast) -> None:  # noqa: ANN001
    box, server = fast(world={"car": {"plug_after_ms": 200}})
    ready(server)
    box.world(plugged=True)
    time.sleep(0.3)

    box.world(button_ms=500)

    server.wait("up/state", lambda s: s["lock"] == "UNLOCKED")
    assert server.stored("S") == []


def test_a_flap_opened_with_the_key_is_reported(box: Box, server: Server) -> None:
    ready(server)

    box.world(is_open=True)

    server.wait_record(lambda r: r[4:] == ["by_hand", "UNLOCKED"])
    server.wait("up/state", lambda s: s["lock"] == "LOCKED", after=2)
