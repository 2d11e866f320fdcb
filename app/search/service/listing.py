"""What programs get of a search: ids, distances and prices, without words or map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kernel.money import format_milli, format_minor
from app.search.domain import Charge, Query, reference_car
from app.search.service.finder import Finder
from app.search.service.reading import sources_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One charger of an answer.

    :ivar id: its number at the source it was imported from, else ours
    :ivar charge: a usual charge of an ordinary car there
    """

    id: str
    charger_id: int
    distance_m: float
    energy_milli_per_kwh: int
    time_milli_per_hour: int
    charge: Charge

    @property
    def price_words(self) -> str:
        """The price of a kWh, of an hour and of the charge."""
        currency = self.charge.currency
        return (
            f"{format_milli(self.energy_milli_per_kwh, currency)}/kWh, "
            f"{format_milli(self.time_milli_per_hour, currency)}/h, "
            f"about {format_minor(self.charge.total_minor, currency)} in all"
        )


def listed(*, query: Query, now: datetime, limit: int) -> list[Listed]:
    """This function will find chargers as the page does, for an ordinary car.

    :raises SearchRefused: if the time has passed or is too far ahead
    """
    finder = Finder(query, reference_car(), now)
    found = finder.take(limit)
    finder.costs.load([each.at for each in found])
    sources = sources_of(each.at.location_id for each in found)
    return [
        Listed(
            id=sources.get(at.location_id, str(at.evse_id)),
            charger_id=at.evse_id,
            distance_m=at.distance_m,
            energy_milli_per_kwh=at.energy_milli,
            time_milli_per_hour=finder.costs.hourly_milli(at, free),
            charge=finder.costs.charge(at, free),
        )
        for at, free in found
    ]
