"""Whether a driver could have charged: nobody owes a fee for a dead charger."""

from __future__ import annotations

from datetime import datetime

from app.chargers import service as chargers
from app.devices import service as devices


def was_usable(charger_id: int, now: datetime) -> bool:
    """This function will return whether the lock would have opened at this instant."""
    charger = chargers.find_charger(charger_id)
    if charger is None or charger.is_inoperative:
        return False
    device = devices.device_of(charger_id)
    return device is not None and device.is_online(now)
