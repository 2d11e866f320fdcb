"""Uploaded files are stored whole under our own names only."""

from __future__ import annotations

import pytest
from flask import Flask

from app.kernel.errors import NotFound
from app.web import storage

KEY = "abcdef0123456789.jpg"


def test_a_stored_file_comes_back_until_it_is_removed(app: Flask) -> None:
    with app.app_context():
        storage.put(KEY, b"bytes")

        assert storage.get(KEY) == b"bytes"

        storage.remove(KEY)
        storage.remove(KEY)
        with pytest.raises(NotFound):
            storage.get(KEY)


@pytest.mark.parametrize(
    "key", ["../secret_key", "secret_key", "/etc/passwd", "a.jpg", "abcdef012345.svg"]
)
def test_a_foreign_name_is_not_found(app: Flask, key: str) -> None:
    with app.app_context(), pytest.raises(NotFound):
        storage.get(key)
