"""The migrations make exactly the schema that the code describes, and undo it."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.database import db


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
