"""What may be booked: which times, by whom, and which plug a car uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.accounts.domain import Vehicle
from app.bookings.domain.booking import CarSnapshot
from app.chargers.domain import REQUEST_LEAD_MIN, Charger, Connector
from app.kernel.connectors import plug_name, usable_power_w
from app.kernel.errors import Conflict, DomainError
from app.kernel.period import Period
from app.kernel.slots import require_on_grid
from app.schedules.domain import bookable_window, check_length

# So many requests of one driver may wait for an answer at once: each keeps time from
# others and costs nothing.
MAX_WAITING = 5
# Characters of an owner's reason for declining.
MAX_REASON = 140


class BookingRefused(DomainError):
    """The booking cannot be made; ``field`` says what to change."""


class NotAccepted(Conflict):
    """The owner cannot say yes as things are."""


class TimeTaken(Conflict):
    """Somebody else has this time.

    :param alternatives: up to three nearest free times of the same length
    """

    def __init__(self, alternatives: tuple[Period, ...]) -> None:
        words = (
            "This time is taken. These are the nearest free ones."
            if alternatives
            else "This time is taken, and nothing as long is free nearby."
        )
        super().__init__(words, field="starts_at")
        self.alternatives = alternatives


class PriceChanged(Conflict):
    """It costs more now than when the driver looked."""

    def __init__(self, price: str) -> None:
        super().__init__(
            f"The price has just changed: it is at most {price} now. "
            "Nothing is booked yet; book again if you agree."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The plug a car would use and the power in watts it would get there."""

    connector: Connector
    power_w: int


def check_offered(charger: Charger, driver_id: int | None) -> None:
    """Let pass a charger that takes bookings from this person.

    :raises BookingRefused: if it is the driver's own, paused, or out of service
    """
    if driver_id == charger.owner_id:
        raise BookingRefused(
            "This is your own charger. To keep a time for yourself, close it in the "
            "opening hours."
        )
    if charger.listing_state != "PUBLISHED":
        raise BookingRefused("The host is taking no bookings at the moment.")
    if charger.is_inoperative:
        raise BookingRefused("This charger is out of service at the moment.")


def check_times(period: Period, charger: Charger, now: datetime) -> None:
    """Let a period pass that this charger could sell.

    :raises DomainError: if it is off the grid, past, too soon, too far away, too
        short or too long
    """
    require_on_grid(period)
    if period.starts_at < now:
        raise BookingRefused("This time has already begun.", field="starts_at")
    # A request that no time is left to answer would be dead at its birth.
    lead_min = max(charger.lead_min, REQUEST_LEAD_MIN if charger.asks_first else 0)
    window = bookable_window(now, lead_min=lead_min, horizon_days=charger.horizon_days)
    if period.starts_at < window.starts_at:
        raise BookingRefused(
            f"This charger must be booked at least {lead_min} minutes ahead.",
            field="starts_at",
        )
    check_length(
        period,
        min_length_min=charger.min_length_min,
        max_length_min=charger.max_length_min,
    )
    if period.ends_at > window.ends_at:
        raise BookingRefused(
            f"Bookings open {charger.horizon_days} days ahead.", field="ends_at"
        )


def check_open(period: Period, opened: Iterable[Period]) -> None:
    """Let a period pass that lies inside the opening hours.

    :raises BookingRefused: if the charger is closed during part of it
    """
    if not any(window.covers(period) for window in opened):
        raise BookingRefused(
            "The charger is closed during part of this time.", field="starts_at"
        )


def check_waiting(waiting: int) -> None:
    """Let a driver ask who has not too many unanswered requests already.

    :raises BookingRefused: if that is so
    """
    if waiting >= MAX_WAITING:
        raise BookingRefused(
            f"{MAX_WAITING} of your requests wait for an answer already. Please wait "
            "for one, or take one back."
        )


def check_answerable(charger: Charger) -> None:
    """Let an owner say yes whose charger could keep the promise.

    :raises NotAccepted: if it is paused, taken down, or out of service
    """
    if charger.listing_state != "PUBLISHED":
        raise NotAccepted(
            "Your charger is paused. Put it back on the map first, or decline."
        )
    if charger.is_inoperative:
        raise NotAccepted(
            "Your charger is out of service, so nobody could charge. Please decline, "
            "or answer when it works again."
        )


def check_reason(text: str) -> str:
    """Return what an owner says for declining, as one line; it may be empty.

    :raises BookingRefused: at ``why``, if it is too long
    """
    line = " ".join(text.split())
    if len(line) > MAX_REASON:
        raise BookingRefused(
            f"Please use at most {MAX_REASON} characters.", field="why"
        )
    return line


def best_fit(charger: Charger, vehicle: Vehicle | CarSnapshot | None) -> Fit:
    """Return the plug that gives the car the most power; without a car the strongest.

    :raises BookingRefused: if no plug of the charger fits the car
    """
    fits = [
        Fit(connector=each, power_w=_power_w(each, vehicle))
        for each in charger.connectors
        if vehicle is None or each.standard in vehicle.standards
    ]
    best = max(fits, key=lambda fit: fit.power_w, default=None)
    if best is None or best.power_w <= 0:
        name = vehicle.name if vehicle else "This car"
        plugs = " and ".join(
            dict.fromkeys(plug_name(each.standard) for each in charger.connectors)
        )
        raise BookingRefused(
            f"{name} does not fit: this charger has {plugs}.", field="vehicle_id"
        )
    return best


def _power_w(connector: Connector, vehicle: Vehicle | CarSnapshot | None) -> int:
    if vehicle is None:
        return connector.max_power_w
    return usable_power_w(
        power_type=connector.power_type,
        offered_w=connector.max_power_w,
        car_ac_w=vehicle.max_ac_w,
        car_dc_w=vehicle.max_dc_w,
    )
