"""A booking as every room sees it: who, where, when, at which terms and price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from app.accounts.domain import Vehicle
from app.bookings.domain.terms import CancelRule, Terms, cancel_rule
from app.kernel.period import Period
from app.pricing.domain import Quote, Tariff

# How long the address stays visible after the booking, for what was left behind.
ADDRESS_DAYS_AFTER = 7


class State(StrEnum):
    """Where a booking stands; the terminal ones never change again."""

    HELD = "HELD"
    REQUESTED = "REQUESTED"
    RESERVED = "RESERVED"
    IN_USE = "IN_USE"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    NO_SHOW = "NO_SHOW"
    FAILED = "FAILED"


class Actor(StrEnum):
    """Who does something to a booking; the clock and the box are the system."""

    DRIVER = "DRIVER"
    OWNER = "OWNER"
    OPERATOR = "OPERATOR"
    SYSTEM = "SYSTEM"


# A booking in one of these has exactly one active claim on time, in others none.
LIVE = frozenset({State.HELD, State.REQUESTED, State.RESERVED, State.IN_USE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSnapshot:
    """The driver's car as it was when the booking was made."""

    id: int
    name: str
    standards: tuple[str, ...]
    max_ac_w: int
    max_dc_w: int
    battery_wh: int

    @classmethod
    def of(cls, vehicle: Vehicle) -> CarSnapshot:
        """Return what of a car matters for a booking."""
        return cls(**{name: getattr(vehicle, name) for name in cls.__slots__})

    def as_dict(self) -> dict[str, object]:
        """Return the car as plain values, for a snapshot."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "standards": list(self.standards)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CarSnapshot:
        """Return the car that ``as_dict`` described."""
        plain = {name: values[name] for name in cls.__slots__}
        return cls(**{**plain, "standards": tuple(plain["standards"])})


Source = Literal["DIRECT", "AUCTION"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An interval on a charger promised to a driver.

    :param charger_id: the EVSE
    :param source: whether it was booked at once or won in an auction
    :param unlock_asked_at: when the driver last asked the box to open and the answer
        was still to come; such a booking is no no-show
    :param fee_minor: what the driver owes for canceling late or not coming
    """

    id: int
    code: str
    charger_id: int
    charger_name: str
    charger_code: str
    time_zone: str
    driver_id: int
    owner_id: int
    starts_at: datetime
    ends_at: datetime
    state: State
    currency: str
    ceiling_minor: int
    energy_cap_wh: int
    max_power_w: int
    terms: Terms
    tariff: Tariff
    quote: Quote
    vehicle: CarSnapshot | None
    created_at: datetime
    source: Source = "DIRECT"
    fee_minor: int = 0
    unlock_asked_at: datetime | None = None
    ended_by: str | None = None
    ended_why: str | None = None

    @property
    def period(self) -> Period:
        """The booked time."""
        return Period(self.starts_at, self.ends_at)

    @property
    def is_live(self) -> bool:
        """Whether the booking still takes time on the charger."""
        return self.state in LIVE

    @property
    def opens_at(self) -> datetime:
        """The earliest instant at which the lock may open."""
        return self.starts_at - timedelta(minutes=self.terms.early_start_min)

    @property
    def no_show_at(self) -> datetime:
        """The instant from which the time is given to others if nobody came."""
        kept = self.starts_at + timedelta(minutes=self.terms.no_show_min)
        return min(kept, self.ends_at)

    @property
    def hold_ends_at(self) -> datetime:
        """The instant at which a time that is only held becomes free again."""
        return self.created_at + timedelta(minutes=self.terms.hold_min)

    @property
    def answer_by(self) -> datetime:
        """The instant by which the owner must have answered a request."""
        return self.terms.answer_by(asked_at=self.created_at, starts_at=self.starts_at)

    @property
    def cancel_rule(self) -> CancelRule:
        """Until when the driver may cancel free of charge, and the fee afterwards."""
        return cancel_rule(
            self.terms,
            booked_at=self.created_at,
            starts_at=self.starts_at,
            time_minor=self.quote.amount_of("TIME"),
        )

    def actor_of(self, user_id: int) -> Actor | None:
        """Return in which role a person deals with this booking, if in any."""
        if user_id == self.driver_id:
            return Actor.DRIVER
        return Actor.OWNER if user_id == self.owner_id else None

    def shows_address(self, now: datetime) -> bool:
        """Return whether the driver may see the exact address and access notes."""
        if self.state in {State.RESERVED, State.IN_USE}:
            return True
        until = self.ends_at + timedelta(days=ADDRESS_DAYS_AFTER)
        return self.state is State.COMPLETED and now < until
