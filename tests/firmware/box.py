"""Spawns the real firmware in the real MicroPython VM, for tests of any kind."""

import hashlib
import hmac
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MICROPYTHON = Path(sys.executable).parent / "micropython"


def command_key(device_key: bytes) -> bytes:
    """Return the key which signs a box's commands."""
    return hmac.new(device_key, b"cmd1", hashlib.sha256).digest()


class Box:
    """Context manager: one box with its folder, broker account and process.

    `world` goes to world.json, `options` are further arguments of main.py such as
    `("--set", "no_energy_s=2")`.
    """

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        dev: str = "pb-test01",
        key: bytes | None = None,
        password: str = "secret",
        host: str = "127.0.0.1",
        pair: str | None = None,
        speed: int | None = None,
        world: dict[str, Any] | None = None,
        options: tuple[str, ...] = (),
        heap: str = "96k",
    ) -> None:
        self.home = home
        self.dev = dev
        self.key = key or secrets.token_bytes(32)
        self.heap = heap
        self._options = list(options)
        if pair is not None:
            self._options += ["--pair", pair]
        if speed is not None:
            self._options += ["--speed", str(speed)]
        self._process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)
        cred = {
            "dev": dev,
            "key": self.key.hex(),
            "host": host,
            "port": port,
            "user": dev,
            "password": password,
            "tls": False,
        }
        (home / "cred.json").write_text(json.dumps(cred))
        (home / "world.json").write_text(json.dumps(world or {}))

    def __enter__(self) -> "Box":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The process id of the virtual machine."""
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def command_key(self) -> bytes:
        """The key that signs this box's commands."""
        return command_key(self.key)

    def start(self) -> None:
        """Switch the box on."""
        command = [
            str(MICROPYTHON),
            "-X",
            f"heapsize={self.heap}",
            "firmware/main.py",
            "--home",
            str(self.home),
            *self._options,
        ]
        with (self.home / "box.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self) -> None:
        """Cut the power (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze the box, so that its connection stays open but silent."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen box go on."""
        os.kill(self.pid, signal.SIGCONT)

    def restart(self) -> None:
        """Cut the power and switch on again; the folder stays."""
        self.kill()
        self.start()

    def world(self, **changes: Any) -> None:
        """Change the simulated hardware, such as `world(meter={"silent": True})`."""
        path = self.home / "do.json"
        deadline = time.monotonic() + 5
        while path.exists():
            if time.monotonic() > deadline:
                raise RuntimeError(f"The box does not look at do.json: {self.log()}")
            time.sleep(0.02)
        fresh = self.home / "do.json.new"
        fresh.write_text(json.dumps(changes))
        fresh.rename(path)

    def hardware(self) -> dict[str, Any]:
        """Return what the simulated hardware keeps: bolt, plug, energy."""
        memory: dict[str, Any] = json.loads((self.home / "sim.json").read_text())
        return memory

    def log(self) -> str:
        """Return what the firmware has printed."""
        path = self.home / "box.log"
        return path.read_text(errors="replace") if path.exists() else ""
