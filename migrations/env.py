"""Runs migrations inside the application: its database, its schema, one transaction."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from app.database import UtcDateTime

database = current_app.extensions["migrate"].db


def render_item(
    kind: str, item: object, autogenerate: AutogenContext
) -> str | Literal[False]:
    """Write our own column types in SQLAlchemy's words: migrations outlive our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Apply the migrations, all of them or none."""
    with database.engine.connect() as connection:
        writes = connection.execution_options(plugbid_writes=True)
        context.configure(
            connection=writes,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            # We begin transactions ourselves on SQLite, so its DDL rolls back too.
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
