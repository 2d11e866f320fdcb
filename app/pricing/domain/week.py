"""Prices of time by hour of week: what an auction starts from, and buys now for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import DomainError
from app.kernel.money import divide_half_even
from app.kernel.slots import start_of
from app.schedules.domain import HOURS_A_WEEK, hour_of_week

SLOTS_AN_HOUR = 4


class BadWeek(DomainError):
    """The table does not hold a price for every hour of the week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPrices:
    """A reserve and a book-now price for each hour of the week, in local time.

    :param reserve_milli_per_hour: below it a bid buys nothing; 168 values, 1/1000
        minor units, Monday 00:00 first
    :param book_now_milli_per_hour: for which the hour can be had at once
    :raises BadWeek: if a table is not whole, or book-now lies below the reserve
    """

    time_zone: str
    reserve_milli_per_hour: tuple[int, ...]
    book_now_milli_per_hour: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse tables that would price some hour by accident."""
        tables = self.reserve_milli_per_hour, self.book_now_milli_per_hour
        if any(len(table) != HOURS_A_WEEK for table in tables):
            raise BadWeek("Each hour of the week needs a price.")
        if not all(0 <= low <= high for low, high in zip(*tables, strict=True)):
            raise BadWeek("Booking at once cannot cost less than the lowest bid.")

    def reserve_of(self, slots: range) -> tuple[int, ...]:
        """Return the reserve of each quarter hour, in 1/1000 minor units."""
        return self._of(self.reserve_milli_per_hour, slots)

    def book_now_of(self, slots: range) -> tuple[int, ...]:
        """Return the price of each quarter hour for booking at once."""
        return self._of(self.book_now_milli_per_hour, slots)

    def as_dict(self) -> dict[str, object]:
        """Return the prices as plain values, to be stored."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> WeekPrices:
        """Return the prices that ``as_dict`` described."""
        return cls(
            time_zone=values["time_zone"],
            reserve_milli_per_hour=tuple(values["reserve_milli_per_hour"]),
            book_now_milli_per_hour=tuple(values["book_now_milli_per_hour"]),
        )

    def _of(self, table: tuple[int, ...], slots: range) -> tuple[int, ...]:
        return tuple(
            divide_half_even(
                table[hour_of_week(start_of(slot), self.time_zone)], SLOTS_AN_HOUR
            )
            for slot in slots
        )
