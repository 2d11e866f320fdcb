"""Commands of ``flask``: every use case that a person or a timer starts by hand."""

from __future__ import annotations

from flask import Flask

from app.cli import (
    auctions,
    auctions_log,
    chargers,
    clock,
    devices,
    pricing,
    run_all,
    search,
    seed,
    tick,
)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for commands in (
        auctions,
        auctions_log,
        chargers,
        clock,
        devices,
        pricing,
        run_all,
        search,
        seed,
        tick,
    ):
        commands.register(app)
