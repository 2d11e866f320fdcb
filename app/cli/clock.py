"""``flask clock``: show the embedded product at a later hour without waiting."""

from __future__ import annotations

import click
from flask import Flask, current_app

from app.cli.embedded import require_embedded
from app.config import Settings
from app.web import clock


@click.group("clock")
def group() -> None:
    """The embedded product's own time."""


@group.command("forward")
@click.argument("minutes", type=click.IntRange(1, 60 * 24 * 28))
def forward(minutes: int) -> None:
    """Move all processes of this product ahead by MINUTES; there is no way back."""
    require_embedded("in production time is nobody's to move.")
    settings: Settings = current_app.extensions["plugbid_settings"]
    clock.move_forward(settings.instance_dir, minutes * 60)
    click.echo(f"It is now {clock.now():%Y-%m-%d %H:%M:%S} UTC here.")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)
