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
from app.auctions.service.competing import has_rivals_in
from app.auctions.service.deciding import (
    award_in,
    decide_in,
    due,
    refuse_award_in,
)
from app.auctions.service.documents import (
    DayBook,
    Decision,
    Seal,
    SoldQuarter,
    document,
    documents_of,
)
from app.auctions.service.following import (
    follow_for,
    follows_of,
    start_follow,
    withdraw_follow,
)
from app.auctions.service.logbook import log_of
from app.auctions.service.looks import count_look, count_reading
from app.auctions.service.moving import move_all
from app.auctions.service.places import StartFollow
from app.auctions.service.placing import place
from app.auctions.service.quoting import book_now_in, book_of, quote
from app.auctions.service.reading import (
    bid_for,
    bids_of,
    bids_placed,
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
from app.auctions.service.wishes import FollowView

__all__ = [
    "AuctionQuote",
    "BidClosed",
    "BidRefused",
    "BidState",
    "BidTaken",
    "BidView",
    "BookView",
    "DayBook",
    "Decision",
    "Due",
    "FollowView",
    "NotWhileLeading",
    "PlaceBid",
    "Seal",
    "SlotPrice",
    "SoldQuarter",
    "Stage",
    "Standing",
    "StartFollow",
    "Won",
    "award_in",
    "bid_for",
    "bids_of",
    "bids_placed",
    "book_now_in",
    "book_of",
    "count_look",
    "count_reading",
    "decide_in",
    "document",
    "documents_of",
    "drop_unavailable",
    "drop_unavailable_in",
    "due",
    "follow_for",
    "follows_of",
    "get_bid",
    "has_rivals_in",
    "log_of",
    "lower_bid",
    "mark_seen",
    "move_all",
    "place",
    "quote",
    "raise_bid",
    "refuse_award_in",
    "sold_in",
    "start_follow",
    "tick",
    "unseen_count",
    "withdraw",
    "withdraw_follow",
]
