"""Whether others bid for a time that somebody would book at once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.auctions.domain.rules import Standing
from app.auctions.service.books import pending_in
from app.auctions.service.terms import sold_slots
from app.chargers.service import Charger
from app.kernel.period import Period


def has_rivals_in(
    session: Session, *, charger: Charger, period: Period, driver_id: int | None
) -> bool:
    """Return whether a bid of somebody else would lose by it.

    Bids under the reserve lose nothing: they could not have won.
    """
    sold = sold_slots(charger, period)
    return any(
        bid.overlaps(sold)
        for bid in pending_in(session, charger.id)
        if bid.bidder_id != driver_id and bid.standing != Standing.ALERT
    )
