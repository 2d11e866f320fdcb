"""What is assumed about drivers where nobody has been seen yet, and units of money.

Assumptions, said outright; what is learned replaces them within weeks.
"""

from __future__ import annotations

import math

from app.pricing.domain.demand import BLOCKS
from app.pricing.domain.learning import Prior

# Share of an average hour's charging that falls on each hour of the day, from the
# charging sessions of Sørensen et al., Data in Brief 36:107105 (CC BY 4.0).
_WEEKDAY = (
    *(1.31, 0.98, 0.73, 0.58, 0.48, 0.39, 0.32, 0.25, 0.26, 0.31, 0.36, 0.44),
    *(0.52, 0.60, 0.81, 1.25, 1.79, 1.92, 1.83, 1.84, 1.92, 1.93, 1.86, 1.64),
)
_WEEKEND = (
    *(1.15, 0.96, 0.77, 0.64, 0.58, 0.49, 0.42, 0.36, 0.32, 0.33, 0.40, 0.52),
    *(0.71, 0.87, 1.03, 1.25, 1.42, 1.55, 1.65, 1.69, 1.67, 1.56, 1.49, 1.32),
)
# One driver in four average hours: a little more than one booking a day.
_USUAL_REQUESTS = 0.25
# 0.60 euro an hour on top of the energy, at 7.2 kW: a driver who takes 3.7 kWh an hour
# and would pay 0.45 a kWh, where energy costs 0.29.
_USUAL_MILLI = 60_000.0
_USUAL_SIGMA = 0.6
_USUAL_POWER_W = 7_200
# Few cars take more than this from a plug; a quarter of what is above it counts.
_FULL_POWER_W = 11_000
# Levels of prices beside the euro's, in minor units: not rates of exchange, only
# where learning begins.
_LEVELS = {
    "EUR": 1.0,
    "USD": 1.1,
    "GBP": 0.85,
    "CHF": 1.1,
    "DKK": 7.5,
    "NOK": 11.5,
    "SEK": 11.0,
    "PLN": 4.0,
    "CZK": 24.0,
    "JPY": 1.5,
}

COLD_START = Prior(
    requests=tuple(_USUAL_REQUESTS * each for each in _WEEKDAY * 5 + _WEEKEND * 2),
    log_medians=(math.log(_USUAL_MILLI),) * len(BLOCKS),
    sigma=_USUAL_SIGMA,
)


def usable_power_w(power_w: int) -> float:
    """Return the power that a usual car can use of a plug.

    >>> usable_power_w(7_200), usable_power_w(22_000)
    (7200.0, 13750.0)
    """
    return min(power_w, _FULL_POWER_W) + max(0, power_w - _FULL_POWER_W) / 4


def scale_of(currency: str, power_w: int) -> float:
    """Return what one unit of the model is in a currency, at a plug's power."""
    return _LEVELS[currency] * usable_power_w(power_w) / _USUAL_POWER_W


def usual_milli_per_hour(currency: str, power_w: int) -> float:
    """Return what half of the drivers are assumed to pay for an hour at a plug."""
    return _USUAL_MILLI * scale_of(currency, power_w)
