"""Compares what the search reads with the truth, and mends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.chargers import service as chargers
from app.database import db, writing
from app.schedules import service as schedules

_BATCH = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a comparison of index and truth has found.

    :ivar checked: how many chargers were compared
    :ivar visible: connectors found though their place is not on offer
    :ivar cells: connectors in another grid cell, or hidden though on offer
    :ivar points: connectors at another point than their place shows
    :ivar zones: connectors with another time zone than their place
    :ivar windows: chargers of which a window is missing, wrong or too many
    :ivar nights: chargers whose summary of weekly hours is missing or wrong
    """

    checked: int
    visible: int
    cells: int
    points: int
    zones: int
    windows: int
    nights: int

    @property
    def faults(self) -> int:
        """How many differences there were in all."""
        return sum(
            (
                self.visible,
                self.cells,
                self.points,
                self.zones,
                self.windows,
                self.nights,
            )
        )


def verify(*, now: datetime, repair: bool) -> Verified:
    """This function will compare every charger's index rows with the truth.

    In batches, each in a transaction of its own, so that nobody waits for it.

    :param repair: also make the index equal to the truth
    """
    faults: Counter[str] = Counter()
    checked = after = 0
    while ids := chargers.ids_after(after, _BATCH):
        if repair:
            with writing() as work:
                # No edit may come between reading the truth and writing the index.
                chargers.lock_many_in(work.session, ids)
                faults += _compare(work.session, ids, now, repair=True)
        else:
            session: Session = db.session()
            faults += _compare(session, ids, now, repair=False)
            session.rollback()
        checked += len(ids)
        after = ids[-1]
    return Verified(
        checked=checked,
        visible=faults["visible"],
        cells=faults["cell"],
        points=faults["point"],
        zones=faults["zone"],
        windows=faults["windows"],
        nights=faults["nights"],
    )


def _compare(
    session: Session, ids: Sequence[int], now: datetime, *, repair: bool
) -> Counter[str]:
    return chargers.check_copies_in(
        session, ids, repair=repair
    ) + schedules.check_windows_in(
        session, chargers.charger_zones(ids), now, repair=repair
    )
