"""Builders for follow-me wishes; every default is valid, every override a keyword."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.accounts.service import Person
from app.auctions.models import BidRow, FollowRow
from app.auctions.service import StartFollow
from app.chargers.service import Charger
from app.database import db
from tests.support.factories_auctions import evening


def a_follow(bidder: Person, *places: Charger, **overrides: Any) -> StartFollow:
    """Return a wish of two hours between 18 and 20, for at most 4.20 euros."""
    values: dict[str, Any] = {
        "bidder_id": bidder.id,
        "charger_ids": tuple(each.id for each in places),
        "window": evening(18, 20),
        "length_min": 120,
        "maximum_minor": 420,
        "currency": "EUR",
        "vehicle_id": None,
        "energy_cap_wh": None,
        "idempotency_key": "wish-1",
        **overrides,
    }
    return StartFollow(**values)


def counts() -> tuple[int, int]:
    """Return how many wishes and bids are stored."""
    found = [
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (FollowRow, BidRow)
    ]
    return found[0], found[1]
