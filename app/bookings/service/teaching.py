"""Tells the pricing once a day what drivers wanted: their bids and their bookings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from app.auctions import service as auctions
from app.auctions.service import BidView
from app.bookings.domain import Booking
from app.bookings.models import BookingRow
from app.bookings.service.reading import load
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import writing
from app.kernel.geo import Point, cell_of
from app.kernel.money import MILLI
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, slots_of, start_of
from app.pricing import service as pricing
from app.pricing.domain.observation import Observation
from app.schedules import service as schedules
from app.schedules.domain import hour_of_week

_JOB = "demand"
# Reported again after a day without ticks; what was learned before is left out.
_REPORTED = timedelta(days=7)
_HOUR_S = 3600


def teach(*, now: datetime) -> int:
    """This function will report the days up to last midnight (UTC), once a day.

    The database remembers that it was done; a run that broke off is repeated, and
    teaches nothing twice.

    :returns: how many observations were new
    """
    today = now.astimezone(UTC).date()
    if schedules.is_done_tonight(_JOB, today):
        return 0
    new = teach_until(today)
    with writing() as work:
        schedules.note_done_in(work.session, _JOB, today, now)
    return new


def teach_until(day: date) -> int:
    """This function will report what happened before this UTC date began."""
    midnight = datetime.combine(day, time(), UTC)
    window = Period(midnight - _REPORTED, midnight)
    bids = auctions.bids_placed(window)
    booked = load(
        BookingRow.created_at >= window.starts_at,
        BookingRow.created_at < window.ends_at,
        BookingRow.source == "DIRECT",
    )
    places = chargers.chargers_by_ids(
        {each.charger_id for each in bids} | {each.charger_id for each in booked}
    )
    seen = [
        *(_of_bid(each, places[each.charger_id]) for each in bids),
        *_of_bookings(booked, places),
    ]
    # Ordered, so that the same days always teach the same.
    seen.sort(key=lambda each: (each.at, each.person))
    return pricing.learn(seen, midnight, _chargers_shown() if seen else None)


def _of_bid(bid: BidView, charger: Charger) -> Observation:
    covered = _covered(bid.period, charger)
    sold_s = Period(start_of(bid.first_slot), start_of(bid.end_slot)).duration_s
    return Observation(
        at=bid.placed_at,
        person=str(bid.bidder_id),
        place=_public(charger),
        hours=tuple(covered),
        shares=tuple(covered.values()),
        kind="BID",
        currency=bid.currency,
        power_w=charger.max_power_w,
        milli_per_hour=bid.maximum_minor * MILLI * _HOUR_S // sold_s,
    )


def _of_bookings(
    booked: Iterable[Booking], places: dict[int, Charger]
) -> Iterator[Observation]:
    """Yield the answers to a price; free time says nothing about what it is worth."""
    for each in booked:
        charger = places[each.charger_id]
        covered = _covered(each.period, charger)
        # Quarter hours of their own price hold the turnaround, which is paid for too.
        sold_s = len(each.tariff.slots_milli) * SLOT_S or each.period.duration_s
        price = each.quote.amount_of("TIME") * MILLI * _HOUR_S // sold_s
        yield Observation(
            at=each.created_at,
            person=str(each.driver_id),
            place=_public(charger),
            hours=tuple(covered),
            shares=tuple(covered.values()),
            kind="TAKEN" if price else "WANTED",
            currency=each.currency,
            power_w=charger.max_power_w,
            milli_per_hour=price or None,
        )


def _covered(period: Period, charger: Charger) -> dict[int, float]:
    """Return how much of each local hour of the week a stay takes, in order."""
    quarters = Counter(
        hour_of_week(start_of(slot), charger.time_zone) for slot in slots_of(period)
    )
    # The hour that autumn repeats is no more than a whole one.
    return {hour: min(1.0, count / 4) for hour, count in quarters.items()}


def _public(charger: Charger) -> Point:
    return Point(charger.public_latitude, charger.public_longitude)


def _chargers_shown() -> dict[int, float]:
    """Return how many chargers the drivers of a place could choose from."""
    shown: Counter[int] = Counter()
    for point in chargers.public_points():
        shown[cell_of(point)] += 1
        shown[pricing.region_of(point)] += 1
    return {place: float(count) for place, count in shown.items()}
