"""The database: one declarative base, UTC instants, and one way to write.

Nothing else in the product begins, commits or rolls back a transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.kernel.events import Event, EventBus

_log = logging.getLogger(__name__)
_WRITES = "plugbid_writes"


class Row(DeclarativeBase):
    """Base of every table class; names every constraint, so migrations can."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Row)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant on both databases; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Refuse naive instants; SQLite stores UTC without the zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime must not reach the database.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


class Writing:
    """One write transaction: its session, and what to announce once it is durable."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._events: list[Event] = []

    def announce(self, happened: Event) -> None:
        """Publish the event after the commit, and only if it succeeds."""
        self._events.append(happened)

    @property
    def events(self) -> tuple[Event, ...]:
        """What will be announced, in order."""
        return tuple(self._events)


def reading() -> Connection:
    """Return the session's connection for statements that only read.

    PostgreSQL shows each statement what is committed by then, in a transaction or
    not. So where none has begun, none does: BEGIN and ROLLBACK would be two more
    journeys. Whatever writes begins anew, see ``writing``.
    """
    session: Session = db.session()
    if session.in_transaction() or dialect_name() == "sqlite":
        return session.connection()
    return session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


@contextmanager
def writing() -> Iterator[Writing]:
    """Run one short write transaction: commit at the end, roll back on any error.

    What the request read before belongs to an older snapshot, so it is dropped first.
    On SQLite the transaction starts with ``BEGIN IMMEDIATE``: a read that turns into
    a write would fail with "database is locked" whatever the timeout.
    """
    session: Session = db.session()
    session.rollback()
    session.connection(execution_options={_WRITES: True})
    work = Writing(session)
    try:
        yield work
        session.commit()
    except BaseException:
        session.rollback()
        raise
    announce_now(work.events)


def announce_now(events: tuple[Event, ...]) -> None:
    """Tell the listeners of the current application; failures are logged.

    What a listener must not lose, it can derive again from the stored rows.
    """
    bus: EventBus = current_app.extensions["plugbid_events"]
    for happened in events:
        for failure in bus.publish(happened):
            if current_app.testing:
                raise failure
            _log.error("A listener of %s failed.", happened, exc_info=failure)


def dialect_name() -> str:
    """Return ``sqlite`` or ``postgresql``."""
    return db.engine.dialect.name


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Make SQLite keep its promises (WAL, durable commits, foreign keys) and be quick.

    Reading through the memory map and a cache of 16 MB halves what a search costs
    among a million chargers.
    """
    if not type(connection).__module__.startswith("sqlite3"):
        return
    # The driver must not begin transactions by itself; the next listener does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=20000",
        "mmap_size=2147418112",
        "cache_size=-16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
