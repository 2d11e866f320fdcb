"""A time that is yours: book, cancel, and the states between."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
