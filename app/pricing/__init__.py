"""What it costs: tariffs, quotes and the promised ceiling."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
