"""Where the map begins is found without reading all chargers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Select, text

from app.accounts.service import Person
from app.database import db, dialect_name
from app.kernel.geo import HIDDEN_CELL, Point
from app.search.service import reading
from tests.support.many_chargers import store_many

BERLIN, PARIS = Point(52.52, 13.405), Point(48.8566, 2.3522)


def plan_of(statement: Select[Any]) -> str:
    """Return how the database would go about it, in its own words."""
    is_sqlite = dialect_name() == "sqlite"
    words = statement.compile(
        dialect=db.engine.dialect,
        compile_kwargs={"literal_binds": True},
    )
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    if not is_sqlite:
        # Among a few rows it would scan whatever the indexes are.
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
    rows = db.session.execute(text(f"{explain} {words}"))
    return "\n".join(str(row) for row in rows)


def test_it_is_where_most_of_the_newest_plugs_are(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        assert reading.busiest_point() is None
        store_many(hanna, [PARIS, BERLIN, BERLIN, BERLIN], now=now)

        assert reading.busiest_point() == BERLIN


def test_where_all_of_the_newest_are_hidden_it_is_still_a_place_on_offer(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        store_many(hanna, [PARIS] * 2 + [BERLIN] * (reading._NEWEST + 1), now=now)
        hidden = {"hidden": HIDDEN_CELL, "lat": BERLIN.lat}
        db.session.execute(
            text("UPDATE connector SET cell = :hidden WHERE latitude = :lat"), hidden
        )

        found = reading.busiest_point()

    assert found == PARIS


def test_neither_way_scans_and_sorts_all_plugs(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        store_many(hanna, [PARIS] * 300 + [BERLIN] * 300, now=now)

        newest, anywhere = plan_of(reading._BUSIEST), plan_of(reading._ANYWHERE)

    if "sqlite" in str(app.config["SQLALCHEMY_DATABASE_URI"]):
        # Along the table itself, backwards, until there are enough.
        assert newest.count("connector") == 1
        assert "SCAN connector" in newest
        assert newest.count("TEMP B-TREE") == 2
        assert "USING COVERING INDEX ix_connector_near (cell>?)" in anywhere
    else:
        assert "Index Scan Backward using pk_connector on connector" in newest
        assert "ix_connector_near on connector" in anywhere
        assert "Seq Scan" not in newest + anywhere
