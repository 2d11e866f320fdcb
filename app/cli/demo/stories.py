"""What happened in the demo world: sessions of the past weeks, and what is to come."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.service import default_vehicle
from app.bookings import service as bookings
from app.bookings.service import Booking
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.cli.demo.boxes import PastBox, lay_out, pair_box
from app.cli.demo.clock import at_clock, local
from app.kernel.connectors import usable_power_w
from app.kernel.period import Period
from app.kernel.slots import floor_to_grid

LISTED_DAYS_AGO = 40
PAIRED_DAYS_AGO = 30
ACTIVE_CHARGER = "Hanna's driveway"
# Phase voltage where the charger stands.
_VOLTS = {"DE": 230, "US": 240}


@dataclass(frozen=True, slots=True)
class Past:
    """A booking of the past.

    :ivar at: local time of day, such as ``18:30``
    :ivar outcome: why the session stopped, or ``NO_SHOW`` or ``CANCELED``
    :ivar share: how much of the booked time the car really charged, in percent
    """

    charger: str
    driver: str
    days_ago: int
    at: str
    hours: float
    outcome: str
    share: int = 95


PAST = (
    Past("Hanna's driveway", "Dario", 24, "18:00", 3, "UNPLUGGED", 80),
    Past("Hanna's driveway", "Lena", 22, "09:30", 2, "END_OF_BOOKING", 98),
    Past("Hanna's driveway", "Tom", 19, "20:00", 2, "DRIVER", 90),
    Past("Hanna's driveway", "Priya", 17, "12:00", 1.5, "NO_SHOW"),
    Past("Hanna's driveway", "Dario", 15, "19:00", 2.5, "DRIVER", 75),
    Past("Hanna's driveway", "Lena", 12, "08:00", 2, "UNPLUGGED", 60),
    Past("Hanna's driveway", "Priya", 9, "17:00", 3, "DRIVER", 92),
    Past("Hanna's driveway", "Dario", 6, "18:30", 2, "CANCELED"),
    Past("Hanna's driveway", "Tom", 5, "21:00", 2, "END_OF_BOOKING", 98),
    Past("Hanna's driveway", "Dario", 3, "18:00", 2, "DRIVER", 85),
    Past("Hanna's driveway", "Lena", 1, "10:00", 1.5, "UNPLUGGED", 88),
    Past("Courtyard on Oderberger", "Priya", 20, "10:00", 1.5, "DRIVER", 90),
    Past("Courtyard on Oderberger", "Dario", 11, "14:00", 1, "END_OF_BOOKING", 98),
    Past("Courtyard on Oderberger", "Tom", 4, "16:00", 2, "UNPLUGGED", 70),
    Past("Carport in the Bergmannkiez", "Dario", 21, "07:30", 2, "DRIVER", 88),
    Past("Carport in the Bergmannkiez", "Lena", 13, "22:00", 4, "UNPLUGGED", 50),
    Past("Carport in the Bergmannkiez", "Priya", 2, "18:00", 3, "DRIVER", 94),
    Past("Sonnenallee yard", "Tom", 18, "19:30", 2, "DRIVER", 90),
    Past("Sonnenallee yard", "Dario", 8, "11:00", 1, "DRIVER", 80),
    Past("Sonnenallee yard", "Lena", 2, "13:00", 1.5, "END_OF_BOOKING", 98),
    Past("Park Slope brownstone", "Carlos", 16, "18:00", 4, "UNPLUGGED", 85),
    Past("Park Slope brownstone", "Carlos", 7, "19:00", 3, "DRIVER", 90),
    Past("Astoria two-family", "Carlos", 10, "08:00", 2, "NO_SHOW"),
    Past("Astoria two-family", "Carlos", 4, "18:30", 2, "DRIVER", 92),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A booking to come."""

    charger: str
    driver: str
    in_days: int
    at: str
    hours: float


PLANS = (
    Plan("Hanna's driveway", "Lena", 1, "09:00", 2),
    Plan("Hanna's driveway", "Tom", 1, "19:00", 3),
    Plan("Hanna's driveway", "Dario", 3, "18:00", 2),
    Plan("Courtyard on Oderberger", "Priya", 1, "10:00", 2),
    Plan("Courtyard on Oderberger", "Dario", 5, "15:00", 1.5),
    # Hanna answers there: this one waits for her.
    Plan("Garden house in Pankow", "Tom", 2, "20:00", 6),
    Plan("Carport in the Bergmannkiez", "Tom", 1, "18:00", 4),
    Plan("Sonnenallee yard", "Dario", 2, "12:00", 1),
    Plan("Boxhagener lift garage", "Priya", 1, "08:00", 3),
    Plan("Savignyplatz court", "Lena", 2, "14:00", 2),
    Plan("Mitte underground", "Tom", 1, "11:00", 4),
    Plan("Rummelsburg by the water", "Lena", 1, "17:00", 3),
    Plan("Park Slope brownstone", "Carlos", 1, "18:00", 4),
    Plan("Bay Ridge driveway", "Carlos", 3, "09:00", 3),
)


def tell_past(people: dict[str, int], places: dict[str, int], *, now: datetime) -> None:
    """Let the bookings and sessions of the past weeks happen, each in its time."""
    boxes = _pair_all(people, places, now=now)
    for past in sorted(PAST, key=lambda each: -each.days_ago):
        charger = chargers.get_charger(places[past.charger])
        starts_at = local(charger, now, -past.days_ago, past.at)
        period = Period(starts_at, starts_at + timedelta(hours=past.hours))
        _happen(past, boxes[past.charger], charger, people[past.driver], period)
    for name, box in boxes.items():
        charger = chargers.get_charger(places[name])
        lay_out(box, car_max_w=min(11_000, charger.max_power_w))


def tell_future(
    people: dict[str, int], places: dict[str, int], *, now: datetime
) -> Booking:
    """Book what is to come; return Dario's booking that has begun already."""
    for planned in PLANS:
        charger = chargers.get_charger(places[planned.charger])
        starts_at = local(charger, now, planned.in_days, planned.at)
        period = Period(starts_at, starts_at + timedelta(hours=planned.hours))
        _book(charger, people[planned.driver], period, now=now)
    starts_at = floor_to_grid(now)
    charger = chargers.get_charger(places[ACTIVE_CHARGER])
    period = Period(starts_at, starts_at + timedelta(hours=2))
    return _book(charger, people["Dario"], period, now=starts_at - timedelta(hours=3))


def _pair_all(
    people: dict[str, int], places: dict[str, int], *, now: datetime
) -> dict[str, PastBox]:
    names = dict.fromkeys(past.charger for past in PAST)
    boxes: dict[str, PastBox] = {}
    for number, name in enumerate(names):
        charger = chargers.get_charger(places[name])
        paired_at = now - timedelta(days=PAIRED_DAYS_AGO - number)
        with at_clock(paired_at):
            boxes[name] = pair_box(
                owner_id=charger.owner_id,
                charger=charger,
                register_wh=38_012 + 91_377 * number,
                volts=_VOLTS[charger.country_code],
                now=paired_at,
            )
    return boxes


def _happen(
    past: Past, box: PastBox, charger: Charger, driver_id: int, period: Period
) -> None:
    booked_at = period.starts_at - timedelta(hours=20)
    with at_clock(booked_at):
        booking = _book(charger, driver_id, period, now=booked_at)
    if past.outcome == "CANCELED":
        canceled_at = booked_at + timedelta(hours=2)
        with at_clock(canceled_at):
            bookings.cancel(user_id=driver_id, code=booking.code, now=canceled_at)
        return
    if past.outcome == "NO_SHOW":
        missed_at = period.starts_at + timedelta(minutes=30)
        with at_clock(missed_at):
            bookings.tick(now=missed_at)
        return
    begins_at = period.starts_at + timedelta(minutes=4)
    charged = (period.ends_at - begins_at) * past.share / 100
    ends_at = (
        period.ends_at if past.outcome == "END_OF_BOOKING" else begins_at + charged
    )
    with at_clock(begins_at):
        box.charge(
            driver_id=driver_id,
            starts_at=begins_at,
            ends_at=ends_at,
            power_w=_power_w(charger, driver_id),
            why=past.outcome,
        )


def _book(
    charger: Charger, driver_id: int, period: Period, *, now: datetime
) -> Booking:
    vehicle = default_vehicle(driver_id)
    return bookings.book(
        driver_id=driver_id,
        charger_id=charger.id,
        period=period,
        vehicle_id=vehicle.id if vehicle else None,
        energy_cap_wh=None,
        idempotency_key=secrets.token_hex(16),
        now=now,
    )


def _power_w(charger: Charger, driver_id: int) -> int:
    """Return what the driver's car draws there: a little below what it could."""
    vehicle = default_vehicle(driver_id)
    assert vehicle is not None, "everybody of the past has a car"
    connector = charger.connectors[0]
    usable_w = usable_power_w(
        power_type=connector.power_type,
        offered_w=connector.max_power_w,
        car_ac_w=vehicle.max_ac_w,
        car_dc_w=vehicle.max_dc_w,
    )
    return usable_w * 97 // 100
