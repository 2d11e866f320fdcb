"""Looking bids up: for their bidder, with their standing and price of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from app.accounts.domain import Vehicle
from app.auctions.domain.gates import Stage
from app.auctions.domain.rules import BidState, Standing
from app.auctions.models import AuctionGateRow, BidRow
from app.auctions.service.books import OpenBook, open_book_in, pending_in
from app.auctions.service.terms import find_terms_in
from app.auctions.service.views import BidView
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.errors import NotFound
from app.kernel.period import Period

PAST_SHOWN = 50
_RECENT = timedelta(days=60)
_AS_STORED = (
    "id",
    "code",
    "bidder_id",
    "follow_id",
    "first_slot",
    "end_slot",
    "maximum_minor",
    "currency",
    "placed_at",
    "changed_at",
    "grace_until",
    "vehicle_id",
    "energy_cap_wh",
    "max_power_w",
    "commitment",
    "decided_at",
    "paid_milli",
    "paid_minor",
    "minimum_milli",
    "reserve_milli",
    "top_up_milli",
    "booking_code",
    "why",
    "is_seen",
)


def get_bid(bid_id: int) -> BidView:
    """This function will return a bid by its id, whosever it is.

    :raises NotFound: if there is none
    """
    return _one(BidRow.id == bid_id)


def bid_for(user_id: int, code: str, *, with_prices: bool = True) -> BidView:
    """This function will return a bid to its bidder.

    :param with_prices: whether to clear the book for what an undecided bid costs now
    :raises NotFound: if there is none, or it is somebody else's
    """
    mine = (BidRow.code == code, BidRow.bidder_id == user_id)
    return _one(*mine, with_prices=with_prices)


def bids_of(user_id: int, now: datetime) -> tuple[BidView, ...]:
    """This function will return a bidder's undecided bids by start, then recent ones.

    The latest of those come first; what ended two months ago is not shown any more.
    """
    mine = BidRow.bidder_id == user_id
    pending = _rows(mine, BidRow.state == "PENDING")
    ended = db.session.scalars(
        _fresh(mine, BidRow.state != "PENDING", BidRow.changed_at > now - _RECENT)
        .order_by(BidRow.changed_at.desc(), BidRow.id.desc())
        .limit(PAST_SHOWN)
    ).all()
    return (
        *views_in(db.session(), pending, with_prices=True),
        *views_in(db.session(), ended),
    )


def bids_placed(window: Period) -> tuple[BidView, ...]:
    """This function will return the bids that were placed in a window, in order."""
    rows = _rows(
        BidRow.placed_at >= window.starts_at, BidRow.placed_at < window.ends_at
    )
    return views_in(db.session(), rows)


def unseen_count(user_id: int) -> int:
    """This function will return how many bids have news for their bidder."""
    statement = select(func.count(BidRow.id)).where(
        BidRow.bidder_id == user_id, BidRow.is_seen.is_(False)
    )
    return db.session.scalar(statement) or 0


def mark_seen(user_id: int) -> None:
    """This function will note that the bidder has looked at the news of all bids."""
    if not unseen_count(user_id):
        return
    with writing() as work:
        # What a decision is changing at this instant is news again in a moment.
        ids = work.session.scalars(
            select(BidRow.id)
            .where(BidRow.bidder_id == user_id, BidRow.is_seen.is_(False))
            .order_by(BidRow.id)
            .with_for_update(skip_locked=True)
        ).all()
        work.session.execute(
            update(BidRow).where(BidRow.id.in_(ids)).values(is_seen=True)
        )


def views_in(
    session: Session, rows: Sequence[BidRow], *, with_prices: bool = False
) -> tuple[BidView, ...]:
    """Return rows as frozen values, with the names of their chargers.

    :param with_prices: whether to clear the books of undecided ones for the price
    """
    places = chargers.chargers_by_ids(row.evse_id for row in rows)
    gates = _gates_in(session, rows)
    priced = {row.evse_id for row in rows if row.state == "PENDING"}
    books = _books_in(session, priced) if with_prices else {}
    return tuple(
        _view(
            row,
            places[row.evse_id],
            gates.get((row.evse_id, row.first_slot, row.stage)),
            books.get(row.evse_id),
        )
        for row in rows
    )


def _one(*conditions: ColumnElement[bool], with_prices: bool = True) -> BidView:
    rows = _rows(*conditions)
    if not rows:
        raise NotFound
    return views_in(db.session(), rows, with_prices=with_prices)[0]


def _rows(*conditions: ColumnElement[bool]) -> Sequence[BidRow]:
    statement = _fresh(*conditions).order_by(BidRow.first_slot, BidRow.id)
    return db.session.scalars(statement).all()


def _fresh(*conditions: ColumnElement[bool]) -> Select[BidRow]:
    # Rows are changed by Core statements, so what the session remembers may be old.
    return select(BidRow).where(*conditions).execution_options(populate_existing=True)


def _gates_in(
    session: Session, rows: Sequence[BidRow]
) -> dict[tuple[int, int, str], datetime]:
    pending = [row for row in rows if row.state == "PENDING"]
    if not pending:
        return {}
    found = session.execute(
        select(
            AuctionGateRow.evse_id,
            AuctionGateRow.start_slot,
            AuctionGateRow.stage,
            AuctionGateRow.decides_at,
        ).where(
            AuctionGateRow.evse_id.in_({row.evse_id for row in pending}),
            AuctionGateRow.start_slot.in_({row.first_slot for row in pending}),
        )
    )
    return {(row[0], row[1], row[2]): row[3] for row in found}


def _books_in(session: Session, evse_ids: set[int]) -> dict[int, OpenBook]:
    books = {}
    for evse_id in sorted(evse_ids):
        terms = find_terms_in(session, evse_id)
        if terms is not None:
            books[evse_id] = open_book_in(session, terms, pending_in(session, evse_id))
    return books


def _view(
    row: BidRow, charger: Charger, decides_at: datetime | None, book: OpenBook | None
) -> BidView:
    is_pending = row.state == "PENDING"
    current = None
    if is_pending and book is not None:
        current = sum(book.prices(range(row.first_slot, row.end_slot)).values())
    return BidView(
        **{name: getattr(row, name) for name in _AS_STORED},
        charger_id=row.evse_id,
        charger_name=charger.name,
        charger_code=charger.code,
        time_zone=charger.time_zone,
        owner_id=charger.owner_id,
        period=Period(row.starts_at, row.ends_at),
        vehicle=_vehicle(row),
        state=BidState(row.state),
        standing=Standing(row.standing) if row.standing else None,
        stage=Stage(row.stage),
        decides_at=decides_at if is_pending else None,
        current_milli=current,
    )


def _vehicle(row: BidRow) -> Vehicle | None:
    if row.vehicle is None:
        return None
    return Vehicle(**{**row.vehicle, "standards": tuple(row.vehicle["standards"])})
