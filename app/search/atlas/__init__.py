"""Where the built-in atlas (land, borders, places) lies, and how to open it.

The repository holds it packed; the first use unpacks it once into the instance
folder, under a name that carries its hash, so an upgrade never reads an old one.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import threading
from functools import cache
from pathlib import Path

from flask import current_app

from app.config import Settings
from app.search.atlas import file as atlas_file

PACKED = Path(__file__).with_name("data") / "atlas.xz"
ATTRIBUTION = (
    'Simplified map: <a href="https://www.naturalearthdata.com/">Natural Earth</a>, '
    '<a href="https://www.geonames.org/">GeoNames</a> '
    '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY</a>'
)
_open = threading.local()


def connection() -> sqlite3.Connection:
    """Return this thread's read-only connection of the running application."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    return connect(settings.instance_dir)


def connect(folder: Path) -> sqlite3.Connection:
    """Return this thread's read-only connection, unpacking the atlas if needed."""
    opened: dict[Path, sqlite3.Connection] = _open.__dict__.setdefault("by_folder", {})
    if folder not in opened:
        path = unpack(folder)
        opened[folder] = sqlite3.connect(
            f"file:{path.resolve()}?mode=ro&immutable=1", uri=True
        )
    return opened[folder]


def forget(folder: Path) -> None:
    """Close this thread's connection, so that the folder may go."""
    opened: dict[Path, sqlite3.Connection] = _open.__dict__.get("by_folder", {})
    if folder in opened:
        opened.pop(folder).close()


def unpack(folder: Path) -> Path:
    """Return the unpacked file in this folder, written whole or not at all."""
    path = folder / f"atlas-{packed_digest()}.sqlite"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
        atlas_file.unpack(PACKED, Path(target.name))
    # Two processes may unpack at once; both write the same bytes, one name wins.
    os.replace(target.name, path)
    return path


@cache
def packed_digest() -> str:
    """Return a piece of the packed file's hash: the version of map and places."""
    return hashlib.sha256(PACKED.read_bytes()).hexdigest()[:12]
