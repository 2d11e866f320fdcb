"""Bids for time on a charger: order books, clearing, and the prices it makes."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Join the application."""
