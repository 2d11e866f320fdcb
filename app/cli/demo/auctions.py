"""Which chargers of the demo world are auctioned, and who bids for what."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.service import default_vehicle
from app.auctions import service as auctions
from app.auctions.service import PlaceBid
from app.bookings import service as bookings
from app.chargers import service as chargers
from app.cli.demo.clock import at_clock, local
from app.kernel.money import MILLI
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid
from app.pricing import service as pricing
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.suggestion import Suggestion
from app.pricing.domain.wish import MarginPerKwh, MonthlyProfit, OwnerWish
from app.schedules.domain import HOURS_A_WEEK

# Cents a month that the host would like to earn; None asks for a margin instead.
# They have no turnaround: one driver leaves as the next one comes.
PLANS: dict[str, int | None] = {
    "Hanna's driveway": 800,
    "Courtyard on Oderberger": None,
    "Carport in the Bergmannkiez": 600,
    "Sonnenallee yard": None,
    "Boxhagener lift garage": 1_500,
    "Park Slope brownstone": 1_000,
}
_NIGHT_MILLI, _DAY_MILLI = 26 * MILLI, 34 * MILLI
_MARGIN_MILLI = 4 * MILLI
_HIGHEST_MILLI_PER_HOUR = 600 * MILLI
_DECIDED = "Boxhagener lift garage"


@dataclass(frozen=True, slots=True)
class Wish:
    """A bid: how many days ahead, from when, how long, and at most how many cents."""

    charger: str
    driver: str
    in_days: int
    at: str
    hours: float
    maximum_minor: int


BIDS = (
    Wish("Hanna's driveway", "Lena", 2, "18:00", 2, 420),
    Wish("Hanna's driveway", "Tom", 2, "20:00", 2, 300),
    Wish("Hanna's driveway", "Priya", 2, "19:00", 2, 500),
    Wish("Hanna's driveway", "Lena", 4, "17:30", 1.5, 260),
    Wish("Sonnenallee yard", "Priya", 1, "18:00", 3, 640),
    Wish("Sonnenallee yard", "Tom", 1, "19:30", 2, 450),
    Wish("Carport in the Bergmannkiez", "Priya", 2, "07:00", 2, 310),
)


def sell_by_auction(places: dict[str, int], *, now: datetime) -> None:
    """Let some hosts accept the prices that are suggested for their wishes."""
    for name, profit_minor in PLANS.items():
        charger = chargers.get_charger(places[name])
        pricing.accept(
            charger=charger,
            suggestion=_suggestion(charger, profit_minor, now),
            is_automatic=profit_minor is None,
            gate_min=120,
            now=now,
        )


def bid(people: dict[str, int], places: dict[str, int], *, now: datetime) -> None:
    """Place the bids of the coming days, and let one start be decided already."""
    for wish in BIDS:
        charger = chargers.get_charger(places[wish.charger])
        starts_at = local(charger, now, wish.in_days, wish.at)
        period = Period(starts_at, starts_at + timedelta(hours=wish.hours))
        _place(people[wish.driver], charger.id, period, wish.maximum_minor, now)
    _decide_one(people, places[_DECIDED], now)


def _decide_one(people: dict[str, int], charger_id: int, now: datetime) -> None:
    """Let two drivers have bid some hours ago for a time whose gate has just passed."""
    starts_at = ceil_to_grid(now) + timedelta(minutes=75)
    earlier = now - timedelta(hours=3)
    with at_clock(earlier):
        for name, hours, maximum_minor in (("Tom", 2, 700), ("Priya", 1, 410)):
            period = Period(starts_at, starts_at + timedelta(hours=hours))
            _place(people[name], charger_id, period, maximum_minor, earlier)
    bookings.award(now=now)


def _place(
    driver_id: int, charger_id: int, period: Period, maximum_minor: int, now: datetime
) -> None:
    vehicle = default_vehicle(driver_id)
    auctions.place(
        PlaceBid(
            bidder_id=driver_id,
            charger_id=charger_id,
            period=period,
            maximum_minor=maximum_minor,
            currency=pricing.tariff_of(charger_id).currency,
            vehicle_id=vehicle.id if vehicle else None,
            energy_cap_wh=None,
            idempotency_key=secrets.token_hex(16),
        ),
        now,
    )


def _suggestion(
    charger: chargers.Charger, profit_minor: int | None, now: datetime
) -> Suggestion:
    aim = (
        MarginPerKwh(_MARGIN_MILLI)
        if profit_minor is None
        else MonthlyProfit(profit_minor)
    )
    wish = OwnerWish(
        currency=pricing.tariff_of(charger.id).currency,
        power_w=charger.max_power_w,
        electricity=Electricity.by_time_of_day(
            ((6, 22, _DAY_MILLI), (22, 6, _NIGHT_MILLI))
        ),
        aim=aim,
        ceiling_milli_per_hour=_HIGHEST_MILLI_PER_HOUR,
        # Filled in from the charger's opening hours.
        open_hours=(0.0,) * HOURS_A_WEEK,
    )
    return pricing.suggest_for(charger, wish, now)
