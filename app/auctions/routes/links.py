"""Addresses of the bidding panel, and the links that move or stretch a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from app.chargers.service import Charger
from app.kernel.period import Period
from app.kernel.slots import SLOT_S
from app.pricing.domain import in_hours
from app.schedules.wall_time import exact_wall_time

# What the address keeps while somebody taps: the car, its limit, the page around.
KEPT = ("car", "cap_kwh", "in")
# Lengths to tap, in minutes; those the charger allows are shown.
LENGTHS_MIN = (30, 60, 120, 180, 240, 480, 720)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to tap."""

    words: str
    url: str
    is_chosen: bool = False
    label: str = ""


class Links:
    """Makes addresses of the panel that keep the car, the limit and where it stands."""

    def __init__(self, charger: Charger, kept: Mapping[str, str]) -> None:
        self._charger = charger
        self.is_embedded = kept.get("in") == "offer"
        self._kept = {name: value for name, value in kept.items() if value}

    def to(self, period: Period | None = None, day: date | None = None) -> str:
        """Return the address for a time, or for looking at another day."""
        endpoint = "bookings.offer" if self.is_embedded else "auctions.bidding"
        return self._url(endpoint, period, day)

    def prices(self, period: Period | None, day: date, scale: str) -> str:
        """Return the address of the strip, which the page asks for again and again.

        :param scale: of the colors on the page, which knows more days than the strip
        """
        return self._url("auctions.prices", period, day, scale=scale, **self._place())

    def bids(self) -> str:
        """Return where the form is sent."""
        place = self._place()
        return url_for("auctions.place_bid", charger_id=self._charger.id, **place)  # type: ignore[arg-type]

    def book(self, period: Period | None) -> str:
        """Return the charger's page, on which the time can be booked at once."""
        return self._url("bookings.offer", period, None) + "#quote"

    def _place(self) -> dict[str, str]:
        return {"in": "offer"} if self.is_embedded else {}

    def _url(
        self, endpoint: str, period: Period | None, day: date | None, **values: str
    ) -> str:
        zone = self._charger.time_zone
        values = {k: v for k, v in self._kept.items() if k != "in"} | values
        if period is not None:
            values["from"] = exact_wall_time(period.starts_at, zone)
            values["to"] = exact_wall_time(period.ends_at, zone)
        if day is not None:
            values["day"] = day.isoformat()
        return url_for(endpoint, charger_id=self._charger.id, **values)  # type: ignore[arg-type]


def lasting(starts_at: datetime, length_s: int) -> Period:
    """Return the time that starts then and is as long."""
    return Period(starts_at, starts_at + timedelta(seconds=length_s))


def lengths_to_tap(
    charger: Charger, period: Period | None, links: Links
) -> tuple[Choice, ...]:
    """Return the usual lengths that the charger allows, from the chosen start."""
    if period is None:
        return ()
    return tuple(
        Choice(
            words=in_hours(minutes * 60),
            url=links.to(lasting(period.starts_at, minutes * 60)),
            is_chosen=period.duration_s == minutes * 60,
        )
        for minutes in LENGTHS_MIN
        if charger.min_length_min <= minutes <= charger.max_length_min
    )


def steps_to_tap(
    charger: Charger, period: Period | None, links: Links, now: datetime
) -> tuple[Choice, ...]:
    """Return the links that move the time, or its end, by a quarter hour."""
    if period is None:
        return ()
    step, length_s = timedelta(seconds=SLOT_S), period.duration_s
    moves = (
        ("15 min earlier", period.starts_at - step, length_s),
        ("15 min later", period.starts_at + step, length_s),
        ("15 min shorter", period.starts_at, length_s - SLOT_S),
        ("15 min longer", period.starts_at, length_s + SLOT_S),
    )
    return tuple(
        Choice(words=words, url=links.to(lasting(starts_at, wanted_s)))
        for words, starts_at, wanted_s in moves
        if starts_at > now
        and charger.min_length_min * 60 <= wanted_s <= charger.max_length_min * 60
    )
