"""The owner's desk: listing chargers, dashboard, income."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
