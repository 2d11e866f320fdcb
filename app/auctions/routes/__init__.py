"""Pages of auctions: prices and bidding, my bids, follow-me, and the open book."""

from __future__ import annotations

from flask import Blueprint

from app.auctions.routes import bidding, follow, mine, news, open_book

bp = Blueprint("auctions", __name__)
for pages in (bidding, mine, follow, open_book, news):
    pages.add_to(bp)
