"""Use cases of suggestions: ask for one, accept it, go back, and follow it nightly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid, slots_of, start_of
from app.pricing.domain import LeadPrices, Tariff, WeekPrices
from app.pricing.domain.plan import DEFAULT_GATE_MIN, BadPlan, Plan, step_towards
from app.pricing.domain.suggestion import WEEKS_A_MONTH, Suggestion, suggest
from app.pricing.domain.wish import OwnerWish
from app.pricing.events import PlanChanged
from app.pricing.models import PricePlanRow
from app.pricing.service.learning import demand_for
from app.pricing.service.plans import columns_of, find_plan_in, price_columns, store_in
from app.pricing.service.tariffs import find_tariff_in, set_tariff_in
from app.schedules import service as schedules
from app.schedules.domain import HOURS_A_WEEK, hour_of_week

_WEEKS_SEEN = 4
_QUARTER = 0.25
# So much automatic work fits beside a tick's other jobs; the rest follows at the next.
_PLANS_A_TICK = 20


def open_hours_of(charger: Charger, now: datetime) -> tuple[float, ...]:
    """Return how often a month each hour of the week is open, by the next four weeks.

    Closed dates count, time that is already booked does not: it was sold.
    """
    starts_at = floor_to_grid(now)
    window = Period(starts_at, starts_at + timedelta(weeks=_WEEKS_SEEN))
    often = [0.0] * HOURS_A_WEEK
    for period in schedules.open_periods(charger=charger, window=window):
        for slot in slots_of(period):
            often[hour_of_week(start_of(slot), charger.time_zone)] += _QUARTER
    return tuple(
        min(each / _WEEKS_SEEN, 1.0) * WEEKS_A_MONTH if each else 0.0 for each in often
    )


def suggest_for(
    charger: Charger,
    wish: OwnerWish,
    now: datetime,
    gate_min: int = DEFAULT_GATE_MIN,
) -> Suggestion:
    """Return what to ask, given the wish, when the charger is open, and the demand."""
    power_w = charger.max_power_w or wish.power_w
    wish = replace(wish, open_hours=open_hours_of(charger, now), power_w=power_w)
    return suggest(wish, demand_for(charger, wish.currency, now), gate_min)


def accept(
    *,
    charger: Charger,
    suggestion: Suggestion,
    is_automatic: bool,
    gate_min: int,
    now: datetime,
) -> None:
    """Sell the charger's time by these prices from now on.

    :raises BadPlan: if the gate is out of range, the charger's currency is another, or
        its owner answers each driver himself
    """
    with writing() as work:
        chargers.lock_in(work.session, charger.id)
        accept_in(
            work.session,
            charger=charger,
            suggestion=suggestion,
            is_automatic=is_automatic,
            gate_min=gate_min,
            now=now,
        )
        work.announce(PlanChanged(charger_id=charger.id, mode="AUCTION"))


def accept_in(
    session: Session,
    *,
    charger: Charger,
    suggestion: Suggestion,
    is_automatic: bool,
    gate_min: int,
    now: datetime,
) -> int:
    """Do the same under the caller's lock of the charger; return the plan's version."""
    wish = suggestion.wish
    _require_instant(charger.id)
    tariff = find_tariff_in(session, charger.id)
    if tariff is not None and tariff.currency != wish.currency:
        raise BadPlan("The charger's prices are in another currency.", field="currency")
    set_tariff_in(
        session,
        evse_id=charger.id,
        tariff=Tariff(
            currency=wish.currency,
            energy_milli_per_kwh=suggestion.billed_energy_milli_per_kwh,
            time_milli_per_hour=tariff.time_milli_per_hour if tariff else 0,
        ),
        now=now,
    )
    return store_in(
        session,
        {
            "evse_id": charger.id,
            "mode": "AUCTION",
            "gate_min": gate_min,
            "wish": wish.as_dict(),
            "is_automatic": is_automatic,
            **price_columns(_prices(charger, suggestion)),
        },
        now=now,
    )


def _require_instant(charger_id: int) -> None:
    """Let nobody's time be given away by bids who wants to answer each driver."""
    fresh = chargers.find_charger(charger_id)
    if fresh is not None and fresh.asks_first:
        raise BadPlan(
            "You answer each driver yourself here, but bids are decided without you. "
            "Let drivers book at once first, under Edit."
        )


def use_fixed(*, charger: Charger, now: datetime) -> None:
    """Sell the charger's time at the tariff's one price again."""
    with writing() as work:
        chargers.lock_in(work.session, charger.id)
        if use_fixed_in(work.session, evse_id=charger.id, now=now):
            work.announce(PlanChanged(charger_id=charger.id, mode="FIXED"))


def use_fixed_in(session: Session, *, evse_id: int, now: datetime) -> bool:
    """Do the same inside the caller's transaction; return whether it was different."""
    plan = find_plan_in(session, evse_id)
    if plan is None or plan.mode == "FIXED":
        return False
    columns = {**columns_of(plan), "mode": "FIXED", "is_automatic": False}
    store_in(session, columns, now=now)
    return True


def tick(*, now: datetime) -> int:
    """Let the prices of automatic plans follow their suggestion, once a UTC day.

    :returns: how many plans were looked at; the next tick goes on with the others
    """
    today = now.astimezone(UTC).date()
    due = db.session.scalars(
        select(PricePlanRow.evse_id)
        .where(
            PricePlanRow.is_current,
            PricePlanRow.is_automatic,
            PricePlanRow.mode == "AUCTION",
            PricePlanRow.changed_on < today,
        )
        .order_by(PricePlanRow.changed_on, PricePlanRow.evse_id)
        .limit(_PLANS_A_TICK)
    ).all()
    for evse_id in due:
        _follow(evse_id, now)
    return len(due)


def _follow(evse_id: int, now: datetime) -> None:
    """Move one plan's prices by at most a tenth towards what is suggested today."""
    charger = chargers.find_charger(evse_id)
    with writing() as work:
        chargers.lock_in(work.session, evse_id)
        plan = find_plan_in(work.session, evse_id)
        today = now.astimezone(UTC).date()
        # Another tick, or the owner, may have been faster.
        if plan is None or not plan.is_automatic or plan.changed_on >= today:
            return
        moved = plan.prices if charger is None else _moved(plan, charger, now)
        if moved == plan.prices:
            work.session.execute(
                update(PricePlanRow)
                .where(PricePlanRow.evse_id == evse_id, PricePlanRow.is_current)
                .values(changed_on=today)
            )
            return
        store_in(work.session, {**columns_of(plan), **price_columns(moved)}, now=now)
        work.announce(PlanChanged(charger_id=evse_id, mode="AUCTION"))


def _moved(plan: Plan, charger: Charger, now: datetime) -> WeekPrices:
    wanted = _prices(charger, suggest_for(charger, plan.wish, now, plan.gate_min))
    reserve = step_towards(
        plan.prices.reserve_milli_per_hour, wanted.reserve_milli_per_hour
    )
    book_now = step_towards(
        plan.prices.book_now_milli_per_hour, wanted.book_now_milli_per_hour
    )
    return WeekPrices(
        time_zone=charger.time_zone,
        reserve_milli_per_hour=reserve,
        book_now_milli_per_hour=tuple(map(max, reserve, book_now)),
        by_lead=tuple(
            LeadPrices(
                each.below_min,
                tuple(
                    map(
                        max,
                        reserve,
                        step_towards(
                            plan.prices.book_now_below(each.below_min),
                            each.milli_per_hour,
                        ),
                    )
                ),
            )
            for each in wanted.by_lead
        ),
    )


def _prices(charger: Charger, suggestion: Suggestion) -> WeekPrices:
    return WeekPrices(
        time_zone=charger.time_zone,
        reserve_milli_per_hour=suggestion.reserve_milli_per_hour,
        book_now_milli_per_hour=suggestion.book_now_milli_per_hour,
        by_lead=suggestion.by_lead,
    )
