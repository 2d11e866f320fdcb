"""A charger's undecided and decided bids as its owner may see them; reads only.

No maximum, and nobody's name: an owner who knew them could bid against his guests. No
single price alert either: by lowering the reserve he would find out what it offers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.auctions.domain.rules import BidState, Standing
from app.auctions.models import BidRow
from app.auctions.service.reading import views_in
from app.auctions.service.views import BidView
from app.chargers.service import Charger
from app.database import db
from app.kernel.money import MILLI, divide_up
from app.kernel.period import Period

DECIDED_SHOWN = 30
# Fewer than these could be told apart.
FEWEST_ALERTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerBid:
    """One bid without its maximum.

    :param price_minor: what its time costs at this moment, or was sold for
    """

    period: Period
    state: BidState
    standing: Standing | None
    decides_at: datetime | None
    price_minor: int | None
    booking_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerBook:
    """The undecided bids that could win, by start, and how the latest others ended.

    :param alerts: how many bids lie under the reserve; None where they are few
    """

    currency: str
    pending: tuple[OwnerBid, ...]
    decided: tuple[OwnerBid, ...]
    alerts: int | None


def owner_book_of(*, charger: Charger) -> OwnerBook:
    """This function will return a charger's bids for its owner."""
    of_charger = select(BidRow).where(BidRow.evse_id == charger.id)
    fresh = of_charger.execution_options(populate_existing=True)
    undecided = db.session.scalars(
        fresh.where(BidRow.state == BidState.PENDING).order_by(
            BidRow.first_slot, BidRow.id
        )
    ).all()
    pending = [each for each in undecided if each.standing != Standing.ALERT]
    alerts = len(undecided) - len(pending)
    decided = db.session.scalars(
        fresh.where(BidRow.state.in_((BidState.WON, BidState.LOST)))
        .order_by(BidRow.decided_at.desc(), BidRow.id.desc())
        .limit(DECIDED_SHOWN)
    ).all()
    views = views_in(db.session(), [*pending, *decided], with_prices=True)
    return OwnerBook(
        currency=views[0].currency if views else "",
        pending=tuple(_shown(each) for each in views if each.is_pending),
        decided=tuple(_shown(each) for each in views if not each.is_pending),
        alerts=alerts if alerts >= FEWEST_ALERTS else None,
    )


def _shown(bid: BidView) -> OwnerBid:
    price_minor = bid.paid_minor
    if bid.current_milli is not None:
        price_minor = divide_up(bid.current_milli, MILLI)
    return OwnerBid(
        period=bid.period,
        state=bid.state,
        standing=bid.standing,
        decides_at=bid.decides_at,
        price_minor=price_minor,
        booking_code=bid.booking_code,
    )
