"""What time costs now: the public strip of prices, and the quote for one stay.

What bids would be displaced is in the book-now price only, and only in coarse steps.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.auctions.domain.gates import Gate
from app.auctions.domain.quotes import book_now_total
from app.auctions.domain.rules import check_open, check_times
from app.auctions.domain.spreading import spread
from app.auctions.service.books import OpenBook, open_book_in, pending_in
from app.auctions.service.checking import gate_in, terms_in
from app.auctions.service.ending import taken_slots, why_gone
from app.auctions.service.terms import Terms, find_terms_in, sold_slots
from app.auctions.service.views import AuctionQuote, BookView, SlotPrice, SlotState
from app.chargers.service import Charger
from app.database import db
from app.kernel.errors import DomainError
from app.kernel.money import MILLI, divide_half_even, divide_up
from app.kernel.period import Period
from app.kernel.slots import slots_of, start_of
from app.schedules import service as schedules
from app.schedules.claims import covered

_TAKEN = "A part of this time is already booked."


def book_of(charger: Charger, now: datetime, window: Period) -> BookView | None:
    """This function will return the price of each quarter hour of the window.

    :returns: None where the charger has a fixed price
    """
    session = db.session()
    terms = find_terms_in(session, charger.id)
    if terms is None:
        return None
    slots = slots_of(window)
    book = _live_book_in(session, charger, terms, now)
    prices = book.prices(slots)
    reserve = terms.reserve_in(session, slots)
    model = terms.prices.book_now_of(slots, now)
    states = _states(charger, slots, now)
    return BookView(
        charger_id=charger.id,
        currency=terms.currency,
        gate_min=terms.gate_min,
        slots=tuple(
            SlotPrice(
                slot=slot,
                starts_at=start_of(slot),
                state=states[slot],
                reserve_milli=low,
                price_milli=max(low, prices.get(slot, 0)),
                book_now_milli=max(low, high, prices.get(slot, 0)),
                has_bids=slot in prices,
            )
            for slot, low, high in zip(slots, reserve, model, strict=True)
        ),
    )


def quote(
    charger: Charger, period: Period, now: datetime, *, bidder_id: int | None = None
) -> AuctionQuote | None:
    """This function will say what a stay costs now, and whether it may be bid for.

    :param bidder_id: who asks, if known: nobody bids at his own charger, and nobody
        pays for what he himself has bid
    :returns: None where the charger has a fixed price
    :raises DomainError: if the charger does not sell such a time at all
    """
    session = db.session()
    terms = find_terms_in(session, charger.id)
    if terms is None:
        return None
    check_times(period, charger, now)
    check_open(period, schedules.open_periods(charger=charger, window=period))
    sold = sold_slots(charger, period)
    is_free = not taken_slots(charger.id, covered(period, charger.buffer_min), now)
    gate, refusal = _gate(session, charger, terms, sold.start, bidder_id, now)
    refusal = refusal if is_free else _TAKEN
    book = _live_book_in(session, charger, terms, now)
    reserve = terms.reserve_in(session, sold)
    rivals = _rivals_in(session, charger, terms, now, bidder_id)
    slots_milli = _book_now(terms, rivals, sold, reserve, now)
    prices = dict(zip(sold, reserve, strict=True)) | book.prices(sold)
    return AuctionQuote(
        charger_id=charger.id,
        period=period,
        sold=sold,
        currency=terms.currency,
        reserve_minor=divide_up(sum(reserve), MILLI),
        current_minor=divide_up(sum(prices.values()), MILLI),
        book_now_minor=divide_half_even(sum(slots_milli), MILLI),
        book_now_slots_milli=slots_milli,
        stage=gate.stage if gate else None,
        decides_at=gate.decides_at if gate else None,
        is_free=is_free,
        may_bid=not refusal,
        refusal=refusal,
    )


def _gate(
    session: Session,
    charger: Charger,
    terms: Terms,
    start_slot: int,
    bidder_id: int | None,
    now: datetime,
) -> tuple[Gate | None, str]:
    """Return when a bid placed now is decided, or why this person cannot bid."""
    try:
        terms_in(session, charger, bidder_id)
        return gate_in(session, terms, start_slot, now), ""
    except DomainError as refused:
        return None, refused.message


def book_now_in(
    session: Session,
    *,
    charger: Charger,
    period: Period,
    now: datetime,
    bidder_id: int | None = None,
) -> tuple[int, ...] | None:
    """This function will return what booking the stay at once costs, by quarter hour.

    At least the reserve and what the waiting bids of others would lose, so that no
    purchase destroys their value; in 1/1000 minor units, over the stay and its
    turnaround.

    :param bidder_id: who books; his own bids are not in his way
    :returns: None where the charger has a fixed price
    """
    terms = find_terms_in(session, charger.id)
    if terms is None:
        return None
    sold = sold_slots(charger, period)
    rivals = _rivals_in(session, charger, terms, now, bidder_id)
    return _book_now(terms, rivals, sold, terms.reserve_in(session, sold), now)


def _book_now(
    terms: Terms, book: OpenBook, sold: range, reserve: tuple[int, ...], now: datetime
) -> tuple[int, ...]:
    asked = terms.prices.book_now_of(sold, now)
    model = tuple(max(pair) for pair in zip(asked, reserve, strict=True))
    total = book_now_total(sum(model), sum(reserve), book.displaced(sold))
    return spread(model, total)


def _rivals_in(
    session: Session,
    charger: Charger,
    terms: Terms,
    now: datetime,
    bidder_id: int | None,
) -> OpenBook:
    """Return the book of those who would lose by a purchase of this person."""
    if bidder_id == charger.owner_id:
        # What it would displace tells what drivers have bid: no owner is to know.
        return OpenBook((), {})
    return _live_book_in(session, charger, terms, now, but_not=bidder_id)


def _live_book_in(
    session: Session,
    charger: Charger,
    terms: Terms,
    now: datetime,
    *,
    but_not: int | None = None,
) -> OpenBook:
    """Return the book without bids that are about to be dropped.

    :param but_not: whose bids are left out
    """
    pending = [b for b in pending_in(session, charger.id) if b.bidder_id != but_not]
    gone = why_gone(charger, terms, pending, now)
    return open_book_in(session, terms, [b for b in pending if b.id not in gone])


def _states(charger: Charger, slots: range, now: datetime) -> dict[int, SlotState]:
    window = Period(start_of(slots.start), start_of(slots.stop))
    opened: set[int] = set()
    for period in schedules.open_periods(charger=charger, window=window):
        opened.update(slots_of(period))
    taken = taken_slots(charger.id, window, now)
    states: dict[int, SlotState] = {}
    for slot in slots:
        if start_of(slot) < now:
            states[slot] = "PAST"
        elif slot in taken:
            states[slot] = "TAKEN"
        elif slot not in opened or not charger.is_bookable:
            states[slot] = "CLOSED"
        else:
            states[slot] = "OPEN"
    return states
