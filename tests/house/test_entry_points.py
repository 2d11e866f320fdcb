"""A newcomer's first commands work with no environment, and CI has what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_style import ROOT
from tests.support.browser import find_chromium
from tests.support.mosquitto import mosquitto_installed
from tests.support.postgres import find_programs

COMMANDS = (
    "broker",
    "chargers",
    "db",
    "device-worker",
    "devices",
    "run-all",
    "seed",
    "tick",
)


def flask(*words: str, folder: Path) -> str:
    """Run plain ``flask`` in the checkout with nothing but a path set."""
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("flask")), *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "INSTANCE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def test_plain_flask_lists_every_command(tmp_path: Path) -> None:
    words = flask("--help", folder=tmp_path)

    missing = [name for name in COMMANDS if f"\n  {name} " not in words]
    assert not missing


def test_plain_flask_makes_the_embedded_database(tmp_path: Path) -> None:
    flask("db", "upgrade", folder=tmp_path)

    assert (tmp_path / "plugbid.db").is_file()


@pytest.mark.skipif(not os.environ.get("CI"), reason="only CI must have them all")
def test_ci_has_every_real_service() -> None:
    assert find_programs(), "PostgreSQL is missing"
    assert mosquitto_installed(), "Mosquitto is missing"
    assert find_chromium(), "Chromium is missing"
