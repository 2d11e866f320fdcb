"""Use cases of auctions; other rooms call these and see only frozen views."""

from __future__ import annotations

from app.auctions.domain.gates import BidClosed, Stage
from app.auctions.domain.rules import BidRefused, BidState, NotWhileLeading, Standing
from app.auctions.service.views import (
    AuctionQuote,
    BidView,
    BookView,
    Due,
    PlaceBid,
    SlotPrice,
    Won,
)

__all__ = [
    "AuctionQuote",
    "BidClosed",
    "BidRefused",
    "BidState",
    "BidView",
    "BookView",
    "Due",
    "NotWhileLeading",
    "PlaceBid",
    "SlotPrice",
    "Stage",
    "Standing",
    "Won",
]
