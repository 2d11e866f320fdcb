"""Use cases of price plans: how chargers sell their time, and changing that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, cast, func, insert, select, update
from sqlalchemy.orm import Session

from app.database import db
from app.pricing.domain import LeadPrices, WeekPrices
from app.pricing.domain.plan import Plan, check_gate
from app.pricing.domain.wish import OwnerWish
from app.pricing.models import PricePlanRow

# SQLite takes a limited number of values in one statement.
_CHUNK = 500
_PRICES = select(
    PricePlanRow.evse_id,
    PricePlanRow.time_zone,
    cast(PricePlanRow.reserve, Text),
    cast(PricePlanRow.book_now, Text),
    cast(PricePlanRow.by_lead, Text),
).where(
    PricePlanRow.evse_id.in_(bindparam("ids", expanding=True)),
    PricePlanRow.is_current,
    PricePlanRow.mode == "AUCTION",
)


def plan_of(evse_id: int) -> Plan | None:
    """Return the plan of an EVSE that is auctioned.

    :returns: None where time is sold at the tariff's fixed price
    """
    return plans_of((evse_id,)).get(evse_id)


def plans_of(evse_ids: Iterable[int]) -> dict[int, Plan]:
    """Return the plans of those EVSEs that are auctioned."""
    return plans_in(db.session(), evse_ids)


def prices_of(evse_ids: Iterable[int]) -> dict[int, WeekPrices]:
    """Return only the prices of those EVSEs that are auctioned, quickly, for lists.

    What the same stored text means is worked out once.
    """
    found: dict[int, WeekPrices] = {}
    for ids in _chunks(evse_ids):
        rows = db.session.execute(_PRICES, {"ids": ids}).all()
        found.update({evse_id: _week(*stored) for evse_id, *stored in rows})
    return found


@lru_cache(maxsize=512)
def _week(time_zone: str, reserve: str, book_now: str, by_lead: str) -> WeekPrices:
    return WeekPrices(
        time_zone=time_zone,
        reserve_milli_per_hour=tuple(json.loads(reserve)),
        book_now_milli_per_hour=tuple(json.loads(book_now)),
        by_lead=tuple(map(LeadPrices.from_dict, json.loads(by_lead))),
    )


def plans_in(session: Session, evse_ids: Iterable[int]) -> dict[int, Plan]:
    """Return the same as this transaction sees it."""
    found = _current_in(session, evse_ids)
    return {evse_id: each for evse_id, each in found.items() if each.mode == "AUCTION"}


def last_plan_of(evse_id: int) -> Plan | None:
    """Return the newest plan, also one that went back to fixed."""
    return find_plan_in(db.session(), evse_id)


def find_plan_in(session: Session, evse_id: int) -> Plan | None:
    """Return the newest plan, whatever its mode, as this transaction sees it."""
    return _current_in(session, (evse_id,)).get(evse_id)


def _current_in(session: Session, evse_ids: Iterable[int]) -> dict[int, Plan]:
    found: dict[int, Plan] = {}
    for ids in _chunks(evse_ids):
        rows = session.scalars(
            select(PricePlanRow).where(
                PricePlanRow.evse_id.in_(ids), PricePlanRow.is_current
            )
        )
        found.update({row.evse_id: _plan(row) for row in rows})
    return found


def end_foreign_plans_in(
    session: Session, currencies: Mapping[int, str], *, now: datetime
) -> None:
    """Go back to the fixed price where a tariff's currency became another.

    A plan's prices cannot be converted, and must not be read in the new currency.
    """
    for evse_id, plan in plans_in(session, currencies).items():
        if plan.wish.currency != currencies[evse_id]:
            fixed = {**columns_of(plan), "mode": "FIXED", "is_automatic": False}
            store_in(session, fixed, now=now)


def store_in(session: Session, plan: dict[str, Any], *, now: datetime) -> int:
    """Make the plan current as a new version; older ones stay, unchanged.

    :param plan: the columns of ``price_plan`` that the caller decides
    :returns: the version
    """
    evse_id = plan["evse_id"]
    session.execute(
        update(PricePlanRow)
        .where(PricePlanRow.evse_id == evse_id, PricePlanRow.is_current)
        .values(is_current=False)
    )
    newest = session.scalar(
        select(func.max(PricePlanRow.version)).where(PricePlanRow.evse_id == evse_id)
    )
    version = (newest or 0) + 1
    check_gate(plan["gate_min"])
    session.execute(
        insert(PricePlanRow),
        [
            {
                **plan,
                "version": version,
                "is_current": True,
                "changed_on": now.astimezone(UTC).date(),
                "created_at": now,
            }
        ],
    )
    return version


def columns_of(plan: Plan) -> dict[str, Any]:
    """Return the columns that describe a plan, for a new version of it."""
    return {
        "evse_id": plan.evse_id,
        "mode": plan.mode,
        "gate_min": plan.gate_min,
        "wish": plan.wish.as_dict(),
        "is_automatic": plan.is_automatic,
        **price_columns(plan.prices),
    }


def price_columns(prices: WeekPrices) -> dict[str, Any]:
    """Return the columns that hold the prices of a week."""
    return {
        "time_zone": prices.time_zone,
        "reserve": list(prices.reserve_milli_per_hour),
        "book_now": list(prices.book_now_milli_per_hour),
        "by_lead": [each.as_dict() for each in prices.by_lead],
    }


def _plan(row: PricePlanRow) -> Plan:
    return Plan(
        evse_id=row.evse_id,
        version=row.version,
        mode="AUCTION" if row.mode == "AUCTION" else "FIXED",
        gate_min=row.gate_min,
        prices=WeekPrices(
            time_zone=row.time_zone,
            reserve_milli_per_hour=tuple(row.reserve),
            book_now_milli_per_hour=tuple(row.book_now),
            by_lead=tuple(map(LeadPrices.from_dict, row.by_lead)),
        ),
        wish=OwnerWish.from_dict(row.wish),
        is_automatic=row.is_automatic,
        created_at=row.created_at,
        changed_on=row.changed_on,
    )


def _chunks(evse_ids: Iterable[int]) -> Iterator[Sequence[int]]:
    wanted = sorted(set(evse_ids))
    for first in range(0, len(wanted), _CHUNK):
        yield wanted[first : first + _CHUNK]
