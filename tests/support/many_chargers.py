"""Thousands of plain chargers for tests of the search's index, stored at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from app.accounts.service import Person
from app.chargers.models import ConnectorRow, EvseRow, LocationRow
from app.database import Row, db, writing
from app.kernel.geo import Point, cell_of
from app.kernel.slots import slot_at
from app.pricing.models import TariffRow
from app.schedules.models import (
    ClaimedSlotRow,
    ClaimRow,
    OpeningSummaryRow,
    OpenWindowRow,
)

_Values = dict[str, Any]


def store_many(owner: Person, points: Sequence[Point], *, now: datetime) -> list[int]:
    """Store a charger at each public point, open all day, claimed for one hour.

    The claimed hour begins a day after ``now``. Returns the ids in the same order.
    """
    first = db.session.scalar(select(func.coalesce(func.max(EvseRow.id), 0))) or 0
    ids = range(first + 1, first + 1 + len(points))
    slot = slot_at(now)
    with writing() as work:
        for table, rows in _tables(
            owner, dict(zip(ids, points, strict=True)), now, slot
        ):
            work.session.execute(insert(table), rows)
    if db.engine.dialect.name == "postgresql":
        _tell_planner()
    return list(ids)


def _tables(
    owner: Person, points: dict[int, Point], now: datetime, slot: int
) -> list[tuple[type[Row], list[_Values]]]:
    claimed = range(slot + 96, slot + 100)
    return [
        (LocationRow, [_location(owner, i, at, now) for i, at in points.items()]),
        (EvseRow, [{"id": i, "location_id": i, "code": f"M{i:09d}"} for i in points]),
        (ConnectorRow, [_connector(i, at) for i, at in points.items()]),
        (TariffRow, [_tariff(i, now) for i in points]),
        (
            OpenWindowRow,
            [
                {"evse_id": i, "first_slot": slot, "end_slot": slot + 35 * 96}
                for i in points
            ],
        ),
        (OpeningSummaryRow, [{"evse_id": i, "is_open_at_night": True} for i in points]),
        (ClaimRow, [_claim(i, now) for i in points]),
        (
            ClaimedSlotRow,
            [{"evse_id": i, "slot": s, "claim_id": i} for i in points for s in claimed],
        ),
    ]


def _location(owner: Person, number: int, at: Point, now: datetime) -> _Values:
    return {
        "id": number,
        "owner_id": owner.id,
        "name": f"Charger {number}",
        "address": "Somewhere 1",
        "city": "Berlin",
        "postal_code": "10435",
        "country_code": "DE",
        "latitude": at.lat,
        "longitude": at.lon,
        "public_latitude": at.lat,
        "public_longitude": at.lon,
        "time_zone": "Europe/Berlin",
        "created_at": now,
        "updated_at": now,
    }


def _connector(number: int, at: Point) -> _Values:
    return {
        "evse_id": number,
        "cell": cell_of(at),
        "latitude": at.lat,
        "longitude": at.lon,
        "time_zone": "Europe/Berlin",
        "standard": "IEC_62196_T2",
        "power_type": "AC_3_PHASE",
        "max_power_w": 11_000,
    }


def _tariff(number: int, now: datetime) -> _Values:
    return {
        "evse_id": number,
        "version": 1,
        "currency": "EUR",
        "energy_milli_per_kwh": 39_000,
        "time_milli_per_hour": 0,
        "created_at": now,
    }


def _claim(number: int, now: datetime) -> _Values:
    starts_at = now + timedelta(days=1)
    return {
        "id": number,
        "evse_id": number,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "kind": "BOOKING",
    }


def _tell_planner() -> None:
    with db.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.execute(text("VACUUM ANALYZE"))
