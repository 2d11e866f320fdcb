"""Clocks: the database's in production, and one that a demonstration moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.database import db, dialect_name
from app.web import clock


def test_servers_agree_on_the_time_of_the_database(in_app: Flask) -> None:
    if dialect_name() != "postgresql":
        pytest.skip("SQLite has no clock of its own: it runs on the same machine.")

    read = clock.database_clock()

    with db.engine.connect() as connection:
        theirs = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    assert abs(read() - theirs) < timedelta(seconds=2)
    assert abs(read() - theirs) < timedelta(seconds=2)


def test_a_demonstration_jumps_ahead_and_never_back(tmp_path: Path) -> None:
    read = clock.movable_clock(tmp_path, shift_s=60)
    before = read()

    clock.move_forward(tmp_path, 3600)
    clock.move_forward(tmp_path, 1800)

    moved = read() - before
    assert timedelta(hours=1.5) <= moved < timedelta(hours=1.5, minutes=1)
    assert before - datetime.now(UTC) < timedelta(seconds=61)
    with pytest.raises(ValueError, match="only goes forward"):
        clock.move_forward(tmp_path, -1)
