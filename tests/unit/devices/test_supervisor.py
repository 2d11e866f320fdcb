"""The supervisor keeps one process per folder, and ends what it started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.devices import boxes
from app.devices.boxes import Supervisor


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a sleeping Python in place of the firmware, which needs a broker."""
    program = (
        "import time, sys; open(sys.argv[1] + '/up', 'a').write('x'); time.sleep(60)"
    )
    monkeypatch.setattr(
        boxes,
        "command_line",
        lambda home: [sys.executable, "-c", program, str(home)],
    )


@pytest.fixture
def supervisor(stand_in: None, tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor of an empty folder."""
    supervisor = Supervisor(tmp_path / "boxes")
    yield supervisor
    supervisor.stop()


def lay_box(folder: Path, name: str) -> Path:
    """Make a box's folder."""
    home = folder / "boxes" / name
    home.mkdir(parents=True)
    (home / "cred.json").write_text(json.dumps({"dev": name}))
    return home


def eventually(what: Callable[[], object]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_folder_with_credentials_is_run_and_others_are_not(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.look()
    lay_box(tmp_path, "pb-one")
    (tmp_path / "boxes" / ".new-abc").mkdir()
    (tmp_path / "boxes" / "pb-empty").mkdir()

    supervisor.look()
    supervisor.look()

    assert list(supervisor.pids) == ["pb-one"]


def test_a_box_whose_folder_goes_is_ended(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    home = lay_box(tmp_path, "pb-one")
    supervisor.look()
    pid = supervisor.pids["pb-one"]

    shutil.rmtree(home)
    supervisor.look()

    assert supervisor.pids == {}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_box_that_ended_starts_again_after_a_growing_pause(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_box(tmp_path, "pb-one")
    supervisor.look()
    pauses = []
    for _ in range(3):
        pid = supervisor.pids["pb-one"]
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: _look(supervisor) and "pb-one" not in supervisor.pids)
        not_before_s, failures = supervisor._not_before_s["pb-one"]
        pauses.append(not_before_s - time.monotonic())
        supervisor.look()
        assert "pb-one" not in supervisor.pids
        supervisor._not_before_s["pb-one"] = (0.0, failures)
        supervisor.look()
        assert supervisor.pids["pb-one"] != pid

    assert pauses[0] < pauses[1] < pauses[2]


def _look(supervisor: Supervisor) -> bool:
    supervisor.look()
    return True


def test_the_watching_thread_starts_boxes_and_survives_a_bad_moment(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[str]:
        monkeypatch.undo()
        raise OSError("a bad moment")

    monkeypatch.setattr(supervisor, "_wanted", fail)
    monkeypatch.setattr(boxes, "_LOOK_EVERY_S", 0.02)
    home = lay_box(tmp_path, "pb-one")
    program = "import time; time.sleep(60)"

    supervisor.start()
    eventually(lambda: supervisor._wanted != fail)
    monkeypatch.setattr(
        boxes, "command_line", lambda _home: [sys.executable, "-c", program]
    )

    eventually(lambda: supervisor.pids)
    assert (home / "box.log").exists()


def test_a_box_that_does_not_listen_is_ended_all_the_same(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = lay_box(tmp_path, "pb-deaf")
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(home / 'up')!r}, 'w').close(); time.sleep(60)"
    )
    monkeypatch.setattr(
        boxes, "command_line", lambda _home: [sys.executable, "-c", program]
    )
    monkeypatch.setattr(boxes, "_GRACE_S", 0.1)
    supervisor.look()
    pid = supervisor.pids["pb-deaf"]
    eventually((home / "up").exists)

    supervisor.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_firmware_runs_under_the_program_beside_this_python(
    tmp_path: Path,
) -> None:
    line = boxes.command_line(tmp_path, "--pair", "K7Q2M6XW")

    assert Path(line[0]).name == "micropython"
    assert line[1:3] == ["-X", "heapsize=96k"]
    assert line[3].endswith("firmware/main.py")
    assert line[4:] == ["--home", str(tmp_path), "--pair", "K7Q2M6XW"]


def test_a_missing_micropython_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(FileNotFoundError, match="micropython"):
        boxes.command_line(tmp_path)
