"""Keeps the commands that only serve demonstration out of a production system."""

from __future__ import annotations

import click
from flask import current_app

from app.config import Settings


def require_embedded(why: str) -> None:
    """Refuse a command in production.

    :param why: what it would do there, as the end of the sentence
    :raises click.ClickException: in the mode ``production``
    """
    settings: Settings = current_app.extensions["plugbid_settings"]
    if not settings.is_embedded:
        raise click.ClickException(f"Only for the embedded product: {why}")
