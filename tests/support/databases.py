"""Fresh databases for tests: a copied SQLite file or an emptied PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, text

from app import create_app
from app.config import Settings
from app.database import db

SECRET = "only-for-tests-and-long-enough-to-pass"


def settings_for(database_url: str, folder: Path, **overrides: object) -> Settings:
    """Return test settings that keep every file inside ``folder``."""
    values: dict[str, object] = {
        "database_url": database_url,
        "secret_key": SECRET,
        "instance_dir": folder,
        "testing": True,
        **overrides,
    }
    return Settings(**values)  # type: ignore[arg-type]


def migrate(database_url: str, folder: Path) -> None:
    """Bring an empty database to the newest schema by the real migrations."""
    app = build_app(settings_for(database_url, folder))
    hurry(app)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def build_app(settings: Settings) -> Flask:
    """Return an application, trying twice where the interpreter stumbles.

    Werkzeug compiles URL rules through ``ast``; beside threads of other tests CPython
    3.11.7 once answered "recursion depth mismatch" there. Any other error stays one.
    """
    try:
        return create_app(settings)
    except SystemError as fault:
        if "recursion depth mismatch" not in str(fault):
            raise
        return create_app(settings)


def hurry(app: Flask) -> None:
    """Let SQLite not wait for the disk: no test cuts the power."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(
                db.engine,
                "connect",
                lambda connection, _record: connection.execute(
                    "PRAGMA synchronous=OFF"
                ),
            )


def copy_sqlite(template: Path, folder: Path) -> str:
    """Copy the migrated template file and return the copy's address."""
    target = folder / "plugbid.db"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"


def empty_postgres(app: Flask) -> None:
    """Delete every row, leaving the migrated schema."""
    with app.app_context():
        names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
