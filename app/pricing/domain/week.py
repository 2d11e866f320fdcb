"""Prices of time by hour of week: what an auction starts from, and buys now for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import le, lt
from typing import Any

from app.kernel.errors import DomainError
from app.kernel.money import divide_half_even
from app.kernel.slots import ceil_to_grid, slot_at, start_of
from app.schedules.domain import HOURS_A_WEEK, hour_of_week

SLOTS_AN_HOUR = 4


class BadWeek(DomainError):
    """The table does not hold a price for every hour of the week."""


@dataclass(frozen=True, slots=True)
class LeadPrices:
    """Book-now prices of time that begins in less than so many minutes.

    :param milli_per_hour: 168 values, 1/1000 minor units, Monday 00:00 first
    """

    below_min: int
    milli_per_hour: tuple[int, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the prices as plain values, to be stored."""
        return {
            "below_min": self.below_min,
            "milli_per_hour": list(self.milli_per_hour),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LeadPrices:
        """Return the prices that ``as_dict`` described."""
        return cls(values["below_min"], tuple(values["milli_per_hour"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPrices:
    """A reserve and book-now prices for each hour of the week, in local time.

    :param reserve_milli_per_hour: below it a bid buys nothing; 168 values, 1/1000
        minor units, Monday 00:00 first
    :param book_now_milli_per_hour: for which the hour can be had at once, well ahead
    :param by_lead: the same for time that begins soon, the shortest lead first; empty
        where it costs the same however late
    :raises BadWeek: if a table is not whole, or book-now lies below the reserve
    """

    time_zone: str
    reserve_milli_per_hour: tuple[int, ...]
    book_now_milli_per_hour: tuple[int, ...]
    by_lead: tuple[LeadPrices, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables that would price some hour by accident."""
        reserve = self.reserve_milli_per_hour
        tables = (
            self.book_now_milli_per_hour,
            *(each.milli_per_hour for each in self.by_lead),
        )
        if any(len(table) != HOURS_A_WEEK for table in (reserve, *tables)):
            raise BadWeek("Each hour of the week needs a price.")
        if min(reserve) < 0 or not all(
            all(map(le, reserve, table)) for table in tables
        ):
            raise BadWeek("Booking at once cannot cost less than the lowest bid.")
        ends = (0, *(each.below_min for each in self.by_lead))
        if not all(map(lt, ends, ends[1:])):
            raise BadWeek("Prices at short notice go from the shortest to the longest.")

    def reserve_of(self, slots: range) -> tuple[int, ...]:
        """Return the reserve of each quarter hour, in 1/1000 minor units."""
        return self._of(self.reserve_milli_per_hour, slots)

    def book_now_of(self, slots: range, now: datetime) -> tuple[int, ...]:
        """Return the price of each quarter hour for booking at once.

        Each counts by the time from now to its own start; what has begun is latest.
        """
        found: list[int] = []
        for each in self.by_lead:
            first = slot_at(ceil_to_grid(now + timedelta(minutes=each.below_min)))
            soon = range(slots.start + len(found), min(first, slots.stop))
            found += self._of(each.milli_per_hour, soon)
        ahead = range(slots.start + len(found), slots.stop)
        return (*found, *self._of(self.book_now_milli_per_hour, ahead))

    def book_now_below(self, lead_min: int) -> tuple[int, ...]:
        """Return the week's book-now prices for leads just shorter than this."""
        for each in self.by_lead:
            if lead_min <= each.below_min:
                return each.milli_per_hour
        return self.book_now_milli_per_hour

    def as_dict(self) -> dict[str, object]:
        """Return the prices as plain values, to be stored."""
        return {
            "time_zone": self.time_zone,
            "reserve_milli_per_hour": list(self.reserve_milli_per_hour),
            "book_now_milli_per_hour": list(self.book_now_milli_per_hour),
            "by_lead": [each.as_dict() for each in self.by_lead],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> WeekPrices:
        """Return the prices that ``as_dict`` described."""
        return cls(
            time_zone=values["time_zone"],
            reserve_milli_per_hour=tuple(values["reserve_milli_per_hour"]),
            book_now_milli_per_hour=tuple(values["book_now_milli_per_hour"]),
            by_lead=tuple(map(LeadPrices.from_dict, values["by_lead"])),
        )

    def _of(self, table: tuple[int, ...], slots: range) -> tuple[int, ...]:
        return tuple(
            divide_half_even(
                table[hour_of_week(start_of(slot), self.time_zone)], SLOTS_AN_HOUR
            )
            for slot in slots
        )
