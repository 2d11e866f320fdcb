"""Browsers at Hanna's charger, a minute into Dario's booking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from tests.support.plugs import Plug, make_plug


@pytest.fixture
def plug(app: Flask, hanna: Person, dario: Person, now: datetime) -> Iterator[Plug]:
    """A booked charger with its box online; the context ends with each request."""
    with app.app_context():
        made = make_plug(app, hanna, dario, now=now)
        yield made
