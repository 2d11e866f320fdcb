"""Makes sure that only one device worker runs, on this machine and on this database."""

from __future__ import annotations

import fcntl
from typing import IO

from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.database import db, dialect_name

# Any number will do that nothing else in the database uses.
_LOCK = 7_584_243


class AlreadyRunning(Exception):
    """Another device worker has the lock."""


class SingleWorker:
    """Holds a file lock, and on PostgreSQL a lock of the whole installation."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> SingleWorker:
        """Take the locks.

        :raises AlreadyRunning: if another worker has them
        """
        settings: Settings = current_app.extensions["plugbid_settings"]
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
        self._file = (settings.instance_dir / "device-worker.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock_database()
        except OSError as error:
            self._release()
            raise AlreadyRunning("A device worker runs here already.") from error
        except AlreadyRunning:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Give the locks back."""
        self._release()

    def require(self) -> None:
        """Check that the database still holds the lock for us.

        :raises AlreadyRunning: if the connection broke and the lock with it
        """
        if self._connection is None:
            return
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise AlreadyRunning("The lock was lost with its connection.") from error

    def _lock_database(self) -> None:
        if dialect_name() != "postgresql":
            return
        engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        query = text("SELECT pg_try_advisory_lock(:key)")
        if not self._connection.execute(query, {"key": _LOCK}).scalar_one():
            raise AlreadyRunning("A device worker runs on this database already.")

    def _release(self) -> None:
        if self._connection is not None:
            # Locks live as long as the server's session, so it must really end.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        if self._file is not None:
            self._file.close()
            self._file = None
