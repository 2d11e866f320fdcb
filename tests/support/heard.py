"""Collects what rooms announce, for tests that ask whether it was said."""

from __future__ import annotations

from typing import TypeVar

from flask import Flask

from app.kernel.events import Event

E = TypeVar("E", bound=Event)


def listen(app: Flask, kind: type[E]) -> list[E]:
    """Return a list that grows with every later event of this class."""
    heard: list[E] = []
    app.extensions["plugbid_events"].subscribe(kind, heard.append)
    return heard
