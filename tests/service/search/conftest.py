"""An address service on this machine, the application that asks it, and patience."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.search import alerts
from tests.support import databases
from tests.support.address_server import AddressServer, address_server


@pytest.fixture
def server() -> Iterator[AddressServer]:
    with address_server() as running:
        yield running


@pytest.fixture
def online_app(
    app: Flask, server: AddressServer, database_url: str, tmp_path: Path
) -> Iterator[Flask]:
    """The application with an address service that is given little time."""
    app.extensions["plugbid_settings"] = databases.settings_for(
        database_url,
        tmp_path,
        geocoder="nominatim",
        geocoder_url=server.url,
        geocoder_contact="ops@plugbid.example",
        geocoder_timeout_s=2.0,
    )
    with app.app_context():
        yield app


@pytest.fixture(autouse=True)
def _time_for_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check all kept searches, however slow the machine."""
    monkeypatch.setattr(alerts, "SECONDS_A_TICK", 600.0)
