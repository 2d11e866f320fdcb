"""What follows when a book has changed: it is cleared again, and promises are kept.

The caller holds the charger's lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.auctions.domain.commitment import commitment_of
from app.auctions.domain.happenings import Reserved
from app.auctions.domain.rules import Standing
from app.auctions.events import BidLeading, BidOutbid
from app.auctions.models import BidRow, FrozenReserveRow
from app.auctions.service.books import OpenBook, Pending, ids_of, open_book_in
from app.auctions.service.history import note_in
from app.auctions.service.terms import Terms
from app.database import Writing
from app.kernel.money import MILLI


def refresh_in(
    work: Writing,
    terms: Terms,
    bids: Sequence[Pending],
    now: datetime,
    *,
    quiet: str | None = None,
) -> OpenBook:
    """Write down how the bids stand now, and tell those whose standing changed.

    The reserve that any of them meets cannot rise above it any more.

    :param quiet: the code of the bid whose own driver is looking at it
    """
    book = open_book_in(work.session, terms, bids)
    _keep_reserves_in(work.session, terms, book.not_kept(), now)
    now_standing = book.standings()
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
            {"evse_id": terms.evse_id, "slot": slot, "reserve_milli": milli}
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
