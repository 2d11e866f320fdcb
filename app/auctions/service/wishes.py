"""Looking follow-me wishes up, and what their rows say as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from app.auctions.models import BidRow, FollowRow
from app.auctions.service.places import StartFollow
from app.auctions.service.reading import views_in
from app.auctions.service.views import BidView
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.period import Period

FollowState = Literal["ACTIVE", "WON", "ENDED", "WITHDRAWN"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowView:
    """A follow-me wish as its driver sees it.

    :param charger_ids: in the order the driver likes them
    :param bid: where it sits now, or sat last; None if it never found a place
    """

    id: int
    code: str
    bidder_id: int
    charger_ids: tuple[int, ...]
    window: Period
    length_min: int
    maximum_minor: int
    currency: str
    vehicle_id: int | None
    energy_cap_wh: int | None
    state: FollowState
    created_at: datetime
    bid: BidView | None

    @property
    def is_active(self) -> bool:
        """Whether it still looks for a place or defends one."""
        return self.state == "ACTIVE"


def get_follow(condition: ColumnElement[bool]) -> FollowView:
    """Return the one wish for which the condition holds.

    :raises NotFound: if there is none
    """
    row = find_row_in(db.session(), condition)
    if row is None:
        raise NotFound
    return views_of((row,))[0]


def find_row_in(session: Session, condition: ColumnElement[bool]) -> FollowRow | None:
    """Return the row of a wish as this transaction sees it."""
    return session.scalars(rows_where(condition)).one_or_none()


def active_count_in(session: Session, bidder_id: int) -> int:
    """Return how many wishes a driver has that are neither met nor ended."""
    statement = select(func.count()).where(
        FollowRow.bidder_id == bidder_id, FollowRow.state == "ACTIVE"
    )
    return session.scalar(statement) or 0


def last_bid_in(session: Session, follow_id: int) -> BidRow | None:
    """Return the wish's newest bid; no older one is undecided."""
    return session.scalars(
        select(BidRow)
        .where(BidRow.follow_id == follow_id)
        .order_by(BidRow.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def set_state_in(session: Session, follow_id: int, state: FollowState) -> None:
    """Note where a wish has come to; the caller holds its bidder's lock."""
    session.execute(
        update(FollowRow).where(FollowRow.id == follow_id).values(state=state)
    )


def wish_of(row: FollowRow) -> StartFollow:
    """Return the wish as its driver made it."""
    return StartFollow(
        bidder_id=row.bidder_id,
        charger_ids=tuple(row.evse_ids),
        window=Period(row.window_starts_at, row.window_ends_at),
        length_min=row.length_min,
        maximum_minor=row.maximum_minor,
        currency=row.currency,
        vehicle_id=row.vehicle_id,
        energy_cap_wh=row.energy_cap_wh,
        idempotency_key=row.idempotency_key,
    )


def rows_where(condition: ColumnElement[bool]) -> Select[FollowRow]:
    """Return the statement that reads wishes as they are now."""
    # Rows are changed by Core statements, so what the session remembers may be old.
    return select(FollowRow).where(condition).execution_options(populate_existing=True)


def views_of(rows: Iterable[FollowRow]) -> tuple[FollowView, ...]:
    """Return rows as frozen values, each with its newest bid."""
    session = db.session()
    found = []
    for row in rows:
        last = last_bid_in(session, row.id)
        bid = views_in(session, [last], with_prices=True)[0] if last else None
        # A bid has won the instant its booking is made; the wish is told a turn later.
        won = row.state == "ACTIVE" and bid is not None and bid.state == "WON"
        found.append(
            FollowView(
                id=row.id,
                code=row.code,
                bidder_id=row.bidder_id,
                charger_ids=tuple(row.evse_ids),
                window=Period(row.window_starts_at, row.window_ends_at),
                length_min=row.length_min,
                maximum_minor=row.maximum_minor,
                currency=row.currency,
                vehicle_id=row.vehicle_id,
                energy_cap_wh=row.energy_cap_wh,
                state="WON" if won else cast("FollowState", row.state),
                created_at=row.created_at,
                bid=bid,
            )
        )
    return tuple(found)
