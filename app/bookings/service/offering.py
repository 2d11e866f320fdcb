"""What the charger's page shows: the promise for a chosen time, and free times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.accounts.service import Vehicle
from app.bookings.domain import (
    CancelRule,
    Fit,
    PriceChanged,
    Terms,
    TimeTaken,
    best_fit,
    cancel_rule,
    check_offered,
)
from app.bookings.domain.calendar import (
    DAYS_SHOWN,
    Day,
    days_of,
    local_date,
    suggest,
    week_window,
)
from app.bookings.service.planning import (
    check_period,
    is_free,
    nearest_times,
    priced,
    tariff_for,
    terms_for,
)
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.kernel.money import MILLI, divide_half_even
from app.kernel.period import Period, clip
from app.kernel.slots import is_on_grid
from app.pricing import service as pricing
from app.pricing.domain import Bill, Quote, Tariff, expected, quote, usual_charge_wh
from app.schedules import service as schedules
from app.schedules.domain import bookable_window

USUAL_LENGTH = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a driver may have for a chosen time.

    :param quote: the ceiling; None where no promise can be made
    :param likely: the price of the wanted, else a usual, charge; None without a car
    :param refusal: why it cannot be booked like this; None where it can
    :param alternatives: the nearest free times, where this one is taken
    :param terms: the time limits it would be booked under
    :param is_auctioned: whether one may bid for the time instead of booking it now
    :param answer_by: until when the owner would answer, where he answers first
    """

    charger: Charger
    tariff: Tariff | None
    period: Period | None = None
    vehicle: Vehicle | None = None
    fit: Fit | None = None
    quote: Quote | None = None
    likely: Bill | None = None
    cancel: CancelRule | None = None
    refusal: DomainError | None = None
    alternatives: tuple[Period, ...] = ()
    terms: Terms = Terms()
    is_auctioned: bool = False
    answer_by: datetime | None = None

    @property
    def may_be_booked(self) -> bool:
        """Whether it can be booked as it stands, also after the price has changed."""
        if self.quote is None or self.period is None:
            return False
        return self.refusal is None or isinstance(self.refusal, PriceChanged)

    @property
    def hourly_minor(self) -> int:
        """What an hour of the chosen time costs on average."""
        lines = self.quote.lines if self.quote else ()
        time = next((line for line in lines if line.kind == "TIME"), None)
        return divide_half_even(time.unit_price_milli, MILLI) if time else 0

    @property
    def likely_percent(self) -> int:
        """How much of the car's battery the likely charge fills."""
        if self.likely is None or self.vehicle is None:
            return 0
        return round(100 * self.likely.energy_wh / self.vehicle.battery_wh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Some days at a charger, and where the days before and after begin, if any."""

    days: tuple[Day, ...]
    today: date
    earlier: date | None
    later: date | None


def offer(
    *,
    charger_id: int,
    period: Period | None,
    vehicle: Vehicle | None,
    now: datetime,
    driver_id: int | None = None,
    energy_cap_wh: int | None = None,
) -> Offer:
    """This function will say what a time would cost at most, and whether it is free.

    :raises NotFound: if there is no such charger
    """
    charger = chargers.get_charger(charger_id)
    terms = terms_for(charger, period, driver_id) if period else Terms()
    made = Offer(
        charger=charger,
        tariff=None,
        period=period,
        vehicle=vehicle,
        terms=terms,
        is_auctioned=pricing.plan_of(charger_id) is not None,
    )
    try:
        check_offered(charger, driver_id)
        made = replace(made, tariff=tariff_for(charger))
        made = replace(made, fit=best_fit(charger, vehicle))
        if period is None:
            return made
        check_period(charger, period, now)
        made = _priced(made, period, energy_cap_wh, now, driver_id)
        if not is_free(charger, period, now):
            raise TimeTaken(nearest_times(charger, period, now))
    except DomainError as refusal:
        return _refused(made, refusal, now)
    return made


def refused_offer(made: Offer, refusal: DomainError, now: datetime) -> Offer:
    """This function will add to an offer why it failed, and what is free."""
    return _refused(made, refusal, now)


def suggestion(charger: Charger, now: datetime) -> Period | None:
    """This function will return the first free time worth offering."""
    window = Period(now, now + timedelta(days=charger.horizon_days + 1))
    longest_s = charger.max_length_min * 60
    return suggest(
        schedules.free_periods(charger=charger, window=window, now=now),
        shortest_s=charger.min_length_min * 60,
        usual_s=min(int(USUAL_LENGTH.total_seconds()), longest_s),
    )


def week(charger: Charger, *, day: date | None, length_s: int, now: datetime) -> Week:
    """This function will return the days around one date, with their free times."""
    limits = bookable_window(
        now, lead_min=charger.lead_min, horizon_days=charger.horizon_days
    )
    today = local_date(now, charger.time_zone)
    last = local_date(limits.ends_at - timedelta(seconds=1), charger.time_zone)
    wanted = min(max(day or today, today), last)
    first = today + timedelta(days=(wanted - today).days // DAYS_SHOWN * DAYS_SHOWN)
    window = week_window(first, charger.time_zone)
    # What has passed or cannot be booked yet is nobody's, so it is not "taken".
    opened = schedules.open_periods(charger=charger, window=window)
    after, before = (first + timedelta(days=n * DAYS_SHOWN) for n in (1, -1))
    return Week(
        days=days_of(
            first,
            charger.time_zone,
            opened=clip(opened, limits),
            free=schedules.free_periods(charger=charger, window=window, now=now),
            length_s=length_s,
        ),
        today=today,
        earlier=before if before >= today else None,
        later=after if after <= last else None,
    )


def _priced(
    made: Offer,
    period: Period,
    energy_cap_wh: int | None,
    now: datetime,
    driver_id: int | None,
) -> Offer:
    assert made.tariff is not None
    assert made.fit is not None
    tariff = priced(made.charger, made.tariff, period, now, driver_id=driver_id)
    promise = quote(tariff, period, made.fit.power_w, energy_cap_wh)
    likely = None
    if made.vehicle is not None:
        # Who says how much wants just that, be it less or more than usual.
        wanted_wh = energy_cap_wh or usual_charge_wh(made.vehicle.battery_wh)
        likely = expected(
            tariff,
            period,
            power_w=made.fit.power_w,
            wanted_wh=min(wanted_wh, promise.energy_cap_wh),
        )
    rule = cancel_rule(
        made.terms,
        booked_at=now,
        starts_at=period.starts_at,
        time_minor=promise.amount_of("TIME"),
    )
    answer_by = None
    if made.charger.asks_first:
        answer_by = made.terms.answer_by(asked_at=now, starts_at=period.starts_at)
    return replace(
        made,
        tariff=tariff,
        quote=promise,
        likely=likely,
        cancel=rule,
        answer_by=answer_by,
    )


def _refused(made: Offer, refusal: DomainError, now: datetime) -> Offer:
    alternatives: tuple[Period, ...] = ()
    if isinstance(refusal, TimeTaken):
        alternatives = refusal.alternatives
    elif (
        made.period
        and refusal.field in {"starts_at", "ends_at"}
        and _can_be_moved(made.period, made.charger)
    ):
        alternatives = nearest_times(made.charger, made.period, now)
    return replace(made, refusal=refusal, alternatives=alternatives)


def _can_be_moved(period: Period, charger: Charger) -> bool:
    """Return whether the same length at another time could be booked."""
    shortest_s, longest_s = charger.min_length_min * 60, charger.max_length_min * 60
    return (
        is_on_grid(period.starts_at)
        and is_on_grid(period.ends_at)
        and shortest_s <= period.duration_s <= longest_s
    )
