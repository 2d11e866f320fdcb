"""A driver's car: which plugs fit, how much power it takes, how much it holds."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.connectors import PLUG_NAMES, is_dc
from app.kernel.errors import DomainError

MAX_POWER_W = 1_000_000
MIN_BATTERY_WH = 1_000
MAX_BATTERY_WH = 1_000_000
MAX_NAME = 80


class BadVehicle(DomainError):
    """A car like this cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A car of one person.

    :param standards: OCPI connector standards that fit, such as ``IEC_62196_T2``
    :param max_dc_w: 0 where the car has no inlet for direct current
    """

    id: int
    user_id: int
    name: str
    standards: tuple[str, ...]
    max_ac_w: int
    max_dc_w: int
    battery_wh: int
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveVehicle:
    """What a driver says about a car."""

    name: str
    standards: tuple[str, ...]
    max_ac_w: int
    max_dc_w: int
    battery_wh: int
    is_default: bool = True


def check_vehicle(command: SaveVehicle) -> SaveVehicle:
    """Return the command unchanged if such a car can be.

    :raises BadVehicle: naming the field that cannot be right
    """
    if not command.name.strip() or len(command.name) > MAX_NAME:
        raise BadVehicle("Please give the car a short name.", field="name")
    if not command.standards or not set(command.standards) <= PLUG_NAMES.keys():
        raise BadVehicle("Please choose the plugs that fit.", field="standards")
    for field in ("max_ac_w", "max_dc_w"):
        if not 0 <= getattr(command, field) <= MAX_POWER_W:
            raise BadVehicle("Please give a power from 0 to 1000 kW.", field=field)
    if not MIN_BATTERY_WH <= command.battery_wh <= MAX_BATTERY_WH:
        raise BadVehicle("Please give a size from 1 to 1000 kWh.", field="battery_wh")
    direct = [is_dc(standard) for standard in command.standards]
    if any(direct) and not command.max_dc_w:
        raise BadVehicle(
            "With a fast-charging plug the car takes some DC power.", field="max_dc_w"
        )
    if not all(direct) and not command.max_ac_w:
        raise BadVehicle(
            "With an ordinary plug the car takes some AC power.", field="max_ac_w"
        )
    return command
