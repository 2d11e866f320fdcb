"""Use cases of prices: tariffs, plans of what time costs, and what is learned."""

from __future__ import annotations

from app.pricing.domain.plan import Plan
from app.pricing.service.learning import demand_for, learn, region_of
from app.pricing.service.plans import (
    last_plan_of,
    plan_of,
    plans_in,
    plans_of,
    prices_of,
)
from app.pricing.service.suggesting import (
    accept,
    accept_in,
    open_hours_of,
    suggest_for,
    tick,
    use_fixed,
    use_fixed_in,
)
from app.pricing.service.tariffs import (
    find_tariff_in,
    set_tariff_in,
    set_tariffs_in,
    tariff_of,
    tariffs_of,
)

__all__ = [
    "Plan",
    "accept",
    "accept_in",
    "demand_for",
    "find_tariff_in",
    "last_plan_of",
    "learn",
    "open_hours_of",
    "plan_of",
    "plans_in",
    "plans_of",
    "prices_of",
    "region_of",
    "set_tariff_in",
    "set_tariffs_in",
    "suggest_for",
    "tariff_of",
    "tariffs_of",
    "tick",
    "use_fixed",
    "use_fixed_in",
]
