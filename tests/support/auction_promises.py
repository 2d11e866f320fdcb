"""What must be true of an order book at any time, whatever has happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from app.auctions.domain.happenings import Decided
from app.auctions.domain.replay import replay
from app.auctions.models import LoggedSaleRow
from app.auctions.service import BidState, BidView
from app.chargers.service import Charger
from app.database import db
from app.kernel.money import MILLI
from app.schedules.models import ClaimedSlotRow, ClaimRow
from tests.support.factories_auctions import log_entries

# Time that the host keeps for himself is taken, but not sold.
_SOLD = (
    select(ClaimedSlotRow.slot)
    .join(ClaimRow, ClaimRow.id == ClaimedSlotRow.claim_id)
    .where(ClaimRow.kind == "BOOKING")
)


def check_log(charger: Charger, bids: Sequence[BidView]) -> None:
    """Nothing is sold or decided twice, and the log leads to the same state."""
    entries = log_entries(charger)
    state = replay(entries)
    decided = Counter(
        (each.event.start, each.event.stage)
        for each in entries
        if isinstance(each.event, Decided)
    )
    logged = set(
        db.session.scalars(
            select(LoggedSaleRow.slot).where(LoggedSaleRow.evse_id == charger.id)
        )
    )
    claimed = set(db.session.scalars(_SOLD.where(ClaimedSlotRow.evse_id == charger.id)))
    assert [(each.code, each.state, each.paid) for each in state.bids] == [
        (each.code, each.state, each.paid_milli or 0) for each in bids
    ]
    assert state.recomputed == state.decisions
    assert set(state.sold) == logged
    assert claimed <= logged
    assert max(decided.values(), default=1) == 1


def check_bid(bid: BidView) -> None:
    """Who waits knows where he stands; nobody pays more than he offered."""
    if bid.state is BidState.PENDING:
        assert bid.standing is not None
        assert bid.decides_at is not None
        return
    assert bid.why or bid.state is BidState.WITHDRAWN
    if bid.state is BidState.WON:
        paid = bid.paid_milli or 0
        assert (bid.reserve_milli or 0) <= (bid.minimum_milli or 0) <= paid
        assert paid <= bid.maximum_minor * MILLI
        assert paid <= (bid.minimum_milli or 0) + (bid.top_up_milli or 0)
