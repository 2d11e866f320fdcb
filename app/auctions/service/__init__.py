"""Use cases of auctions; other rooms call these and see only frozen views."""

from __future__ import annotations

from app.auctions.domain.gates import BidClosed, Stage
from app.auctions.domain.rules import (
    BidRefused,
    BidState,
    BidTaken,
    NotWhileLeading,
    Standing,
)
from app.auctions.service.changing import lower_bid, raise_bid, withdraw
from app.auctions.service.clockwork import tick
from app.auctions.service.deciding import (
    award_in,
    decide_in,
    due,
    refuse_award_in,
)
from app.auctions.service.documents import document, documents_of
from app.auctions.service.logbook import log_of
from app.auctions.service.placing import place
from app.auctions.service.quoting import book_now_in, book_of, quote
from app.auctions.service.reading import (
    bid_for,
    bids_of,
    get_bid,
    mark_seen,
    unseen_count,
)
from app.auctions.service.selling import (
    drop_unavailable,
    drop_unavailable_in,
    sold_in,
)
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
    "BidTaken",
    "BidView",
    "BookView",
    "Due",
    "NotWhileLeading",
    "PlaceBid",
    "SlotPrice",
    "Stage",
    "Standing",
    "Won",
    "award_in",
    "bid_for",
    "bids_of",
    "book_now_in",
    "book_of",
    "decide_in",
    "document",
    "documents_of",
    "drop_unavailable",
    "drop_unavailable_in",
    "due",
    "get_bid",
    "log_of",
    "lower_bid",
    "mark_seen",
    "place",
    "quote",
    "raise_bid",
    "refuse_award_in",
    "sold_in",
    "tick",
    "unseen_count",
    "withdraw",
]
