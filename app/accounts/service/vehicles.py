"""Keeps a driver's cars; exactly one of them is the default while there is any."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.domain import SaveVehicle, Vehicle, check_vehicle
from app.accounts.models import VehicleRow
from app.accounts.service.people import lock_in
from app.database import db, writing
from app.kernel.errors import DomainError, NotFound

_MAX_VEHICLES = 20


def vehicles_of(user_id: int) -> tuple[Vehicle, ...]:
    """Return a person's cars, the default one first."""
    return tuple(_view(row) for row in _rows(db.session(), user_id))


def default_vehicle(user_id: int) -> Vehicle | None:
    """Return the car for which prices are shown, or None."""
    return next(iter(vehicles_of(user_id)), None)


def get_vehicle(*, user_id: int, vehicle_id: int) -> Vehicle:
    """Return one car of this person.

    :raises NotFound: if there is none, or it is somebody else's
    """
    return _view(_own_row(db.session(), user_id, vehicle_id))


def add_vehicle(*, user_id: int, command: SaveVehicle) -> int:
    """Add a car and return its id; the first one becomes the default.

    :raises BadVehicle: if such a car cannot be
    """
    check_vehicle(command)
    with writing() as work:
        lock_in(work.session, user_id)
        others = _rows(work.session, user_id)
        if len(others) >= _MAX_VEHICLES:
            raise DomainError(f"{_MAX_VEHICLES} cars are the most we keep.")
        row = VehicleRow(user_id=user_id)
        _fill(row, command, is_default=command.is_default or not others)
        work.session.add(row)
        work.session.flush()
        _keep_one_default(work.session, row)
        return row.id


def edit_vehicle(*, user_id: int, vehicle_id: int, command: SaveVehicle) -> None:
    """Change what is known about a car.

    :raises BadVehicle: if such a car cannot be
    :raises NotFound: if there is none, or it is somebody else's
    """
    check_vehicle(command)
    with writing() as work:
        lock_in(work.session, user_id)
        row = _own_row(work.session, user_id, vehicle_id)
        # The default moves to another car by choosing that car, never by itself.
        _fill(row, command, is_default=command.is_default or row.is_default)
        work.session.flush()
        _keep_one_default(work.session, row)


def remove_vehicle(*, user_id: int, vehicle_id: int) -> None:
    """Forget a car; bookings keep their own copy of what mattered.

    :raises NotFound: if there is none, or it is somebody else's
    """
    with writing() as work:
        lock_in(work.session, user_id)
        row = _own_row(work.session, user_id, vehicle_id)
        was_default = row.is_default
        work.session.delete(row)
        work.session.flush()
        left = _rows(work.session, user_id)
        if was_default and left:
            left[0].is_default = True


def _rows(session: Session, user_id: int) -> list[VehicleRow]:
    return list(
        session.scalars(
            select(VehicleRow)
            .where(VehicleRow.user_id == user_id)
            .order_by(VehicleRow.is_default.desc(), VehicleRow.id)
        )
    )


def _own_row(session: Session, user_id: int, vehicle_id: int) -> VehicleRow:
    row = session.get(VehicleRow, vehicle_id)
    if row is None or row.user_id != user_id:
        raise NotFound
    return row


def _fill(row: VehicleRow, command: SaveVehicle, *, is_default: bool) -> None:
    row.name = command.name.strip()
    row.standards = list(command.standards)
    row.max_ac_w, row.max_dc_w = command.max_ac_w, command.max_dc_w
    row.battery_wh = command.battery_wh
    row.is_default = is_default


def _keep_one_default(session: Session, chosen: VehicleRow) -> None:
    if chosen.is_default:
        session.execute(
            update(VehicleRow)
            .where(VehicleRow.user_id == chosen.user_id, VehicleRow.id != chosen.id)
            .values(is_default=False)
        )


def _view(row: VehicleRow) -> Vehicle:
    return Vehicle(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        standards=tuple(row.standards),
        max_ac_w=row.max_ac_w,
        max_dc_w=row.max_dc_w,
        battery_wh=row.battery_wh,
        is_default=row.is_default,
    )
