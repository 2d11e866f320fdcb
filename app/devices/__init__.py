"""The box on the wall: pairing, commands, live state, journal, MQTT."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
