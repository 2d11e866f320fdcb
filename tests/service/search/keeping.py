"""Kept searches for tests: one at Hanna's street, and what changes there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import writing
from app.pricing import service as pricing
from app.search import alerts
from app.search.events import SavedSearchMatched
from app.search.keeping import keep
from app.search.service.kept import CHECK_EVERY, KeptSearch
from tests.support.factories_chargers import TARIFF

HERE = "/?lat=52.5384&lon=13.4098"
Heard = list[SavedSearchMatched]


def keep_here(person: Person, now: datetime, more: str = "") -> KeptSearch:
    """Keep a search round Hanna's street and let its first check be made."""
    search = keep(user_id=person.id, address=HERE + more, name="Home", now=now)
    alerts.tick(now=now)
    return search


def ask_price(charger: Charger, milli: int, now: datetime) -> None:
    """Change what a kWh costs."""
    with writing() as work:
        pricing.set_tariff_in(
            work.session,
            evse_id=charger.id,
            tariff=replace(TARIFF, energy_milli_per_kwh=milli),
            now=now,
        )


def later(now: datetime, checks_on: int = 1) -> datetime:
    """Return the time of a later check."""
    return now + checks_on * CHECK_EVERY
