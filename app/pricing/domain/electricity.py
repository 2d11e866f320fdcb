"""What a kWh costs an owner in each hour of the week: flat, by the clock, or listed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.kernel.errors import DomainError
from app.schedules.domain import HOURS_A_WEEK

HOURS_A_DAY = 24
# A day has no more different prices than hours.
MAX_SPANS = HOURS_A_DAY
Kind = Literal["FLAT", "BY_TIME", "HOURLY"]
# Begin hour, end hour (at or before the begin: the next day), 1/1000 minor per kWh.
Span = tuple[int, int, int]


class BadElectricity(DomainError):
    """The electricity's price cannot be read; ``field`` is ``electricity``."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="electricity")


@dataclass(frozen=True, slots=True)
class Electricity:
    """An electricity tariff as 168 prices, in 1/1000 minor units per kWh.

    :param spans: the parts of the day as they were written, for ``BY_TIME``
    :raises BadElectricity: if an hour has no price, or one that nobody pays
    """

    kind: Kind
    milli_per_kwh: tuple[int, ...]
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table with holes or with prices below nothing."""
        if len(self.milli_per_kwh) != HOURS_A_WEEK:
            raise BadElectricity(
                f"There must be {HOURS_A_WEEK} prices, one for each hour of the week."
            )
        if not all(math.isfinite(each) and each >= 0 for each in self.milli_per_kwh):
            raise BadElectricity("A price of electricity cannot be negative.")

    @classmethod
    def flat(cls, milli: int) -> Electricity:
        """Return a tariff with one price for all hours."""
        return cls("FLAT", (milli,) * HOURS_A_WEEK)

    @classmethod
    def by_time_of_day(cls, spans: Sequence[Span]) -> Electricity:
        """Return a tariff whose price depends on the hour of the day.

        >>> tariff = Electricity.by_time_of_day([(22, 6, 20_000), (6, 22, 30_000)])
        >>> tariff.milli_per_kwh[5], tariff.milli_per_kwh[6]
        (20000, 30000)

        :raises BadElectricity: if an hour of the day has no price, or two
        """
        if len(spans) > MAX_SPANS:
            raise BadElectricity(f"Please use at most {MAX_SPANS} parts of the day.")
        day: dict[int, int] = {}
        for begin, end, milli in spans:
            if not (0 <= begin < HOURS_A_DAY and 0 <= end <= HOURS_A_DAY):
                raise BadElectricity("Hours of the day lie between 0 and 24.")
            length = (end - begin) % HOURS_A_DAY or HOURS_A_DAY
            for hour in (each % HOURS_A_DAY for each in range(begin, begin + length)):
                if hour in day:
                    raise BadElectricity(f"The hour from {hour:02d}:00 has two prices.")
                day[hour] = milli
        for hour in range(HOURS_A_DAY):
            if hour not in day:
                raise BadElectricity(f"The hour from {hour:02d}:00 has no price.")
        prices = tuple(day[hour] for hour in range(HOURS_A_DAY))
        return cls("BY_TIME", prices * 7, tuple(spans))

    @classmethod
    def hourly(cls, prices: Sequence[int]) -> Electricity:
        """Return a tariff from 24 prices (each day the same) or 168 (Monday first).

        :raises BadElectricity: if there are more or fewer
        """
        if len(prices) == HOURS_A_DAY:
            return cls("HOURLY", tuple(prices) * 7)
        if len(prices) != HOURS_A_WEEK:
            raise BadElectricity(
                f"There are {len(prices)} prices; there must be 24 or {HOURS_A_WEEK}."
            )
        return cls("HOURLY", tuple(prices))

    def as_dict(self) -> dict[str, object]:
        """Return the tariff as plain values, to be stored."""
        return {
            "kind": self.kind,
            "milli_per_kwh": list(self.milli_per_kwh),
            "spans": [list(span) for span in self.spans],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Electricity:
        """Return the tariff that ``as_dict`` described."""
        spans = tuple((begin, end, milli) for begin, end, milli in values["spans"])
        return cls(values["kind"], tuple(values["milli_per_kwh"]), spans)
