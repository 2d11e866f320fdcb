"""Builders for auctions; every default is valid, every override a keyword."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.service import Person
from app.auctions import service as auctions
from app.auctions.domain.happenings import Bought
from app.auctions.domain.log import Entry
from app.auctions.models import BidRow
from app.auctions.service import BidView, PlaceBid, Won, logbook
from app.auctions.service.reading import views_in
from app.bookings.domain import Terms
from app.bookings.models import BookingRow
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import Writing, db, writing
from app.kernel.period import Period
from app.pricing.domain import quote
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.wish import MarginPerKwh, OwnerWish
from app.pricing.service.plans import store_in
from app.schedules import claims
from app.schedules.domain import HOURS_A_WEEK
from tests.support.factories_chargers import TARIFF, make_charger

# 18:00 in Berlin on the quiet Wednesday of the tests; NOW is 10:07 there.
EVENING = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
WISH = OwnerWish(
    currency="EUR",
    power_w=11_000,
    electricity=Electricity.flat(30_000),
    aim=MarginPerKwh(2_000),
    floor_milli_per_hour=0,
    ceiling_milli_per_hour=1_000_000,
    open_hours=(4.3,) * HOURS_A_WEEK,
)
_keys = count(1)


def evening(begin_h: float, end_h: float) -> Period:
    """Return the time between two hours of the clock that evening in Berlin."""
    hour = timedelta(hours=1)
    return Period(EVENING + (begin_h - 18) * hour, EVENING + (end_h - 18) * hour)


def set_plan(
    charger: Charger,
    *,
    now: datetime,
    reserve: int | Sequence[int] = 40_000,
    book_now: int | Sequence[int] = 200_000,
    by_lead: Mapping[int, int] | None = None,
    gate_min: int = 120,
    mode: str = "AUCTION",
    currency: str = "EUR",
) -> None:
    """Let a charger be auctioned; prices in 1/1000 minor units per hour."""

    def table(price: int | Sequence[int]) -> list[int]:
        return [price] * HOURS_A_WEEK if isinstance(price, int) else list(price)

    plan = {
        "evse_id": charger.id,
        "mode": mode,
        "gate_min": gate_min,
        "time_zone": charger.time_zone,
        "wish": replace(WISH, currency=currency).as_dict(),
        "reserve": table(reserve),
        "book_now": table(book_now),
        "by_lead": [
            {"below_min": below, "milli_per_hour": table(price)}
            for below, price in (by_lead or {}).items()
        ],
        "is_automatic": False,
    }
    with writing() as work:
        store_in(work.session, plan, now=now)


def make_auction(
    owner: Person,
    *,
    now: datetime,
    reserve: int | Sequence[int] = 40_000,
    book_now: int | Sequence[int] = 200_000,
    gate_min: int = 120,
    **overrides: Any,
) -> Charger:
    """Store a charger without turnaround that is auctioned; 40 cents an hour at least.

    Needs an application context.
    """
    charger = make_charger(owner, now=now, **{"buffer_min": 0, **overrides})
    set_plan(charger, now=now, reserve=reserve, book_now=book_now, gate_min=gate_min)
    return charger


def a_wish(bidder: Person, charger: Charger, **overrides: Any) -> PlaceBid:
    """Return a bid of 4.20 euros for 18 to 20 o'clock."""
    values: dict[str, Any] = {
        "bidder_id": bidder.id,
        "charger_id": charger.id,
        "period": evening(18, 20),
        "maximum_minor": 420,
        "currency": "EUR",
        "vehicle_id": None,
        "energy_cap_wh": None,
        "idempotency_key": f"bid-key-{next(_keys)}",
        **overrides,
    }
    return PlaceBid(**values)


def make_bid(
    bidder: Person,
    charger: Charger,
    begin_h: float,
    end_h: float,
    maximum_minor: int,
    *,
    now: datetime,
) -> BidView:
    """Place a bid through the use case; needs an application context."""
    wish = a_wish(
        bidder, charger, period=evening(begin_h, end_h), maximum_minor=maximum_minor
    )
    return auctions.place(wish, now)


def decide(
    *, now: datetime, refuse: Sequence[str] = (), once: bool = False
) -> tuple[Won, ...]:
    """Decide all that is due and store a bare booking for each winner.

    :param refuse: codes of bids whose award fails, as if they could not be paid
    :param once: go over the list a single time; other ticks may hold some of it
    """
    awarded: list[Won] = []
    while waiting := auctions.due(now=now):
        for due in waiting:
            with writing() as work:
                for won in _until_awarded(work, due, now, refuse):
                    awarded.append(won)
        if once:
            break
    return tuple(awarded)


def _until_awarded(
    work: Writing, due: auctions.Due, now: datetime, refuse: Sequence[str]
) -> tuple[Won, ...]:
    while won := auctions.decide_in(work, due=due, now=now):
        bid = won[0].bid
        if bid.code in refuse:
            auctions.refuse_award_in(work, won=won[0], why="Not paid.", now=now)
            continue
        code = _book(work.session, won[0], now)
        auctions.award_in(work, won=won[0], booking_code=code, now=now)
        return won
    return ()


def _book(session: Session, won: Won, now: datetime) -> str:
    """Store the least that a booking is, with its claim; return its code."""
    bid = won.bid
    promise = quote(TARIFF, bid.period, bid.max_power_w)
    booking = BookingRow(
        code=f"B{bid.id:09}",
        evse_id=bid.charger_id,
        driver_id=bid.bidder_id,
        owner_id=bid.owner_id,
        starts_at=bid.period.starts_at,
        ends_at=bid.period.ends_at,
        state="RESERVED",
        source="AUCTION",
        currency=bid.currency,
        ceiling_minor=promise.total_minor,
        energy_cap_wh=promise.energy_cap_wh,
        max_power_w=bid.max_power_w,
        terms=Terms(buffer_min=bid.buffer_min).as_dict(),
        tariff=TARIFF.as_dict(),
        quote=promise.as_dict(),
        vehicle=None,
        created_at=now,
        updated_at=now,
    )
    session.add(booking)
    session.flush()
    claims.claim_in(
        session,
        evse_id=bid.charger_id,
        period=bid.period,
        buffer_min=bid.buffer_min,
        kind="BOOKING",
        booking_id=booking.id,
        now=now,
    )
    return booking.code


def buy(charger: Charger, period: Period, *, now: datetime) -> tuple[int, ...]:
    """Take the time at once, as a booking does; return the price of each slot."""
    with writing() as work:
        chargers.lock_in(work.session, charger.id)
        slots_milli = auctions.book_now_in(
            work.session, charger=charger, period=period, now=now
        )
        assert slots_milli is not None
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=charger.buffer_min,
            kind="BOOKING",
            now=now,
        )
        auctions.sold_in(
            work,
            charger_id=charger.id,
            period=period,
            booking_code=f"BUY{next(_keys)}",
            amount_milli=sum(slots_milli),
            driver_id=0,
            now=now,
        )
    return slots_milli


def log_entries(charger: Charger) -> tuple[Entry, ...]:
    """Return the charger's log as it was written."""
    return logbook.entries_of(charger.id)


def kinds(charger: Charger) -> list[str]:
    """Return the kinds of the log's entries, in order."""
    return [entry.kind for entry in log_entries(charger)]


def bought_milli(charger: Charger) -> int:
    """Return what was booked at once, by the log."""
    events = (entry.event for entry in log_entries(charger))
    return sum(each.amount or 0 for each in events if isinstance(each, Bought))


def all_bids(charger: Charger) -> tuple[BidView, ...]:
    """Return every bid for the charger, whosever it is, in order of submission."""
    rows = db.session.scalars(
        select(BidRow)
        .where(BidRow.evse_id == charger.id)
        .order_by(BidRow.id)
        .execution_options(populate_existing=True)
    ).all()
    return views_in(db.session(), rows)
