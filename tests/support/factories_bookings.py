"""Builders for bookings; every default is valid, every override a keyword."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app.accounts import service as accounts
from app.accounts.domain import SaveVehicle
from app.accounts.service import Person, Vehicle
from app.bookings import service as bookings
from app.bookings.domain import Booking, State, Terms
from app.chargers.service import Charger
from app.kernel.period import Period
from app.pricing.domain import Tariff, quote

# 12:00 in Berlin on the quiet Wednesday of the tests.
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
TARIFF = Tariff(
    currency="EUR", energy_milli_per_kwh=20_000, time_milli_per_hour=100_000
)
_keys = count(1)


def hours(length: float, *, start: datetime = NOON) -> Period:
    """Return a period of so many hours."""
    return Period(start, start + timedelta(hours=length))


def car(**overrides: Any) -> Vehicle:
    """Return Dario's car as a value: Type 2, 11 kW, 58 kWh."""
    values: dict[str, Any] = {
        "id": 1,
        "user_id": 2,
        "name": "Dario's ID.3",
        "standards": ("IEC_62196_T2", "IEC_62196_T2_COMBO"),
        "max_ac_w": 11_000,
        "max_dc_w": 100_000,
        "battery_wh": 58_000,
        "is_default": True,
        **overrides,
    }
    return Vehicle(**values)


def make_car(driver: Person, **overrides: Any) -> Vehicle:
    """Store a car of this driver; needs an application context."""
    values = {name: getattr(car(), name) for name in SaveVehicle.__slots__}
    command = SaveVehicle(**{**values, **overrides})
    vehicle_id = accounts.add_vehicle(user_id=driver.id, command=command)
    return accounts.get_vehicle(user_id=driver.id, vehicle_id=vehicle_id)


def a_booking(**overrides: Any) -> Booking:
    """Return a booking as a value: noon to two, reserved, made at ten."""
    period = hours(2)
    promise = quote(TARIFF, period, 11_000)
    values = Booking(
        id=7,
        code="BOOKING777",
        charger_id=3,
        charger_name="Hanna's driveway",
        charger_code="K7Q2M6XW4T",
        time_zone="Europe/Berlin",
        driver_id=2,
        owner_id=1,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        state=State.RESERVED,
        currency="EUR",
        ceiling_minor=promise.total_minor,
        energy_cap_wh=promise.energy_cap_wh,
        max_power_w=promise.max_power_w,
        terms=Terms(),
        tariff=TARIFF,
        quote=promise,
        vehicle=None,
        created_at=NOON - timedelta(hours=2),
    )
    return replace(values, **overrides)


def make_booking(
    driver: Person,
    charger: Charger,
    *,
    now: datetime,
    period: Period | None = None,
    vehicle: Vehicle | None = None,
    energy_cap_wh: int | None = None,
) -> Booking:
    """Book through the use case; needs an application context."""
    return bookings.book(
        driver_id=driver.id,
        charger_id=charger.id,
        period=period or hours(2),
        vehicle_id=vehicle.id if vehicle else None,
        energy_cap_wh=energy_cap_wh,
        idempotency_key=f"key-{next(_keys)}",
        now=now,
    )
