"""What is owed: receipts and income."""

from __future__ import annotations

from flask import Flask

from app.billing.routes import bp


def init_app(app: Flask) -> None:
    """Register the room's pages."""
    app.register_blueprint(bp)
