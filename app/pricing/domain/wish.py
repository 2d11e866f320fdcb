"""What an owner says about prices: electricity, an aim, limits, and the open hours.

Only checked values; how prices follow from them stands beside, in ``suggestion``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.kernel.errors import DomainError
from app.kernel.money import CURRENCIES, MILLI, exponent_of, format_minor
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.tariffs import HIGHEST_PRICE
from app.schedules.domain import HOURS_A_WEEK

# An hour of the week comes at most five times in a month.
MOST_OCCURRENCES = 5.0
MAX_POWER_W = 1_000_000
# More than this many major units a month is a slip of the finger.
HIGHEST_PROFIT = 1_000_000


class BadWish(DomainError):
    """These wishes cannot be priced; ``field`` says which one."""


@dataclass(frozen=True, slots=True)
class MarginPerKwh:
    """So much is put on each kWh, in 1/1000 minor units."""

    milli: int


@dataclass(frozen=True, slots=True)
class MonthlyProfit:
    """So much should be left over in a month, in minor units."""

    minor: int


Aim = MarginPerKwh | MonthlyProfit
AimKind = Literal["MARGIN", "PROFIT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerWish:
    """Everything an owner says about the prices of one charger.

    :param electricity: what a kWh costs the owner, by hour of the week
    :param efficiency_percent: how much of what the meter of the house counts arrives
        in the car; the rest is paid for by the driver, too
    :param floor_milli_per_hour: no hour is sold below it, in 1/1000 minor units
    :param ceiling_milli_per_hour: no suggested price of an hour lies above it
    :param open_hours: how often a month each hour of the week is open; 0 is closed
    :param own_cost_milli_per_hour: what it is worth to have the charger oneself
    :raises BadWish: with the field, where a value cannot be meant
    """

    currency: str
    power_w: int
    electricity: Electricity
    aim: Aim
    ceiling_milli_per_hour: int
    open_hours: tuple[float, ...]
    floor_milli_per_hour: int = 0
    efficiency_percent: int = 90
    own_cost_milli_per_hour: int = 0

    def __post_init__(self) -> None:
        """Refuse what nobody can mean, so that no formula meets it."""
        if self.currency not in CURRENCIES:
            raise BadWish("Please choose a currency from the list.", field="currency")
        if not 0 < self.power_w <= MAX_POWER_W:
            raise BadWish("The power must lie between 1 W and 1 MW.", field="power_w")
        if not 10 <= self.efficiency_percent <= 100:
            raise BadWish(
                "The efficiency must lie between 10 and 100 percent.",
                field="efficiency_percent",
            )
        self._check_prices()
        self._check_hours()

    @property
    def margin_milli_per_kwh(self) -> int:
        """What is put on each kWh; nothing where a monthly profit is wanted."""
        return self.aim.milli if isinstance(self.aim, MarginPerKwh) else 0

    @property
    def profit_minor(self) -> int | None:
        """What should be left over in a month; None where a margin is wanted."""
        return self.aim.minor if isinstance(self.aim, MonthlyProfit) else None

    def as_dict(self) -> dict[str, object]:
        """Return the wish as plain values, to be stored."""
        is_margin = isinstance(self.aim, MarginPerKwh)
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "electricity": self.electricity.as_dict(),
            "aim": {
                "kind": "MARGIN" if is_margin else "PROFIT",
                "amount": getattr(self.aim, "milli" if is_margin else "minor"),
            },
            "open_hours": list(self.open_hours),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> OwnerWish:
        """Return the wish that ``as_dict`` described."""
        aim, amount = values["aim"]["kind"], values["aim"]["amount"]
        return cls(
            **{
                **{name: values[name] for name in cls.__slots__},
                "electricity": Electricity.from_dict(values["electricity"]),
                "aim": MarginPerKwh(amount)
                if aim == "MARGIN"
                else MonthlyProfit(amount),
                "open_hours": tuple(values["open_hours"]),
            }
        )

    def _check_prices(self) -> None:
        self._require(self.floor_milli_per_hour, "floor")
        self._require(self.ceiling_milli_per_hour, "ceiling")
        self._require(self.own_cost_milli_per_hour, "own_cost")
        self._require(max(self.electricity.milli_per_kwh), "electricity")
        if self.floor_milli_per_hour > self.ceiling_milli_per_hour:
            raise BadWish(
                "The lowest price cannot be above the highest.", field="floor"
            )
        if isinstance(self.aim, MarginPerKwh):
            self._require(self.aim.milli, "margin")
            return
        highest = HIGHEST_PROFIT * 10 ** exponent_of(self.currency)
        if not 0 < self.aim.minor <= highest:
            most = format_minor(highest, self.currency)
            raise BadWish(
                f"Please wish for more than nothing and at most {most}.",
                field="profit",
            )

    def _require(self, milli: int, field: str) -> None:
        highest = HIGHEST_PRICE * 10 ** exponent_of(self.currency)
        if milli < 0:
            raise BadWish("This cannot be negative.", field=field)
        if milli > highest * MILLI:
            most = format_minor(highest, self.currency)
            raise BadWish(f"More than {most} cannot be right.", field=field)

    def _check_hours(self) -> None:
        if len(self.open_hours) != HOURS_A_WEEK:
            raise BadWish(
                f"There must be {HOURS_A_WEEK} hours, Monday 00:00 first.",
                field="open_hours",
            )
        if not all(
            math.isfinite(each) and 0 <= each <= MOST_OCCURRENCES
            for each in self.open_hours
        ):
            raise BadWish(
                "An hour of the week is open between 0 and 5 times a month.",
                field="open_hours",
            )
