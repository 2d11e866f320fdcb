"""Who you are: accounts, log-in, e-mail verification, and the driver's cars."""

from __future__ import annotations

from flask import Flask

from app.accounts import session
from app.accounts.routes import bp


def init_app(app: Flask) -> None:
    """Register the room."""
    session.init_app(app)
    app.register_blueprint(bp)
