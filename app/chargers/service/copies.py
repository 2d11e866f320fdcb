"""Compares what connectors repeat for the search with the place they stand at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.chargers.models import ConnectorRow, EvseRow, LocationRow
from app.kernel.geo import HIDDEN_CELL, Point, cell_of


class _Copy(NamedTuple):
    """A connector's copy, and what it should say."""

    connector_id: int
    cell: int
    latitude: float
    longitude: float
    time_zone: str
    true_latitude: float
    true_longitude: float
    true_zone: str
    listing_state: str

    @property
    def true_cell(self) -> int:
        """Where the search should find it."""
        if self.listing_state != "PUBLISHED":
            return HIDDEN_CELL
        return cell_of(Point(self.true_latitude, self.true_longitude))

    def faults(self) -> Iterator[str]:
        """Yield what differs."""
        if self.cell != self.true_cell:
            yield "visible" if self.true_cell == HIDDEN_CELL else "cell"
        shown = (self.latitude, self.longitude)
        if shown != (self.true_latitude, self.true_longitude):
            yield "point"
        if self.time_zone != self.true_zone:
            yield "zone"


def check_copies_in(
    session: Session, charger_ids: Sequence[int], *, repair: bool
) -> Counter[str]:
    """Return how many connectors differ from their place, by what differs.

    ``visible``: found by the search though not on offer; ``cell``: in another grid
    cell, or hidden though on offer; ``point`` and ``zone``.
    """
    faults: Counter[str] = Counter()
    for copy in _copies(session, charger_ids):
        found = list(copy.faults())
        faults.update(found)
        if found and repair:
            session.execute(
                update(ConnectorRow)
                .where(ConnectorRow.id == copy.connector_id)
                .values(
                    cell=copy.true_cell,
                    latitude=copy.true_latitude,
                    longitude=copy.true_longitude,
                    time_zone=copy.true_zone,
                )
            )
    return faults


def _copies(session: Session, charger_ids: Sequence[int]) -> list[_Copy]:
    statement = (
        select(
            ConnectorRow.id,
            ConnectorRow.cell,
            ConnectorRow.latitude,
            ConnectorRow.longitude,
            ConnectorRow.time_zone,
            LocationRow.public_latitude,
            LocationRow.public_longitude,
            LocationRow.time_zone,
            LocationRow.listing_state,
        )
        .join(EvseRow, EvseRow.id == ConnectorRow.evse_id)
        .join(LocationRow, LocationRow.id == EvseRow.location_id)
        .where(ConnectorRow.evse_id.in_(charger_ids))
        .order_by(ConnectorRow.id)
    )
    return [_Copy._make(row) for row in session.execute(statement)]
