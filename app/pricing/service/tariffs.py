"""Use cases of tariffs: set what an EVSE costs and look it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.database import db
from app.kernel.errors import NotFound
from app.pricing.domain import Tariff
from app.pricing.models import TariffRow
from app.pricing.service.plans import end_foreign_plans_in

# SQLite takes a limited number of values in one statement.
_CHUNK = 500
_COLUMNS = (
    TariffRow.evse_id,
    TariffRow.currency,
    TariffRow.energy_milli_per_kwh,
    TariffRow.time_milli_per_hour,
)


def set_tariff_in(
    session: Session, *, evse_id: int, tariff: Tariff, now: datetime
) -> None:
    """This function will make the tariff current, as a new version if it differs.

    Older versions stay, unchanged: what was quoted can always be explained.
    """
    set_tariffs_in(session, {evse_id: tariff}, now=now)


def set_tariffs_in(
    session: Session, tariffs: Mapping[int, Tariff], *, now: datetime
) -> set[int]:
    """This function will do the same for many EVSEs with few statements.

    :returns: the EVSEs whose tariff became another
    """
    current = _tariffs_in(session, tariffs)
    changed = {
        evse_id: tariff
        for evse_id, tariff in tariffs.items()
        if current.get(evse_id) != tariff
    }
    if not changed:
        return set()
    newest = _retire(session, changed)
    session.execute(
        insert(TariffRow),
        [
            {
                "evse_id": evse_id,
                "version": newest.get(evse_id, 0) + 1,
                "is_current": True,
                "created_at": now,
                **tariff.as_dict(),
            }
            for evse_id, tariff in sorted(changed.items())
        ],
    )
    end_foreign_plans_in(
        session, {at: tariff.currency for at, tariff in changed.items()}, now=now
    )
    return set(changed)


def _retire(session: Session, evse_ids: Iterable[int]) -> dict[int, int]:
    """Let no tariff of these be current; return their newest versions."""
    newest: dict[int, int] = {}
    for ids in _chunks(evse_ids):
        rows = session.execute(
            select(TariffRow.evse_id, func.max(TariffRow.version))
            .where(TariffRow.evse_id.in_(ids))
            .group_by(TariffRow.evse_id)
        )
        newest.update({evse_id: version for evse_id, version in rows})
        session.execute(
            update(TariffRow)
            .where(TariffRow.evse_id.in_(ids), TariffRow.is_current)
            .values(is_current=False)
        )
    return newest


def find_tariff_in(
    session: Session, evse_id: int, *, at: datetime | None = None
) -> Tariff | None:
    """This function will return the current tariff as this transaction sees it.

    :param at: an instant in the past, for the tariff that was current then
    """
    statement = select(*_COLUMNS).where(TariffRow.evse_id == evse_id)
    if at is None:
        statement = statement.where(TariffRow.is_current)
    else:
        statement = statement.where(TariffRow.created_at <= at)
    row = session.execute(statement.order_by(TariffRow.version.desc())).first()
    return None if row is None else _tariff(*row[1:])


def tariff_of(evse_id: int) -> Tariff:
    """This function will return the current tariff.

    :raises NotFound: if no price was ever set
    """
    tariff = find_tariff_in(db.session(), evse_id)
    if tariff is None:
        raise NotFound("This charger has no price yet.")
    return tariff


def tariffs_of(evse_ids: Iterable[int]) -> dict[int, Tariff]:
    """This function will return the current tariffs of many, leaving out the rest."""
    return _tariffs_in(db.session(), evse_ids)


def _tariffs_in(session: Session, evse_ids: Iterable[int]) -> dict[int, Tariff]:
    found: dict[int, Tariff] = {}
    for ids in _chunks(evse_ids):
        rows = session.execute(
            select(*_COLUMNS).where(TariffRow.evse_id.in_(ids), TariffRow.is_current)
        )
        found.update({row[0]: _tariff(*row[1:]) for row in rows})
    return found


def _chunks(evse_ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(evse_ids))
    for first in range(0, len(wanted), _CHUNK):
        yield wanted[first : first + _CHUNK]


def _tariff(currency: str, energy_milli: int, time_milli: int) -> Tariff:
    return Tariff(
        currency=currency,
        energy_milli_per_kwh=energy_milli,
        time_milli_per_hour=time_milli,
    )
