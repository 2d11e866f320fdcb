"""What asking every charger itself says about a search: the truth to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.auctions import service as auctions
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.geo import Point, distance_m
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid, floor_to_grid
from app.pricing import service as pricing
from app.pricing.domain import Tariff, expected
from app.schedules import service as schedules
from app.schedules.domain import to_instant
from app.search.domain import Order, Query, Span, UntilFull, Window, Wish
from tests.service.search import world
from tests.service.search.test_oracle import CAR

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Truth:
    """What asking a charger itself says."""

    charger_id: int
    distance_m: float
    begins_at: datetime
    total_minor: int
    energy_wh: int
    currency: str

    @property
    def per_kwh(self) -> Decimal:
        """The price of a kWh, all included, rounded up to 1/1000 minor units."""
        milli = Decimal(self.total_minor) * 1_000_000 / self.energy_wh
        return milli.to_integral_value(rounding="ROUND_CEILING")


def truths(
    ids: list[int], query: Query, wish: Wish | None, now: datetime
) -> list[Truth]:
    """Return every charger that satisfies the search, in the wanted order."""
    found = []
    wanted_wh = (wish or Wish()).energy_of(CAR.battery_wh)
    for charger in chargers.chargers_by_ids(ids).values():
        place = Point(charger.public_latitude, charger.public_longitude)
        away_m = distance_m(query.center, place)
        if away_m <= query.radius_m:
            truth = _truth(charger, away_m, query, wish, now)
            if truth is not None and _is_cheap_enough(truth, query):
                found.append(truth)
    return sorted(found, key=lambda each: _rank(each, query.order, wanted_wh))


def _rank(truth: Truth, order: Order, wanted_wh: int) -> tuple[object, ...]:
    nearest = (truth.distance_m, truth.charger_id)
    if order is Order.NEAR:
        return nearest
    if order is Order.SOON:
        return (truth.begins_at, *nearest)
    price = truth.total_minor if order is Order.TOTAL else truth.per_kwh
    # Within one currency; how the currencies follow each other is shown elsewhere.
    is_part = order is Order.TOTAL and truth.energy_wh < wanted_wh
    return (truth.currency, is_part, price, *nearest)


def _is_cheap_enough(truth: Truth, query: Query) -> bool:
    per_kwh, total = query.max_price, query.max_total
    if per_kwh and truth.per_kwh > per_kwh.milli_in(truth.currency):
        return False
    return not total or truth.total_minor * 1_000 <= total.milli_in(truth.currency)


def _truth(
    charger: Charger, away_m: float, query: Query, wish: Wish | None, now: datetime
) -> Truth | None:
    tariff = pricing.tariffs_of([charger.id]).get(charger.id)
    plugs = [
        each
        for each in charger.connectors
        if query.standards is None or each.standard in query.standards
    ]
    if not charger.is_bookable or tariff is None or not plugs:
        return None
    power_w = world._power_w(plugs, CAR)
    wanted_wh = (wish or Wish()).energy_of(CAR.battery_wh)
    seconds = -(-wanted_wh * 3600 // power_w // 900) * 900
    seconds = max(seconds, charger.min_length_min * 60)
    seconds = min(seconds, charger.max_length_min * 60)
    begins_at = None
    match query.time:
        case None:
            seconds, begins_at = next_free(charger, seconds, now)
        case UntilFull():
            if seconds * power_w >= wanted_wh * 3600 and charger.lead_min <= 60:
                begins_at = _free_from_now(charger, seconds, now)
        case Window() | Span() as time:
            seconds, begins_at = _fitting(charger, time, now)
    if begins_at is None:
        return None
    period = Period(begins_at, begins_at + timedelta(seconds=seconds))
    price = _promised(charger, tariff, period, now)
    bill = expected(price, period, power_w=power_w, wanted_wh=wanted_wh)
    return Truth(
        charger_id=charger.id,
        distance_m=away_m,
        begins_at=begins_at,
        total_minor=bill.total_minor,
        energy_wh=bill.energy_wh,
        currency=tariff.currency,
    )


def _promised(
    charger: Charger, tariff: Tariff, period: Period, now: datetime
) -> Tariff:
    """Return the price as the charger's own page would tell it for this time."""
    sold = period.widened(after_s=charger.buffer_min * 60)
    book = auctions.book_of(charger, now, sold)
    if book is None:
        return tariff
    return tariff.promised(tuple(each.book_now_milli for each in book.slots))


def _free(charger: Charger, now: datetime) -> tuple[Period, ...]:
    horizon = Period(now - timedelta(days=1), now + timedelta(days=40))
    return schedules.free_periods(charger=charger, window=horizon, now=now)


def next_free(
    charger: Charger, seconds: int, now: datetime
) -> tuple[int, datetime | None]:
    """Return the length, and where it begins: all of it within two days, or a part."""
    soon = floor_to_grid(now) + timedelta(days=2)
    shortest = charger.min_length_min * 60
    long = [each for each in _free(charger, now) if each.duration_s >= shortest]
    for each in long:
        if each.duration_s >= seconds and each.starts_at < soon:
            return seconds, each.starts_at
    if not long:
        return seconds, None
    return min(seconds, long[0].duration_s), long[0].starts_at


def _free_from_now(charger: Charger, seconds: int, now: datetime) -> datetime | None:
    starts_at = ceil_to_grid(now + timedelta(minutes=charger.lead_min))
    stay = Period(starts_at, starts_at + timedelta(seconds=seconds))
    is_free = any(each.covers(stay) for each in _free(charger, now))
    return starts_at if is_free else None


def _fitting(
    charger: Charger, time: Window | Span, now: datetime
) -> tuple[int, datetime | None]:
    """Return the length, and the first quarter hour from which on it is free."""
    place = ZoneInfo(charger.time_zone)
    starts_at = to_instant(time.starts, place, fold=0)
    ends_at = to_instant(time.ends, place, fold=1)
    length = time.length if isinstance(time, Window) else ends_at - starts_at
    minutes = length // timedelta(minutes=1)
    if not charger.min_length_min <= minutes <= charger.max_length_min:
        return minutes * 60, None
    free = _free(charger, now)
    while starts_at + length <= ends_at:
        stay = Period(starts_at, starts_at + length)
        if any(each.covers(stay) for each in free):
            return minutes * 60, starts_at
        starts_at += QUARTER
    return minutes * 60, None
