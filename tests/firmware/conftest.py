"""Puts the firmware on CPython's path and offers a broker, a box and a server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.box import ROOT, Box
from tests.firmware.server import Server
from tests.support.mosquitto import Mosquitto, mosquitto_installed

sys.path.insert(0, str(ROOT / "firmware"))

# A box of its own for every test: retained states and queued messages never mix.
BOXES = [f"pb-test{number:03}" for number in range(120)]
USERS = {"server": "server-secret", **dict.fromkeys(BOXES, "secret")}


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """One Mosquitto for all tests; each test has its own box and its own client."""
    if not mosquitto_installed():
        pytest.skip("Mosquitto is not installed.")
    with Mosquitto(tmp_path_factory.mktemp("broker"), USERS) as broker:
        yield broker


@pytest.fixture(scope="session")
def unused_boxes() -> Iterator[str]:
    """Device names not yet used by any test."""
    return iter(BOXES)


@pytest.fixture
def dev(unused_boxes: Iterator[str]) -> str:
    """A device name that no other test of this run has used."""
    return next(unused_boxes)


@pytest.fixture
def box(tmp_path: Path, broker: Mosquitto, dev: str) -> Iterator[Box]:
    """A running box whose hardware is in order."""
    with Box(tmp_path / "box", broker.port, dev=dev) as box:
        yield box


@pytest.fixture
def server(box: Box, broker: Mosquitto) -> Iterator[Server]:
    """A server that answers and acknowledges, once it has heard the box."""
    with Server(broker.port, box.dev, box.key) as server:
        yield server
