"""What drivers looked for near an owner's charger and did not find."""

from __future__ import annotations

from datetime import datetime

from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.geo import Point
from app.pricing import service as pricing
from app.search.domain.demand import Demand
from app.search.service import unmet


def own_charger_and_demand(
    *, owner_id: int, charger_id: int, now: datetime
) -> tuple[Charger, Demand]:
    """Return an owner's charger and the demand near it.

    :raises NotFound: if there is none, or it is somebody else's
    """
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    return charger, demand_near(charger, now)


def demand_near(charger: Charger, now: datetime) -> Demand:
    """Return the fruitless searches of four weeks, beside the charger's own hours."""
    often = pricing.open_hours_of(charger, now)
    point = Point(charger.public_latitude, charger.public_longitude)
    return unmet.demand_near(point, [each > 0 for each in often], now)
