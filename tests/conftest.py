"""Fixtures shared by every kind of test: databases, applications, browsers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings

from app.database import db
from tests.support import databases
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.coverage_gate import CoverageGate
from tests.support.people import dario, hanna, in_app, nell, sign_in  # noqa: F401
from tests.support.postgres import PostgresServer, find_programs

# How long an example takes says how busy the machine is. Examples are new in every run
# of a person; a change is judged by the same ones each time.
settings.register_profile("anywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "anywhere")


def pytest_configure(config: pytest.Config) -> None:
    """Switch the coverage gate on where a full run measures coverage."""
    is_worker = hasattr(config, "workerinput")
    if config.getoption("--cov", default=None) and not is_worker:
        config.pluginmanager.register(CoverageGate(), "plugbid-coverage-gate")


# A quiet Wednesday, 10:07 in Berlin: not on the grid, far from a change of clocks.
NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    folder = tmp_path_factory.mktemp("template")
    databases.migrate(f"sqlite:///{folder / 'plugbid.db'}", folder)
    return folder / "plugbid.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A private PostgreSQL server; skipped, saying so, where it is not installed."""
    programs = find_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL must be installed for the tests in CI")
        pytest.skip("PostgreSQL is not installed (make test installs it)")
    server = PostgresServer(programs)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of a migrated PostgreSQL database that tests empty and share."""
    url = postgres.create_database("plugbid")
    databases.migrate(url, tmp_path_factory.mktemp("postgres"))
    return url


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> str:
    """The address of an empty database; SQLite unless the test asks otherwise."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return databases.copy_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def now() -> datetime:
    """The instant at which the test's world stands still."""
    return NOW


@pytest.fixture
def app(database_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    """An application on an empty database, with its clock standing still."""
    application = databases.build_app(databases.settings_for(database_url, tmp_path))
    databases.hurry(application)
    application.extensions["plugbid_clock"] = lambda: now
    if database_url.startswith("postgresql"):
        databases.empty_postgres(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A plain browser without JavaScript."""
    return CheckedClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def hx(app: Flask) -> HtmxClient:
    """A browser in which htmx acts."""
    return HtmxClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def set_clock(app: Flask) -> Callable[[datetime], None]:
    """Move the application's clock."""

    def move(at: datetime) -> None:
        app.extensions["plugbid_clock"] = lambda: at

    return move
