"""Runs the product or a bare page under a web server, for benchmarks over HTTP."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import databases
from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
# Two processes each, as two cores can use.
SERVERS: dict[str, tuple[str, ...]] = {
    "gunicorn sync": ("gunicorn", "--workers", "2"),
    "gunicorn gthread": (
        *("gunicorn", "--workers", "2"),
        *("--worker-class", "gthread", "--threads", "4"),
    ),
    "granian": (
        *("granian", "--interface", "wsgi", "--no-ws", "--workers", "2"),
        *("--blocking-threads", "4"),
    ),
}


@contextmanager
def serving(server: str, application: str, url: str, folder: Path) -> Iterator[int]:
    """Run an application on a free port; give the port.

    :param application: module and name, such as ``benchmarks.web_hello:app``
    """
    port = free_port()
    program, *arguments = SERVERS[server]
    if program == "gunicorn":
        arguments += ["--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        arguments += ["--log-level", "warning"]
    else:
        arguments += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name(program)), *arguments, application],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": url,
            "INSTANCE_DIR": str(folder),
            "SECRET_KEY": databases.SECRET,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            connection.close()
            return
    raise SystemExit("The web server did not start.")
