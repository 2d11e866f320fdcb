"""Databases that hold a world: made once, kept in a folder, used again.

A kept one is used again only if the world and the tables that hold it are the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import numpy as np
from sqlalchemy.schema import CreateIndex, CreateTable

from app import tables as _tables  # noqa: F401 - completes the metadata
from app.database import db
from benchmarks.load_postgres import load_postgres
from benchmarks.load_sqlite import load_sqlite
from benchmarks.search_habits import HOURS
from benchmarks.search_places import Numbers
from benchmarks.search_tables import rows_of
from benchmarks.search_world import World
from tests.support import databases
from tests.support.postgres import PostgresServer, find_programs

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("sqlite", "postgresql")
# Raise it when the same world is written into rows in another way.
_LAYOUT = 1
_TABLES = frozenset(
    (
        *("user_account", "location", "evse", "connector", "tariff"),
        *("opening_rule", "opening_exception", "opening_summary", "open_window"),
        *("claim", "claimed_slot"),
    )
)


class KeptPostgres(PostgresServer):
    """A server whose data lie in a given folder and outlive it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        super().__init__(programs)
        shutil.rmtree(self._folder)
        self._folder = folder

    def start(self) -> None:
        """Start on what is there, or on nothing."""
        if (self._folder / "data" / "PG_VERSION").is_file():
            # What a killed server left behind would keep the next one from starting.
            (self._folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            self._run(
                *("pg_ctl", "-D", str(self._folder / "data")),
                *("-l", str(self._folder / "log"), "-w"),
                *("-o", f"{self._options()} {_FOR_SEARCHES}", "start"),
            )
            return
        super().start()
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "stop")
        self.start()

    def stop(self) -> None:
        """End the server and leave its data whole."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "stop")

    def _options(self) -> str:
        return (
            f"-p {self.port} -c listen_addresses=127.0.0.1 "
            "-c unix_socket_directories='' -c max_connections=100 -c jit=off"
        )


# As a server with fast disks would be set up; the same for the product and its rivals.
_FOR_SEARCHES = (
    "-c random_page_cost=1.1 -c shared_buffers=2GB -c effective_cache_size=8GB "
    "-c work_mem=32MB -c max_wal_size=8GB -c checkpoint_timeout=30min "
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c wal_level=minimal -c max_wal_senders=0"
)


def fingerprint(world: World) -> str:
    """Return a word that changes with the world and with the tables that hold it."""
    found = hashlib.sha256(f"{_LAYOUT} {HOURS} {world.zones} {world.plugs}".encode())
    for name in sorted(path.name for path in (ROOT / "migrations/versions").glob("*")):
        found.update(name.encode() if name.endswith(".py") else b"")
    for table in db.metadata.sorted_tables:
        if table.name in _TABLES:
            found.update(str(CreateTable(table)).encode())
            for index in sorted(table.indexes, key=lambda each: str(each.name)):
                found.update(str(CreateIndex(index)).encode())
    for column in _columns(world):
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()[:12]


def _columns(world: World) -> Iterator[Numbers]:
    for each in fields(world):
        value = getattr(world, each.name)
        if isinstance(value, np.ndarray):
            yield value


@contextmanager
def stored(name: str, world: World, keep: Path) -> Iterator[str]:
    """Let a database with the world be there; give its SQLAlchemy address.

    :param name: ``sqlite`` or ``postgresql``
    :param keep: where it is kept, or was before
    """
    folder = keep / f"{name}-{world.count}-{fingerprint(world)}"
    done = folder / "done"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    if name == "sqlite":
        url = f"sqlite:///{folder / 'plugbid.db'}"
        if not done.is_file():
            _fill(url, world, folder)
        yield url
        return
    programs = find_programs()
    assert programs is not None
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = KeptPostgres(programs, folder)
    server.start()
    try:
        url = f"postgresql+psycopg://plugbid@127.0.0.1:{server.port}/world"
        if not done.is_file():
            _fill(server.create_database("world"), world, folder)
        yield url
    finally:
        server.stop()


def dsn_of(url: str) -> str:
    """Return how psycopg itself reaches a database."""
    return url.replace("+psycopg", "")


def file_of(url: str) -> Path:
    """Return the file of an SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def _fill(url: str, world: World, folder: Path) -> None:
    started = time.perf_counter()
    settings = folder / "instance"
    settings.mkdir(exist_ok=True)
    databases.migrate(url, settings)
    if url.startswith("sqlite"):
        load_sqlite(str(file_of(url)), rows_of(world))
    else:
        load_postgres(dsn_of(url), rows_of(world))
    (folder / "done").write_text("")
    print(
        f"  filled {folder.name.split('-')[0]} with {world.count:,} chargers in "
        f"{time.perf_counter() - started:.0f} s ({_size_mb(folder):,} MB)",
        flush=True,
    )


def _size_mb(folder: Path) -> int:
    done = subprocess.run(
        ["du", "-sm", str(folder)], capture_output=True, text=True, check=False
    )
    return int(done.stdout.split()[0]) if done.returncode == 0 else 0
