"""Commands for demonstration leave a production system alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import select

from app import create_app
from app.accounts import service as accounts
from app.database import db
from app.devices.models import DeviceRow
from tests.support import databases

pytestmark = pytest.mark.service


@pytest.fixture
def production(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The product in production mode, on an empty database."""
    app = create_app(databases.settings_for(database_url, tmp_path, mode="production"))
    if database_url.startswith("postgresql"):
        databases.empty_postgres(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("command", ["seed", "run-all", "broker", "devices simulate"])
def test_a_command_for_demonstration_refuses_in_production(
    production: Flask, command: str
) -> None:
    # The group behind the program ``flask``, which gives commands their context.
    program = FlaskGroup(create_app=lambda: production)

    result = production.test_cli_runner().invoke(program, command.split())

    assert result.exit_code == 1
    assert result.output.startswith("Error: Only for the embedded product")
    with production.app_context():
        assert not accounts.has_people()
        assert db.session.scalar(select(DeviceRow.id)) is None
