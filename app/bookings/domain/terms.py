"""The terms of a booking, as they were on the day it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.kernel.money import divide_half_even

# Longer ahead than anything can be booked or bid for.
_LONG_BEFORE_MIN = 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Time limits in minutes and the late fee in percent of the price of the time.

    :param hold_min: how long a time is kept while the driver decides
    :param answer_min: how long an owner may take to answer a request
    :param answer_before_min: how long before the start the answer must be there
    :param early_start_min: how early the lock opens where the time before is free
    :param no_show_min: how long after the start the time is kept for the driver
    :param free_cancel_before_min: free cancellation until this long before the start
    :param free_cancel_after_min: and always until this long after booking
    :param overstay_grace_min: how long after the end the plug may stay
    :param buffer_min: how long the charger rests before the next driver
    """

    hold_min: int = 15
    answer_min: int = 480
    answer_before_min: int = 30
    early_start_min: int = 10
    no_show_min: int = 20
    free_cancel_before_min: int = 240
    free_cancel_after_min: int = 30
    late_fee_percent: int = 25
    overstay_grace_min: int = 10
    buffer_min: int = 10

    @classmethod
    def against_others(cls, *, buffer_min: int) -> Terms:
        """Return the terms of a time for which others had bid.

        They gave way, so it cannot be called off for nothing: the time of free
        cancellation lies before anybody could bid.
        """
        return cls(
            buffer_min=buffer_min,
            free_cancel_before_min=_LONG_BEFORE_MIN,
            free_cancel_after_min=0,
        )

    @property
    def is_firm(self) -> bool:
        """Whether others gave way, so that calling it off always costs something."""
        return self.free_cancel_before_min == _LONG_BEFORE_MIN

    def answer_by(self, *, asked_at: datetime, starts_at: datetime) -> datetime:
        """Return the instant by which the owner must have answered a request."""
        return min(
            asked_at + timedelta(minutes=self.answer_min),
            starts_at - timedelta(minutes=self.answer_before_min),
        )

    def accepted_after(self, waited: timedelta) -> Terms:
        """Return the terms of a request that was accepted after so much waiting.

        The time to think better of it counts from the answer: nobody can be late
        for calling off what was not his yet.
        """
        waited_min = -(-waited // timedelta(minutes=1))
        return replace(
            self, free_cancel_after_min=self.free_cancel_after_min + waited_min
        )

    def as_dict(self) -> dict[str, object]:
        """Return the terms as plain values, for a snapshot."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Terms:
        """Return the terms that ``as_dict`` described."""
        return cls(**{name: values[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRule:
    """Until when canceling is free for the driver, and what it costs afterwards."""

    free_until: datetime
    late_fee_minor: int

    def fee_minor(self, now: datetime) -> int:
        """Return what the driver would owe for canceling at this instant."""
        return 0 if now < self.free_until else self.late_fee_minor


def cancel_rule(
    terms: Terms, *, booked_at: datetime, starts_at: datetime, time_minor: int
) -> CancelRule:
    """Return the rule for canceling.

    Free until some hours before the start, and for a while after booking whatever
    the start; the later of the two counts, but never beyond the start.

    :param time_minor: price of the booked time, of which the late fee is a part
    """
    well_before = starts_at - timedelta(minutes=terms.free_cancel_before_min)
    just_booked = booked_at + timedelta(minutes=terms.free_cancel_after_min)
    return CancelRule(
        free_until=min(starts_at, max(well_before, just_booked)),
        late_fee_minor=divide_half_even(time_minor * terms.late_fee_percent, 100),
    )
