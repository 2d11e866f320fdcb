"""The box on the wall: pairing, commands, live state, journal, MQTT."""

from __future__ import annotations

from flask import Flask

from app.devices import transport
from app.devices.routes import bp


def init_app(app: Flask) -> None:
    """Register the room; it can speak to boxes only inside the device worker."""
    transport.init_app(app)
    app.register_blueprint(bp)
