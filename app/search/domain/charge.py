"""What a charge at a charger means for one car: plug, power, energy, price, range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.kernel.connectors import PLUG_NAMES, usable_power_w
from app.kernel.money import MILLI, divide_half_even, divide_up
from app.kernel.slots import SLOT_S
from app.pricing.domain import Tariff, expected_total, usual_charge_wh
from app.search.domain.times import SearchRefused

# An ordinary electric car on an ordinary road, losses while charging included.
WH_PER_KM = 180
MIN_WISH_WH = 1_000
MAX_WISH_WH = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much energy a driver wants: so much, or from one percentage to another.

    :ivar energy_wh: 1 to 200 kWh, or None where percentages are given
    :ivar soc_from: percent of the battery at the start, 0 to 99
    :ivar soc_to: percent of the battery at the end, above ``soc_from``
    :raises SearchRefused: if that cannot be wished for
    """

    energy_wh: int | None = None
    soc_from: int = 20
    soc_to: int = 80

    def __post_init__(self) -> None:
        """Refuse what no car can take."""
        wh = self.energy_wh
        if wh is not None and not MIN_WISH_WH <= wh <= MAX_WISH_WH:
            raise SearchRefused("Please ask for 1 to 200 kWh.", field="kwh")
        if not 0 <= self.soc_from <= 99:
            raise SearchRefused(
                "A battery starts between 0 and 99 %.", field="soc_from"
            )
        if not 1 <= self.soc_to <= 100:
            raise SearchRefused("A battery ends between 1 and 100 %.", field="soc_to")
        if self.soc_from >= self.soc_to:
            raise SearchRefused(
                "The target must be above where the battery starts.", field="soc_to"
            )

    def energy_of(self, battery_wh: int) -> int:
        """Return the energy for a battery, in watt-hours, at least one.

        >>> Wish(soc_from=20, soc_to=80).energy_of(58_000)
        34800
        """
        if self.energy_wh is not None:
            return self.energy_wh
        return max(1, battery_wh * (self.soc_to - self.soc_from) // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """The car the search calculates for.

    :ivar is_reference: whether it stands in for a car we do not know
    :ivar wish: what the driver wants this time; None for a usual charge
    """

    name: str
    standards: frozenset[str]
    max_ac_w: int
    max_dc_w: int
    battery_wh: int
    is_reference: bool = False
    wish: Wish | None = None

    @property
    def usual_wh(self) -> int:
        """The energy of the charge: as wished, or else a usual one."""
        if self.wish is not None:
            return self.wish.energy_of(self.battery_wh)
        return max(1, usual_charge_wh(self.battery_wh))


def reference_car() -> Car:
    """Return an ordinary car, for people who have not told us theirs.

    Any plug fits it, because nothing is known.
    """
    return Car(
        name="a typical electric car",
        standards=frozenset(PLUG_NAMES),
        max_ac_w=11_000,
        max_dc_w=100_000,
        battery_wh=58_000,
        is_reference=True,
    )


@dataclass(frozen=True, slots=True)
class Plug:
    """One connector as the search sees it."""

    standard: str
    power_type: str
    max_power_w: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The connector that serves a car best, and the power it would draw.

    :ivar fits: whether the car has this plug and can use it
    """

    plug: Plug
    power_w: int
    fits: bool


def best_plug(plugs: Iterable[Plug], car: Car) -> Fit:
    """Return the connector at which the car charges fastest; one that fits wins.

    Where none fits, the figures are those of a car that could use it, so that the
    price can still be compared; ``fits`` says so.

    :raises ValueError: if there is no plug at all
    """
    found = [_fit(plug, car) for plug in plugs]
    if not found:
        raise ValueError("A charger without a plug.")
    return max(found, key=lambda f: (f.fits, f.power_w, f.plug.standard))


def _fit(plug: Plug, car: Car) -> Fit:
    power_w = usable_power_w(
        power_type=plug.power_type,
        offered_w=plug.max_power_w,
        car_ac_w=car.max_ac_w,
        car_dc_w=car.max_dc_w,
    )
    if plug.standard in car.standards and power_w > 0:
        return Fit(plug, power_w, True)
    return Fit(plug, plug.max_power_w, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge at one charger in numbers.

    :ivar seconds: time on the charger that is paid for
    :ivar per_kwh_milli: everything included, in 1/1000 minor units
    """

    energy_wh: int
    power_w: int
    seconds: int
    total_minor: int
    currency: str
    per_kwh_milli: int

    @property
    def per_kwh_minor(self) -> int:
        """The same in whole minor units, to be read at a glance."""
        return divide_half_even(self.per_kwh_milli, MILLI)

    @property
    def km(self) -> int:
        """Roughly how far it takes an ordinary car."""
        return range_km(self.energy_wh)


def booked_time_s(
    *,
    usual_wh: int,
    power_w: int,
    booked_s: int | None,
    min_length_s: int,
    max_length_s: int,
) -> int:
    """Return the seconds a driver would book for a usual charge.

    The wanted time; without one, what that energy takes at this power, in whole
    quarter hours within the charger's limits.

    :param booked_s: the wanted time, or None
    """
    if booked_s is not None:
        return booked_s
    needed_s = divide_up(usual_wh * 3600, power_w)
    quarters = divide_up(needed_s, SLOT_S)
    return min(max(quarters * SLOT_S, min_length_s), max_length_s)


@lru_cache(maxsize=4096)
def estimate(tariff: Tariff, *, usual_wh: int, power_w: int, booked_s: int) -> Charge:
    """Return what a usual charge costs in a booked time at a charger.

    The car wants ``usual_wh`` and gets no more than power times time. Answers are
    kept, since many chargers of a list share price and power.

    :param power_w: what the car draws at this charger
    """
    energy_wh, total_minor = expected_total(
        tariff, booked_s, power_w=power_w, wanted_wh=usual_wh
    )
    return Charge(
        energy_wh=energy_wh,
        power_w=power_w,
        seconds=booked_s,
        total_minor=total_minor,
        currency=tariff.currency,
        per_kwh_milli=divide_up(total_minor * MILLI * 1000, energy_wh),
    )


def range_km(energy_wh: int) -> int:
    """Return about how many km the energy takes a car: to 5 below 100, else to 10.

    >>> range_km(22_000), range_km(3_000)
    (120, 15)
    """
    km = energy_wh / WH_PER_KM
    step = 5 if km < 97.5 else 10
    return int(km / step + 0.5) * step
