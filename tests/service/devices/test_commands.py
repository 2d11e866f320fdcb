"""The commands of ``flask`` around boxes."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from app.cli import devices as commands
from app.database import db
from app.devices import boxes, ingest, service
from app.devices.keys import fits
from app.devices.models import DeviceRow
from app.devices.provisioning import provision
from app.devices.single import SingleWorker
from tests.support.device_house import Process, now, wait_for
from tests.support.mosquitto import free_port

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("worker")]


def test_a_box_is_provisioned_and_its_credentials_printed_once(in_app: Flask) -> None:
    result = in_app.test_cli_runner().invoke(args=["devices", "provision"])

    identity = json.loads(result.stdout)
    device = service.find_device(identity["dev"])
    assert device is not None
    assert not device.is_simulated
    assert len(bytes.fromhex(identity["key"])) == 32
    row = commands_row(identity["dev"])
    assert fits(identity["password"], row.password_hash)
    assert identity["key"].encode() not in row.key_encrypted


def commands_row(device_id: str) -> DeviceRow:
    """Return the box's row."""
    return db.session.get_one(DeviceRow, device_id)


def test_credentials_go_into_a_file_that_only_its_owner_reads(
    in_app: Flask, tmp_path: Path
) -> None:
    path = tmp_path / "cred.json"

    result = in_app.test_cli_runner().invoke(
        args=["devices", "provision", "--simulated", "--into", str(path)]
    )

    identity = json.loads(path.read_text())
    assert identity["dev"] in result.stdout
    assert identity["key"] not in result.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    device = service.find_device(identity["dev"])
    assert device is not None
    assert device.is_simulated


def test_mosquittos_files_are_written(in_app: Flask, tmp_path: Path) -> None:
    credentials = provision(now=now())
    runner = in_app.test_cli_runner()
    folder = str(tmp_path / "m")

    result = runner.invoke(args=["devices", "mosquitto-config", folder])
    lonely = runner.invoke(
        args=["devices", "mosquitto-config", folder, "--key", str(tmp_path)]
    )

    assert "1 boxes and the server" in result.stdout
    assert credentials.device_id in (tmp_path / "m" / "passwd").read_text()
    assert lonely.exit_code == 2


def test_dropped_messages_are_listed(in_app: Flask) -> None:
    ingest.handle("pb/v1/pb-nobody/up/rec", b"{}", now=now())

    result = in_app.test_cli_runner().invoke(args=["devices", "dropped"])

    assert result.stdout.split() == ["(unknown)", "unknown_device", "1"]


def test_a_simulated_box_runs_in_the_foreground_until_ctrl_c(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[list[str]] = []

    class Interrupted:
        """A process during which somebody presses Ctrl-C."""

        def __init__(self, line: list[str], **_: object) -> None:
            started.append(line)
            self.waits = 0
            self.is_ended = False

        def wait(self) -> int:
            self.waits += 1
            if self.waits == 1:
                raise KeyboardInterrupt
            assert self.is_ended
            return 0

        def terminate(self) -> None:
            self.is_ended = True

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    runner = in_app.test_cli_runner()

    good = runner.invoke(args=["devices", "simulate", "--pair", "k7q2-m6xw"])
    bad = runner.invoke(args=["devices", "simulate", "--pair", "nonsense!"])

    assert good.exit_code == 0
    home = Path(started[0][-1])
    assert json.loads((home / "pair.json").read_text()) == {"code": "K7Q2M6XW"}
    assert home.parent.name == "simulated"
    assert bad.exit_code == 2
    assert len(started) == 1


def test_a_second_worker_says_why_it_does_not_start(in_app: Flask) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with SingleWorker():
            result = in_app.test_cli_runner().invoke(args=["device-worker"])
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])

    assert result.exit_code == 1
    assert "runs here already" in result.stderr


def test_without_amqtt_the_broker_command_points_to_mosquitto(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError("amqtt")

    monkeypatch.setattr(importlib, "import_module", missing)

    result = in_app.test_cli_runner().invoke(args=["broker"])

    assert result.exit_code == 1
    assert "Mosquitto" in result.stderr


def test_the_broker_ends_when_asked(in_app: Flask, tmp_path: Path) -> None:
    port = free_port()
    with Process(in_app, tmp_path, "broker", "--port", str(port)) as process:

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(listens, within_s=40)
        process.stop()
        assert process.wait() == 0

    assert "Traceback" not in process.log()


def test_the_real_firmware_starts_with_a_laid_out_folder(in_app: Flask) -> None:
    device_id = boxes.create_simulated_box(pairing_code="K7Q2M6XW", now=now())
    home = Path(in_app.instance_path) / "boxes" / device_id

    with subprocess.Popen(
        boxes.command_line(home), cwd=commands.ROOT, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for((home / "journal.bin").exists)
            assert process.poll() is None
        finally:
            os.kill(process.pid, signal.SIGKILL)
