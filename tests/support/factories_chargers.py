"""Builders of chargers for tests; every default is valid, every override a keyword."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger, Connector, ListCharger
from app.database import writing
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS, OpeningException, OpeningRule

TYPE_2 = Connector(
    standard="IEC_62196_T2",
    format="SOCKET",
    power_type="AC_3_PHASE",
    max_power_w=11_000,
)
TARIFF = Tariff(
    currency="EUR", energy_milli_per_kwh=39_000, time_milli_per_hour=100_000
)


def listing(**overrides: Any) -> ListCharger:
    """Return what Hanna says about a charger in Berlin."""
    values: dict[str, Any] = {
        "name": "Hanna's driveway",
        "address": "Kastanienallee 12",
        "city": "Berlin",
        "postal_code": "10435",
        "country_code": "DE",
        "latitude": 52.5384,
        "longitude": 13.4098,
        "time_zone": "Europe/Berlin",
        "connectors": (TYPE_2,),
        "access_notes": "The gate is open; the box is on the left.",
        "house_rules": "Please no music after ten.",
        **overrides,
    }
    return ListCharger(**values)


def make_charger(
    owner: Person,
    *,
    now: datetime,
    rules: tuple[OpeningRule, ...] = ALWAYS,
    exceptions: tuple[OpeningException, ...] = (),
    tariff: Tariff | None = TARIFF,
    **overrides: Any,
) -> Charger:
    """Store a charger with hours and prices; needs an application context."""
    command = listing(**overrides)
    with writing() as work:
        charger_id = chargers.list_charger_in(
            work.session, owner_id=owner.id, command=command, now=now
        )
        schedules.set_opening_in(
            work.session, evse_id=charger_id, rules=rules, exceptions=exceptions
        )
        schedules.refresh_windows_in(work.session, charger_id, command.time_zone, now)
        if tariff is not None:
            pricing.set_tariff_in(
                work.session, evse_id=charger_id, tariff=tariff, now=now
            )
    return chargers.get_charger(charger_id)


def charger_view(**overrides: Any) -> Charger:
    """Return a charger as other rooms see it, without any database."""
    values: dict[str, Any] = {
        "id": 1, "location_id": 1, "owner_id": 1, "owner_name": "Hanna",
        "name": "Hanna's driveway", "address": "Secret Street 1", "city": "Berlin",
        "postal_code": "10435", "country_code": "DE", "latitude": 52.5,
        "longitude": 13.4, "public_latitude": 52.5, "public_longitude": 13.4,
        "time_zone": "Europe/Berlin", "parking_type": "ON_DRIVEWAY",
        "access_notes": "", "house_rules": "", "listing_state": "PUBLISHED",
        "code": "K7Q2M6XW4O", "min_length_min": 30, "max_length_min": 720,
        "lead_min": 0, "horizon_days": 28, "buffer_min": 10, "is_inoperative": False,
        "connectors": (), "photos": (), **overrides,
    }  # fmt: skip
    return Charger(**values)
