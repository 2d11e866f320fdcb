"""The migrations make exactly the schema that the code describes, and undo it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app.accounts.service import Person
from app.database import db
from app.kernel.geo import Point
from app.schedules import service as schedules
from app.search import service as search
from app.search.domain import Query
from tests.support.factories_chargers import make_charger

BEFORE_SEARCH = "20261125_nightly_jobs"


def test_the_migrated_schema_is_the_described_schema(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        differences = compare_metadata(context, db.metadata)

    assert differences == []


def test_the_schema_can_be_taken_down_and_built_again(app: Flask) -> None:
    with app.app_context():
        before = set(inspect(db.engine).get_table_names())

        downgrade(revision="base")
        db.engine.dispose()
        empty = set(inspect(db.engine).get_table_names())
        upgrade()
        db.engine.dispose()
        after = set(inspect(db.engine).get_table_names())

    assert empty == {"alembic_version"}
    assert after == before


def cells() -> dict[int, int]:
    """Return the grid cell of each plug, and leave the database alone."""
    found = db.session.execute(text("SELECT evse_id, cell FROM connector")).all()
    db.session.rollback()
    db.engine.dispose()
    return {row[0]: row[1] for row in found}


def plain_cell(charger_id: int) -> int:
    """Return a cell as it was numbered when all rows had as many columns."""
    at = db.session.execute(
        text("SELECT public_latitude, public_longitude FROM location WHERE id = :id"),
        {"id": charger_id},
    ).one()
    row, column = math.floor((at[0] + 90) * 20), math.floor((at[1] + 180) * 20)
    return int(row * 8192 + column)


def test_cells_near_the_poles_change_their_numbers_there_and_back(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    for lat, lon in ((52.5, 13.4), (75.2, 15.6), (78.2, 15.6), (-82.1, -40.0)):
        make_charger(hanna, now=now, latitude=lat, longitude=lon)
    new = cells()
    plain = {each: plain_cell(each) for each in new}
    db.session.remove()

    downgrade(revision=BEFORE_SEARCH)
    old = cells()
    upgrade()
    again = cells()

    assert old == plain
    assert again == new
    assert {each for each in new if new[each] != old[each]} == {2, 3, 4}


def test_after_the_upgrade_the_next_tick_learns_who_is_open_at_night(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    schedules.tick(now=now)
    db.session.remove()
    downgrade(revision=BEFORE_SEARCH)
    db.engine.dispose()
    upgrade()
    db.engine.dispose()

    schedules.tick(now=now + timedelta(minutes=5))

    query = Query(
        center=Point(charger.latitude, charger.longitude), is_open_at_night=True
    )
    assert search.near(query=query, vehicle=None, now=now).total == 1
