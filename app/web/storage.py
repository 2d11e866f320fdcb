"""Where uploaded files are kept: a folder behind two verbs."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from flask import current_app

from app.config import Settings
from app.kernel.errors import NotFound

_KEY = re.compile(r"[a-z0-9]{8,64}\.(jpg|png|webp)")


def _folder() -> Path:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return settings.instance_dir / "uploads"


def put(key: str, content: bytes) -> None:
    """Store a file whole or not at all."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    os.replace(file.name, folder / key)


def get(key: str) -> bytes:
    """Return a stored file.

    :raises NotFound: if there is none, or the key is not one of ours
    """
    path = _folder() / key
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound
    return path.read_bytes()


def remove(key: str) -> None:
    """Forget a file; nothing happens where it is already gone."""
    (_folder() / key).unlink(missing_ok=True)
