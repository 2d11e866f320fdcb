"""What a driver asks for, as one checked value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Any, Self

from app.kernel.connectors import PLUG_NAMES
from app.kernel.geo import Point
from app.kernel.money import CURRENCIES, MILLI, exponent_of
from app.search.domain.times import SearchRefused, Span, Time

MIN_RADIUS_M = 1_000
MAX_RADIUS_M = 50_000
WIDER_RADII_M = (10_000, 25_000, MAX_RADIUS_M)


class Order(Enum):
    """What comes first in the list."""

    NEAR = "near"
    PRICE = "price"
    TOTAL = "total"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """The most a driver would pay, all included, in the charger's currency.

    :ivar amount: major units, such as 0.45
    :ivar asked_in: the field it came from, for the reason of a refusal
    """

    amount: Decimal
    asked_in: str = field(default="max_price", compare=False)

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        if not self.amount.is_finite():
            raise SearchRefused(
                "Please give a number, such as 0.45.", field=self.asked_in
            )
        if self.amount < 0:
            raise SearchRefused("A price cannot be negative.", field=self.asked_in)
        if self.amount > 1_000_000:
            raise SearchRefused("That is more than can be right.", field=self.asked_in)

    def milli_in(self, currency: str) -> int:
        """Return the limit in 1/1000 minor units of the currency, rounded down."""
        return int(self.amount * 10 ** exponent_of(currency) * MILLI)

    def milli_by_exponent(self) -> dict[int, tuple[int, tuple[str, ...]]]:
        """Return the limit and its currencies for each number of decimals in use."""
        groups: dict[int, list[str]] = {}
        for currency in CURRENCIES:
            groups.setdefault(exponent_of(currency), []).append(currency)
        return {
            exponent: (self.milli_in(names[0]), tuple(names))
            for exponent, names in groups.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One search. Every value is already known to make sense.

    :ivar time: when; None for "whenever it is free next"
    :ivar standards: OCPI connector standards that will do; None for any
    :ivar min_power_w: what the connector must give
    :ivar max_price: the most a kWh may cost, all included
    :ivar max_total: the most the whole charge may cost
    :ivar is_instant: only where nobody has to say yes first
    """

    center: Point
    radius_m: int = 5_000
    time: Time = None
    standards: frozenset[str] | None = None
    min_power_w: int = 0
    max_price: PriceLimit | None = None
    max_total: PriceLimit | None = None
    is_instant: bool = False
    is_accessible: bool = False
    has_free_parking: bool = False
    is_open_at_night: bool = False
    order: Order = Order.NEAR

    def __post_init__(self) -> None:
        """Refuse what cannot be searched."""
        if not MIN_RADIUS_M <= self.radius_m <= MAX_RADIUS_M:
            raise SearchRefused(
                "The radius must lie between 1 and 50 km.", field="radius_km"
            )
        if not 0 <= self.min_power_w <= 1_000_000:
            raise SearchRefused(
                "The power must lie between 0 and 1000 kW.", field="min_kw"
            )
        if self.standards is not None and not self.standards:
            raise ValueError("No plug at all would find nothing.")

    @classmethod
    def known_standards(cls, standard: str) -> frozenset[str]:
        """Return a filter for one plug.

        :raises SearchRefused: if the plug is not one the product knows
        """
        if standard not in PLUG_NAMES:
            raise SearchRefused("We do not know this plug.", field="plug")
        return frozenset({standard})

    @property
    def span(self) -> Span | None:
        """The exact time that is wanted, where there is one."""
        return self.time if isinstance(self.time, Span) else None

    def loosened(self) -> tuple[tuple[str, Self], ...]:
        """Return the same search with one filter let go, each with its name.

        The names are those of the page's fields, ``time`` apart. Widening the
        circle comes last: it changes the place, not the wish.
        """
        free: dict[str, dict[str, Any]] = {
            "time": {"time": None},
            "plug": {"standards": None},
            "min_kw": {"min_power_w": 0},
            "max_price": {"max_price": None},
            "max_total": {"max_total": None},
            "instant": {"is_instant": False},
            "accessible": {"is_accessible": False},
            "free_parking": {"has_free_parking": False},
            "night": {"is_open_at_night": False},
        }
        wider = next((m for m in WIDER_RADII_M if m > self.radius_m), self.radius_m)
        free["radius_km"] = {"radius_m": wider}
        found = ((name, replace(self, **values)) for name, values in free.items())
        return tuple(each for each in found if each[1] != self)
