"""The real atlas, unpacked once for every test of the search pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.search import atlas


@pytest.fixture(scope="session")
def unpacked_atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that an installation makes for itself at its first use."""
    return atlas.unpack(tmp_path_factory.mktemp("atlas"))


@pytest.fixture(autouse=True)
def _atlas_at_hand(unpacked_atlas: Path, tmp_path: Path) -> Iterator[None]:
    """Put it where the test's application looks, instead of unpacking it again."""
    (tmp_path / unpacked_atlas.name).symlink_to(unpacked_atlas)
    yield
    atlas.forget(tmp_path)
