"""``flask run-all``: the whole product on one machine, as real processes.

Broker, device worker, clock, web server and simulated boxes are children of this
process and end with it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

import click
from flask import Flask, current_app
from flask_migrate import upgrade

from app.cli.embedded import require_embedded
from app.cli.seed import DEMO_LOG_INS, seed_if_empty
from app.config import ROOT, Settings
from app.devices.boxes import Supervisor
from app.search import atlas
from app.web import clock

_GRACE_S = 8


class Stop(Exception):
    """Somebody asked the product to end."""


class Children:
    """The processes this command started; ends them and only them."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        """Start a process whose output goes to a log file of its own."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        with (self._log_folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def require_alive(self) -> None:
        """Raise when a process has ended by itself, naming its log."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise click.ClickException(
                    f"The {name} ended with code {process.returncode}. Its last words "
                    f"are in {self._log_folder / f'{name}.log'}."
                )

    def stop(self) -> None:
        """Ask every process to end, then insist; the last started goes first."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self._running.values()):
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@click.command("run-all")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--boxes/--no-boxes", default=True, help="Run the simulated boxes.")
def run_all(host: str, workers: int, boxes: bool) -> None:
    """Start everything: database, broker, worker, clock, boxes and web server."""
    require_embedded("in production each process is started on its own.")
    settings: Settings = current_app.extensions["plugbid_settings"]
    port = int(os.environ.get("PORT", "8000"))
    _require_free(host, port)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _raise_stop)
    upgrade()
    # Once, here: otherwise the first visitors would each unpack it.
    atlas.unpack(settings.instance_dir)
    children = Children(settings.instance_dir / "logs")
    supervisor = Supervisor(settings.instance_dir / "boxes") if boxes else None
    try:
        if seed_if_empty(now=clock.now()):
            click.echo("The demo world is in place.")
        _start_processes(children, settings, host=host, port=port, workers=workers)
        if supervisor:
            supervisor.start()
        _wait_for(f"http://{host}:{port}/", children)
        _say_hello(settings, host, port)
        while True:
            time.sleep(1)
            children.require_alive()
    except Stop:
        click.echo("\nPlugbid ends. Your data stays in the instance folder.")
    finally:
        if supervisor:
            supervisor.stop()
        children.stop()


def _start_processes(
    children: Children, settings: Settings, *, host: str, port: int, workers: int
) -> None:
    flask = (sys.executable, "-m", "flask")
    if settings.mqtt_broker_url is None:
        children.start("broker", *flask, "broker")
    children.start("device-worker", *flask, "device-worker")
    children.start("tick", *flask, "tick", "--loop")
    granian = str(Path(sys.executable).with_name("granian"))
    serve = (granian, "--interface", "wsgi", "--host", host, "--port", str(port))
    threads = ("--workers", str(workers), "--blocking-threads", "4")
    children.start("web", *serve, *threads, "--no-ws", "wsgi:app")


def _raise_stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stop


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is in use. Choose another one: make run PORT=8001."
            ) from error


def _wait_for(url: str, children: Children) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        children.require_alive()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"{url} did not answer within a minute.")


def _say_hello(settings: Settings, host: str, port: int) -> None:
    click.echo(f"\n  Plugbid runs at  http://{host}:{port}\n")
    click.echo("  Log in as:")
    for email, password, who in DEMO_LOG_INS:
        click.echo(f"    {email:<24} {password:<16} {who}")
    if settings.smtp_url is None:
        click.echo(f"\n  Mails it would send:  http://{host}:{port}/dev/mails")
    click.echo("  Stop with Ctrl-C.\n")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(run_all)
