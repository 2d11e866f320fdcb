"""What follows when a bid was placed or changed: the book cleared again, its promises.

The caller holds the charger's lock.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.auctions.domain.commitment import commitment_of
from app.auctions.domain.happenings import Reserved
from app.auctions.models import FrozenReserveRow
from app.auctions.service.books import OpenBook, Pending, pending_in, refresh_in
from app.auctions.service.history import note_in
from app.auctions.service.terms import Terms, kept_reserves_in
from app.database import Writing
from app.kernel.money import MILLI


def settle_in(work: Writing, terms: Terms, code: str, now: datetime) -> OpenBook:
    """Clear again after a bid was placed or changed, and keep the reserve it meets."""
    pending = pending_in(work.session, terms.evse_id)
    mine = next(each for each in pending if each.code == code)
    _keep_reserve_in(work.session, terms, mine, now)
    return refresh_in(work, terms, pending, quiet=code)


def sealed(code: str, sold: range, maximum_minor: int) -> dict[str, str]:
    """Return a fresh nonce and the commitment that is published for the maximum."""
    nonce = secrets.token_hex(16)
    return {
        "nonce": nonce,
        "commitment": commitment_of(
            code, sold.start, sold.stop, maximum_minor * MILLI, nonce
        ),
    }


def _keep_reserve_in(
    session: Session, terms: Terms, bid: Pending, now: datetime
) -> None:
    """Let the reserve not rise again above what an eligible bid has met."""
    slots = bid.slots
    kept = kept_reserves_in(session, terms.evse_id, slots)
    reserve = terms.reserve_of(slots, kept)
    if bid.maximum_minor * MILLI < sum(reserve):
        return
    fresh = {
        slot: milli
        for slot, milli in zip(slots, reserve, strict=True)
        if kept.get(slot) != milli
    }
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
            for slot, milli in fresh.items()
        ],
    )
    note_in(session, terms.evse_id, Reserved(slots=fresh), now)
