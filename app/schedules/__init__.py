"""When a charger is open, and who has claimed its time."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
