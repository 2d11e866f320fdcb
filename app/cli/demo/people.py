"""The people of the demo world and the cars they drive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts import service as accounts
from app.accounts.car_models import CAR_MODELS
from app.accounts.service import SaveVehicle

PASSWORD = "charge-me-up"  # noqa: S105 - printed at every start of the demo
HOSTS = ("Hanna", "Jonas", "Mehmet", "Greta", "Ruth", "Marcus", "Aisha", "Leo")


@dataclass(frozen=True, slots=True)
class Driver:
    """Somebody with cars, the first of which is preset."""

    name: str
    cars: tuple[str, ...]


DRIVERS = (
    Driver("Dario", ("renault-zoe", "vw-id4")),
    Driver("Priya", ("hyundai-ioniq5",)),
    Driver("Tom", ("tesla-3-eu",)),
    Driver("Lena", ("fiat-500e",)),
    Driver("Carlos", ("chevrolet-bolt",)),
    Driver("Nell", ()),
)


def address_of(name: str) -> str:
    """Return the e-mail address of a person of the demo."""
    return f"{name.lower()}@plugbid.test"


def add_people(*, now: datetime) -> dict[str, int]:
    """Register everybody with a confirmed address and their cars; ids by name."""
    ids: dict[str, int] = {}
    for name in (*HOSTS, *(driver.name for driver in DRIVERS)):
        person = accounts.register(
            email=address_of(name), display_name=name, password=PASSWORD, now=now
        )
        assert person is not None, "the database was empty"
        accounts.confirm_address(person_id=person.id, now=now)
        ids[name] = person.id
    for driver in DRIVERS:
        for slug in reversed(driver.cars):
            accounts.add_vehicle(user_id=ids[driver.name], command=_car(slug))
    return ids


def _car(slug: str) -> SaveVehicle:
    model = next(each for each in CAR_MODELS if each.slug == slug)
    return SaveVehicle(
        name=model.name,
        standards=model.standards,
        max_ac_w=model.max_ac_w,
        max_dc_w=model.max_dc_w,
        battery_wh=model.battery_wh,
        is_default=True,
    )
