"""Turns what happened to bids into mails to their bidders."""

from __future__ import annotations

import logging

from flask import Flask

from app.accounts import service as accounts
from app.auctions import service as auctions
from app.auctions.events import (
    BidDropped,
    BidLeading,
    BidLost,
    BidOutbid,
    BidWon,
)
from app.auctions.service import BidView
from app.bookings import service as bookings
from app.kernel.errors import TooMany
from app.kernel.events import EventBus
from app.notifications import service
from app.notifications.nearby import search_near
from app.web import clock
from app.web.limits import count_use

_log = logging.getLogger(__name__)
# A lively evening must not fill a mailbox; the page always shows how a bid stands.
_MAILS_AN_HOUR = 4


def init_app(app: Flask) -> None:
    """Listen to everything that bidders get mail about."""
    bus: EventBus = app.extensions["plugbid_events"]
    bus.subscribe(BidOutbid, _say_outbid)
    bus.subscribe(BidLeading, _say_leading)
    bus.subscribe(BidWon, _say_won)
    bus.subscribe(BidLost, _say_lost)
    bus.subscribe(BidDropped, _say_dropped)


def _say_outbid(event: BidOutbid) -> None:
    _say_standing("outbid", event)


def _say_leading(event: BidLeading) -> None:
    _say_standing("leading", event)


def _say_standing(template: str, event: BidOutbid | BidLeading) -> None:
    if event.follow_id is not None:
        return  # It moves to the next best place by itself; that is what it is for.
    try:
        count_use(
            f"bid-mail:{event.bid_id}",
            limit=_MAILS_AN_HOUR,
            window_s=3600,
            now=clock.now(),
        )
    except TooMany:
        _log.info("No further mail about bid %s in this hour.", event.bid_id)
        return
    _write(template, _bid_of(event))


def _say_won(event: BidWon) -> None:
    booking = bookings.get_booking_for(event.bidder_id, event.booking_code)
    _write("won", _bid_of(event), booking=booking)


def _say_lost(event: BidLost) -> None:
    _say_ended("lost", event)


def _say_dropped(event: BidDropped) -> None:
    _say_ended("dropped", event)


def _say_ended(template: str, event: BidLost | BidDropped) -> None:
    bid = _bid_of(event)
    nearby = search_near(bid.charger_id, bid.period, clock.now())
    _write(template, bid, why=event.why, nearby=nearby)


def _bid_of(event: BidOutbid | BidLeading | BidWon | BidLost | BidDropped) -> BidView:
    """Return the bid without its price, for which the whole book would be cleared."""
    return auctions.bid_for(event.bidder_id, event.code, with_prices=False)


def _write(template: str, bid: BidView, **context: object) -> None:
    bidder = accounts.get_person(bid.bidder_id)
    service.write(
        template,
        to_email=bidder.email,
        to_name=bidder.display_name,
        bid=bid,
        now=clock.now(),
        **context,
    )
