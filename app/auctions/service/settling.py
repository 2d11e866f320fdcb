"""What follows when a book has changed: it is cleared again, and promises are kept.

The caller holds the charger's lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.auctions.domain.commitment import commitment_of
from app.auctions.domain.happenings import Reserved, Unreserved
from app.auctions.domain.rules import Standing
from app.auctions.events import BidLeading, BidOutbid
from app.auctions.models import BidRow, FrozenReserveRow
from app.auctions.service.books import (
    OpenBook,
    Pending,
    ids_of,
    open_book_in,
    pending_in,
)
from app.auctions.service.ending import drop_gone_in
from app.auctions.service.history import note_in, runs
from app.auctions.service.terms import Terms
from app.chargers.service import Charger
from app.database import Writing
from app.kernel.money import MILLI
from app.kernel.slots import slot_at


def refresh_in(
    work: Writing,
    terms: Terms,
    bids: Sequence[Pending],
    now: datetime,
    *,
    quiet: str | None = None,
) -> OpenBook:
    """Write down how the bids stand now, and tell those whose standing changed.

    The reserve that any of them meets cannot rise above it until none of them does.

    :param quiet: the code of the bid whose own driver is looking at it
    """
    # Those in another currency are about to be dropped, and stand nowhere.
    bids, doomed = _parted(bids, terms.currency)
    book = open_book_in(work.session, terms, bids)
    now_standing = book.standings()
    relying = [bid for bid in bids if now_standing[bid.code] is not Standing.ALERT]
    release_reserves_in(work.session, terms.evse_id, [*relying, *doomed], now)
    _keep_reserves_in(work.session, terms, book.not_kept(), now)
    for bid in bids:
        standing = now_standing[bid.code]
        if standing == bid.standing:
            continue
        told = _news_of(bid, standing) if bid.code != quiet else None
        values: dict[str, object] = {"standing": standing}
        if told:
            values["is_seen"] = False
            work.announce(told)
        work.session.execute(update(BidRow).where(BidRow.id == bid.id).values(**values))
    return book


def lasting_in(
    work: Writing,
    evse_id: int,
    charger: Charger | None,
    terms: Terms | None,
    now: datetime,
) -> tuple[Pending, ...]:
    """Return the undecided bids, once those whose time is gone have been dropped."""
    session = work.session
    pending = pending_in(session, evse_id)
    left = drop_gone_in(work, charger, terms, pending, now)
    if terms is None:
        release_reserves_in(session, evse_id, left, now)
    elif len(left) < len(pending):
        # Who comes next must meet the reserves of today, not those of who is gone.
        refresh_in(work, terms, left, now)
        return pending_in(session, evse_id)
    return left


def release_reserves_in(
    session: Session, evse_id: int, relying: Iterable[Pending], now: datetime
) -> None:
    """Let the reserves rise again that none of these bids relies on."""
    covered: dict[str, set[int]] = {}
    for bid in relying:
        covered.setdefault(bid.currency, set()).update(bid.slots)
    kept = session.execute(
        select(FrozenReserveRow.slot, FrozenReserveRow.currency)
        .where(
            FrozenReserveRow.evse_id == evse_id,
            FrozenReserveRow.slot >= slot_at(now),
        )
        .order_by(FrozenReserveRow.slot)
    )
    free = [row.slot for row in kept if row.slot not in covered.get(row.currency, ())]
    for run in runs(free):
        session.execute(
            delete(FrozenReserveRow).where(
                FrozenReserveRow.evse_id == evse_id,
                FrozenReserveRow.slot >= run.start,
                FrozenReserveRow.slot < run.stop,
            )
        )
        note_in(session, evse_id, Unreserved(start=run.start, end=run.stop), now)


def _parted(
    bids: Sequence[Pending], currency: str
) -> tuple[list[Pending], list[Pending]]:
    """Return the bids in this currency, and the others."""
    mine = [bid for bid in bids if bid.currency == currency]
    return mine, [bid for bid in bids if bid.currency != currency]


def sealed(code: str, sold: range, maximum_minor: int) -> dict[str, str]:
    """Return a fresh nonce and the commitment that is published for the maximum."""
    nonce = secrets.token_hex(16)
    return {
        "nonce": nonce,
        "commitment": commitment_of(
            code, sold.start, sold.stop, maximum_minor * MILLI, nonce
        ),
    }


def _keep_reserves_in(
    session: Session, terms: Terms, fresh: Mapping[int, int], now: datetime
) -> None:
    if not fresh:
        return
    session.execute(
        delete(FrozenReserveRow).where(
            FrozenReserveRow.evse_id == terms.evse_id,
            FrozenReserveRow.slot.in_(sorted(fresh)),
        )
    )
    session.execute(
        insert(FrozenReserveRow),
        [
            {
                "evse_id": terms.evse_id,
                "slot": slot,
                "currency": terms.currency,
                "reserve_milli": milli,
            }
            for slot, milli in sorted(fresh.items())
        ],
    )
    note_in(session, terms.evse_id, Reserved(slots=fresh), now)


def _news_of(bid: Pending, standing: Standing) -> BidOutbid | BidLeading | None:
    if standing is Standing.LEADING:
        return BidLeading(**ids_of(bid))
    if bid.standing == Standing.LEADING:
        return BidOutbid(**ids_of(bid))
    return None
