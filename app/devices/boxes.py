"""Simulated boxes: a folder each, and a supervisor that runs the firmware in them.

Only hardware is simulated; the firmware, its keys and its broker log-in are real.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app

from app.config import ROOT, Settings
from app.devices.domain.topics import DEVICE_ID
from app.devices.provisioning import Credentials, provision

_log = logging.getLogger(__name__)
HEAP = "96k"
# One second of the demo's clock charges half a minute's worth of energy.
DEMO_WORLD: Mapping[str, object] = {"speed": 30}
_LOOK_EVERY_S = 0.5
_LONGEST_WAIT_S = 30
_GRACE_S = 5


def create_simulated_box(
    *,
    pairing_code: str | None,
    now: datetime,
    world: Mapping[str, object] | None = None,
) -> str:
    """Provision a box, lay out its folder and return its id.

    A running supervisor starts it within a moment.

    :param world: the simulated hardware, as the firmware's host board reads it
    """
    credentials = provision(now=now, simulated=True)
    lay_out(
        _folder() / credentials.device_id,
        credentials,
        world=DEMO_WORLD if world is None else world,
        pairing_code=pairing_code,
    )
    return credentials.device_id


def lay_out(
    home: Path,
    credentials: Credentials,
    *,
    world: Mapping[str, object],
    pairing_code: str | None,
) -> None:
    """Write a box's folder; it appears whole or not at all."""
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=home.parent, prefix=".new-"))
    _write(draft / "cred.json", credentials.as_file())
    _write(draft / "world.json", world)
    if pairing_code is not None:
        _write(draft / "pair.json", {"code": pairing_code})
    draft.rename(home)


def remove(device_id: str) -> None:
    """Take a simulated box away; the supervisor ends its process."""
    if DEVICE_ID.fullmatch(device_id):
        shutil.rmtree(_folder() / device_id, ignore_errors=True)


def command_line(home: Path, *extra: str) -> list[str]:
    """Return the command that runs the firmware in a folder.

    :raises FileNotFoundError: if the micropython program is not installed
    """
    program = Path(sys.executable).with_name("micropython")
    found = str(program) if program.is_file() else shutil.which("micropython")
    if found is None:
        raise FileNotFoundError("The micropython program is not installed.")
    firmware = str(ROOT / "firmware" / "main.py")
    return [found, "-X", f"heapsize={HEAP}", firmware, "--home", str(home), *extra]


def _folder() -> Path:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return settings.instance_dir.resolve() / "boxes"


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content))
    path.chmod(0o600)


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    started_s: float
    failures: int


class Supervisor:
    """Keeps one firmware process for each folder; ends them and only them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._running: dict[str, _Running] = {}
        self._not_before_s: dict[str, tuple[float, int]] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="boxes", daemon=True)

    def start(self) -> None:
        """Watch the folder in a thread of this process."""
        self._thread.start()

    def stop(self) -> None:
        """End every box and wait for it."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        for running in self._running.values():
            running.process.terminate()
        for running in self._running.values():
            _wait_or_kill(running.process)
        self._running.clear()

    @property
    def pids(self) -> dict[str, int]:
        """The processes under way, by device id."""
        return {name: each.process.pid for name, each in list(self._running.items())}

    def look(self) -> None:
        """Start boxes that should run, note those that ended, end those removed."""
        wanted = self._wanted()
        for name in list(self._running):
            running = self._running[name]
            if name not in wanted:
                running.process.terminate()
                _wait_or_kill(running.process)
                del self._running[name]
            elif running.process.poll() is not None:
                self._note_end(name, running)
        for name in wanted:
            not_before_s, failures = self._not_before_s.get(name, (0.0, 0))
            if name not in self._running and time.monotonic() >= not_before_s:
                self._start(name, failures)

    def _watch(self) -> None:
        while not self._ending.wait(_LOOK_EVERY_S):
            try:
                self.look()
            except OSError:
                _log.exception("The simulated boxes could not be looked after.")

    def _wanted(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(
            home.name
            for home in self._folder.iterdir()
            if DEVICE_ID.fullmatch(home.name) and (home / "cred.json").is_file()
        )

    def _start(self, name: str, failures: int) -> None:
        home = self._folder / name
        with (home / "box.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own fixed command
                command_line(home),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self._running[name] = _Running(process, time.monotonic(), failures)

    def _note_end(self, name: str, running: _Running) -> None:
        del self._running[name]
        lived_s = time.monotonic() - running.started_s
        failures = 0 if lived_s > _LONGEST_WAIT_S else running.failures + 1
        wait_s = min(2**failures / 2, _LONGEST_WAIT_S)
        self._not_before_s[name] = (time.monotonic() + wait_s, failures)
        code = running.process.returncode
        _log.warning("The box %s ended (%s); next try in %.0f s.", name, code, wait_s)


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
