"""Real drivers in real log-ins race over HTTP; the control shows the race is real."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.booking_race import DRIVERS, GUARDED, UNGUARDED, run_races

RACES = 10
CONTROL_RACES = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def race_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> str:
    """The address of an empty database that belongs to one test alone."""
    if request.param == "sqlite":
        return databases.copy_sqlite(sqlite_template, tmp_path)
    server = request.getfixturevalue("postgres")
    url: str = server.create_database(f"race_{secrets.token_hex(4)}")
    databases.migrate(url, tmp_path)
    return url


def test_of_eight_simultaneous_bookings_one_wins_and_seven_are_refused(
    race_url: str, tmp_path: Path
) -> None:
    outcome = run_races(GUARDED, race_url, tmp_path, races=RACES, workers=2)

    assert outcome.wins == RACES
    assert outcome.refused == RACES * (DRIVERS - 1)
    assert (outcome.server_errors, outcome.others) == (0, 0), outcome.trouble
    assert (outcome.doubled, outcome.overlaps) == (0, 0)


def test_without_the_guard_the_same_races_book_twice(
    race_url: str, tmp_path: Path
) -> None:
    outcome = run_races(UNGUARDED, race_url, tmp_path, races=CONTROL_RACES, workers=2)

    assert outcome.doubled > 0
    assert outcome.overlaps > 0
