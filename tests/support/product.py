"""The whole product as its users run it: real processes, own folder, free ports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]


class Product:
    """Runs ``flask run-all`` until the end of the with block."""

    def __init__(
        self, folder: Path, *, clock_shift_s: int = 0, **environment: str
    ) -> None:
        self.folder = folder
        self.clock_shift_s = clock_shift_s
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            "INSTANCE_DIR": str(folder / "instance"),
            "PORT": str(self.port),
            "MQTT_EMBEDDED_PORT": str(free_port()),
            "CLOCK_SHIFT_S": str(clock_shift_s),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Product:
        """Start everything and wait for the first page."""
        log = self.folder / "run-all.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "run-all"],
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + 120
        while "Log in as" not in log.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise RuntimeError(f"the product did not start:\n{log.read_text()}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        """End it as Ctrl-C would."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def forward(self, *, minutes: int) -> None:
        """Move the product's clock ahead, as its command does."""
        subprocess.run(
            [sys.executable, "-m", "flask", "clock", "forward", str(minutes)],
            cwd=ROOT,
            env=self._environment,
            check=True,
            capture_output=True,
        )

    def answers(self) -> bool:
        """Return whether the web server answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
