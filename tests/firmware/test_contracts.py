"""The box says and understands the example messages of the device contract."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from lib.security import CommandGate, command_key, open_sealed

from tests.firmware.bench import DEV, KEY, START_MS, Bench
from tests.firmware.box import ROOT
from tests.firmware.server import sign

FOLDER = ROOT / "tests" / "contracts"
EXAMPLES = sorted(FOLDER.glob("*.json"))
SIGNED = [path for path in EXAMPLES if "inner" in json.loads(path.read_text())]


def example(name: str) -> dict[str, Any]:
    """Return one example."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def shape(value: Any) -> Any:
    """Return keys and types, so that only the values may differ."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return type(value).__name__


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_within_the_limits_of_the_contract(path: Path) -> None:
    found = json.loads(path.read_text())
    name = found["topic"].split("/", 3)[3]

    assert found["topic"] == f"pb/v1/{DEV}/{name}"
    assert found["retain"] is (name == "up/state")
    assert found["qos"] == (0 if name in ("up/live", "down/time") else 1)
    assert "." not in json.dumps(found["payload"]).replace('"0.1.0"', "")
    assert len(json.dumps(found["payload"], separators=(",", ":"))) <= 1024


@pytest.mark.parametrize("path", SIGNED, ids=lambda path: path.stem)
def test_a_signed_example_is_genuine_to_the_box(path: Path) -> None:
    found = json.loads(path.read_text())
    key = bytes.fromhex(found["device_key"])
    payload = json.dumps(found["payload"]).encode()

    assert open_sealed(command_key(key), found["topic"], payload) == found["inner"]
    assert json.loads(sign(key, found["topic"], found["inner"])) == found["payload"]


@pytest.mark.parametrize(
    "path", [p for p in SIGNED if p.stem.startswith("down_cmd")], ids=lambda p: p.stem
)
def test_an_example_command_passes_the_gate(path: Path) -> None:
    found = json.loads(path.read_text())
    gate = CommandGate(command_key(KEY), found["topic"], found["inner"]["bn"], 40)
    payload = json.dumps(found["payload"]).encode()

    assert gate.check(payload, False, START_MS) == ("run", found["inner"])


def test_the_box_speaks_in_the_shapes_of_the_examples() -> None:
    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(10)
        await bench.command("selftest")
        await bench.command("stop", {"sid": "S1"})
        refused = await bench.command("stop", {"sid": "S1"})
        selftest = await bench.command("selftest")
        bench.board.code = "K7Q2M9XW"
        await asyncio.sleep(1)
        answers = bench.messages("up/ack")
        states = bench.messages("up/state")

        said = {
            "up_hello": bench.messages("up/hello")[0],
            "up_hello_pairing": bench.messages("up/hello")[-1],
            "up_state": states[0],
            "up_state_charging": [s for s in states if s["sid"]][-1],
            "up_state_will": json.loads(bench.broker.connects[0]["will"]),
            "up_live": bench.messages("up/live")[-1],
            "up_ack_unlock": answers[0],
            "up_ack_selftest": selftest,
            "up_ack_refused_nosession": refused,
            "up_ack_refused_busy": answers[1],
        }
        for name, message in said.items():
            assert shape(message) == shape(example(name)["payload"]), name
        assert answers[1]["why"] == "busy"
        assert refused["why"] == "nosession"

    Bench().play(script)


def test_the_records_of_a_session_have_the_shapes_of_the_example() -> None:
    wanted = {}
    for row in example("up_rec")["payload"]["r"]:
        wanted[row[0], row[4] if row[0] != "M" else ""] = [shape(cell) for cell in row]

    async def script(bench: Bench) -> None:
        await bench.say_time()
        await bench.unlock()
        await asyncio.sleep(30)
        await bench.command("stop", {"sid": "S1"})
        await asyncio.sleep(1)

        found = {}
        for batch in bench.messages("up/rec"):
            assert {"v": 1, "d": 0}.items() <= batch.items()
            for row in batch["r"]:
                name = row[4] if row[0] != "M" else ""
                found[row[0], name] = [shape(cell) for cell in row]
        assert {key: found.get(key) for key in wanted} == wanted

    Bench().play(script)


def test_records_before_the_time_is_known_are_marked() -> None:
    async def script(bench: Bench) -> None:
        rows = bench.records()

        assert {row[3] for row in rows} == {0}
        assert rows[0][4:] == example("up_rec_unsynced")["payload"]["r"][0][4:]

    Bench().play(script)


def test_an_overflow_is_told_by_its_count_and_the_jump_is_as_large() -> None:
    async def script(bench: Bench) -> None:
        journal = bench.app.recorder.journal
        while not journal.dropped:
            bench.app.recorder.event("note", "x" * 100)
        bench.broker.drop()
        heard = len(bench.messages("up/rec"))
        await asyncio.sleep(3)

        batch = bench.messages("up/rec")[heard]
        assert batch["d"] == journal.dropped > 0
        assert batch["r"][0][1] == batch["d"] + 1

    Bench().play(script)
