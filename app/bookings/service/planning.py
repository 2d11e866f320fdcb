"""What a driver asks for, checked and priced; shared by offers and bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts import service as accounts
from app.accounts.service import Vehicle
from app.auctions import service as auctions
from app.bookings.domain import (
    BookingRefused,
    Fit,
    Terms,
    best_fit,
    check_offered,
    check_open,
    check_times,
)
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.pricing import service as pricing
from app.pricing.domain import Quote, Tariff, quote
from app.schedules import service as schedules
from app.schedules.domain import nearest_free


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a driver wants to book; the same key with the same wish is one booking.

    :param agreed_minor: the ceiling that stood beside the button; if it has become
        dearer since, nothing is booked. None agrees to the price of the moment.
    """

    driver_id: int
    charger_id: int
    period: Period
    vehicle_id: int | None
    energy_cap_wh: int | None
    idempotency_key: str
    agreed_minor: int | None = None

    @property
    def wish(self) -> dict[str, object]:
        """The wish as plain values, to know it when it comes again."""
        return {
            "charger_id": self.charger_id,
            "starts_at": self.period.starts_at.isoformat(),
            "ends_at": self.period.ends_at.isoformat(),
            "vehicle_id": self.vehicle_id,
            "energy_cap_wh": self.energy_cap_wh,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a booking would be made of."""

    charger: Charger
    tariff: Tariff
    fit: Fit
    quote: Quote
    vehicle: Vehicle | None
    terms: Terms


def plan(asked: Asked, now: datetime) -> Plan:
    """This function will check all but whether the time is free, and make the promise.

    :raises NotFound: if there is no such charger
    :raises DomainError: at its field, if the time, the car or the limit cannot be
    """
    charger = chargers.get_charger(asked.charger_id)
    check_offered(charger, asked.driver_id)
    check_period(charger, asked.period, now)
    vehicle = _vehicle(asked)
    fit = best_fit(charger, vehicle)
    tariff = priced(
        charger, tariff_for(charger), asked.period, now, driver_id=asked.driver_id
    )
    return Plan(
        charger=charger,
        tariff=tariff,
        fit=fit,
        quote=quote(tariff, asked.period, fit.power_w, asked.energy_cap_wh),
        vehicle=vehicle,
        terms=terms_for(charger, asked.period, asked.driver_id),
    )


def check_period(charger: Charger, period: Period, now: datetime) -> None:
    """This function will let a period pass that the charger sells, taken or not.

    :raises DomainError: at ``starts_at`` or ``ends_at``, with the reason
    """
    check_times(period, charger, now)
    check_open(period, schedules.open_periods(charger=charger, window=period))


def tariff_for(charger: Charger) -> Tariff:
    """This function will return the charger's prices.

    :raises BookingRefused: if the owner has not set any
    """
    tariff = pricing.find_tariff_in(db.session(), charger.id)
    if tariff is None:
        raise BookingRefused("The host has not set a price yet.")
    return tariff


def terms_for(charger: Charger, period: Period, driver_id: int | None) -> Terms:
    """This function will return the terms of booking a time at this moment.

    Where bids of others would lose by it, it cannot be called off for nothing:
    otherwise anybody could clear an order book and walk away.
    """
    if auctions.has_rivals_in(
        db.session(), charger=charger, period=period, driver_id=driver_id
    ):
        return Terms.against_others(buffer_min=charger.buffer_min)
    return Terms(buffer_min=charger.buffer_min)


def priced(
    charger: Charger,
    tariff: Tariff,
    period: Period,
    now: datetime,
    *,
    driver_id: int | None,
) -> Tariff:
    """This function will return what booking the period at once costs.

    Where its time is auctioned these are the prices of its quarter hours, never less
    than what waiting bids would lose; elsewhere it is the tariff as it stands.

    :param driver_id: whose own bids do not make it dearer
    """
    slots_milli = auctions.book_now_in(
        db.session(), charger=charger, period=period, now=now, bidder_id=driver_id
    )
    return tariff if slots_milli is None else tariff.promised(slots_milli)


def is_free(charger: Charger, period: Period, now: datetime) -> bool:
    """This function will return whether nobody has the time as far as one can read."""
    free = schedules.free_periods(charger=charger, window=period, now=now)
    return any(gap.covers(period) for gap in free)


def nearest_times(
    charger: Charger, wanted: Period, now: datetime
) -> tuple[Period, ...]:
    """This function will return the three nearest free times of the same length."""
    window = Period(now, now + timedelta(days=charger.horizon_days + 1))
    free = schedules.free_periods(charger=charger, window=window, now=now)
    return nearest_free(free, wanted, 3)


def _vehicle(asked: Asked) -> Vehicle | None:
    if asked.vehicle_id is None:
        return None
    try:
        return accounts.get_vehicle(
            user_id=asked.driver_id, vehicle_id=asked.vehicle_id
        )
    except NotFound as error:
        raise BookingRefused(
            "Please choose one of your cars.", field="vehicle_id"
        ) from error
