"""Commands around boxes: broker, worker, provisioning, simulation, Mosquitto."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import signal
import subprocess
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.cli.embedded import require_embedded
from app.config import ROOT, Settings
from app.devices import boxes, mosquitto, service
from app.devices.domain.rules import parse_pairing_code
from app.devices.single import AlreadyRunning
from app.devices.worker import DeviceWorker, WorkerFailed
from app.web import clock

devices = AppGroup("devices", help="Provision, simulate and serve the boxes.")


@click.command("device-worker")
def device_worker() -> None:
    """Speak to the boxes: the one process that is connected to the broker."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    worker = DeviceWorker(current_app._get_current_object())  # type: ignore[attr-defined]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    try:
        worker.run()
    except (AlreadyRunning, WorkerFailed) as error:
        raise click.ClickException(str(error)) from error


@click.command("broker")
@click.option("--port", type=int, help="Default: MQTT_EMBEDDED_PORT.")
def broker(port: int | None) -> None:
    """Run the embedded broker on the loopback interface (demonstration only)."""
    require_embedded("production uses Mosquitto and MQTT_BROKER_URL.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    try:
        embedded = importlib.import_module("app.devices.broker")
    except ModuleNotFoundError as error:
        raise click.ClickException(
            "The embedded broker is not installed; use Mosquitto and MQTT_BROKER_URL."
        ) from error
    settings: Settings = current_app.extensions["plugbid_settings"]
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    async def run() -> None:
        ending = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ending.set)
        await embedded.serve(
            app, port=port or settings.mqtt_embedded_port, ending=ending
        )

    asyncio.run(run())


@devices.command("provision")
@click.option("--simulated", is_flag=True, help="Mark the box as a simulated one.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write cred.json there instead of printing it.",
)
def provision(simulated: bool, into: Path | None) -> None:
    """Make a new box known and show its credentials, this once."""
    credentials = service.provision(now=clock.now(), simulated=simulated)
    text = json.dumps(credentials.as_file(), indent=1)
    if into is None:
        click.echo(text)
        click.echo("Keep this; it cannot be shown again.", err=True)
        return
    into.touch(mode=0o600)
    into.write_text(text)
    click.echo(f"{credentials.device_id}: credentials written to {into}.")


@devices.command("simulate")
@click.option("--pair", "code", help="The pairing code of the owner's page.")
def simulate(code: str | None) -> None:
    """Provision a simulated box and run its firmware until Ctrl-C."""
    require_embedded("a simulated box would unlock nothing, and measure nothing.")
    pairing_code = parse_pairing_code(code) if code else None
    if code and pairing_code is None:
        raise click.BadParameter("A pairing code has 8 letters and digits (2-7).")
    settings: Settings = current_app.extensions["plugbid_settings"]
    credentials = service.provision(now=clock.now(), simulated=True)
    # Not among the folders that run-all keeps running: one process per box.
    home = settings.instance_dir.resolve() / "simulated" / credentials.device_id
    boxes.lay_out(home, credentials, world=boxes.DEMO_WORLD, pairing_code=pairing_code)
    click.echo(f"{credentials.device_id} runs in {home}. Stop with Ctrl-C.")
    process = subprocess.Popen(boxes.command_line(home), cwd=ROOT)
    try:
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


@devices.command("mosquitto-config")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bind", default="127.0.0.1", show_default=True)
@click.option("--port", default=1883, show_default=True)
@click.option("--certificate", type=click.Path(path_type=Path, exists=True))
@click.option("--key", type=click.Path(path_type=Path, exists=True))
def mosquitto_config(
    folder: Path, bind: str, port: int, certificate: Path | None, key: Path | None
) -> None:
    """Write mosquitto.conf, passwd and acl for every provisioned box."""
    if (certificate is None) != (key is None):
        raise click.UsageError("--certificate and --key belong together.")
    listener = mosquitto.Listener(
        bind=bind, port=port, certificate=certificate, key=key
    )
    count = mosquitto.write_config(folder, listener)
    click.echo(f"Wrote {folder} for {count} boxes and the server.")


@devices.command("dropped")
def dropped() -> None:
    """Show how many messages were dropped, by box and reason."""
    for (device_id, reason), count in sorted(service.dropped_messages().items()):
        click.echo(f"{device_id:<24} {reason:<18} {count}")


def register(app: Flask) -> None:
    """Add the commands."""
    for command in (device_worker, broker, devices):
        app.cli.add_command(command)
