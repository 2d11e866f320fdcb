"""The address of a search around a charger, for letters about a time that is gone."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from app.chargers import service as chargers
from app.kernel.period import Period
from app.schedules.wall_time import wall_time


def search_near(charger_id: int, period: Period, now: datetime) -> str:
    """Return the path of a search around the charger, at that time if it can be."""
    charger = chargers.find_charger(charger_id)
    if charger is None:
        return "/"
    # The mail may be passed on, so it names the point that everybody may see.
    asked = {
        "lat": f"{charger.public_latitude:.5f}",
        "lon": f"{charger.public_longitude:.5f}",
    }
    starts, ends = (
        wall_time(at, charger.time_zone) for at in (period.starts_at, period.ends_at)
    )
    # The search refuses the past, and an end that the clock change put first.
    if now < period.starts_at and starts < ends:
        asked |= {"from": starts, "to": ends}
    return f"/?{urlencode(asked, safe=':')}"
