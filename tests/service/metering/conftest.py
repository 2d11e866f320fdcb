"""Dario stands at Hanna's charger, a minute into his booking."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from tests.support.plugs import Plug, make_plug


@pytest.fixture
def plug(in_app: Flask, hanna: Person, dario: Person, now: datetime) -> Plug:
    """A booked charger with its box online."""
    return make_plug(in_app, hanna, dario, now=now)
