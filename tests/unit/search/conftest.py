"""The real atlas, unpacked once for all tests of the map."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search import atlas as atlas_file


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder: Path = tmp_path_factory.mktemp("atlas")
    connection = atlas_file.connect(folder)
    yield connection
    atlas_file.forget(folder)
