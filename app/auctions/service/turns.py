"""Which follow-me wishes a turn looks at: those for which something may have changed.

Looking for a better place clears the books of all chargers of a wish. What bids and
prices do there is written down with a number, so that mostly nothing is to be cleared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.auctions.domain.gates import LAST_CALL_MIN
from app.auctions.models import AuctionEventRow, FollowRow
from app.database import writing
from app.pricing import service as pricing

# A canceled booking or longer hours leave no number, so all are looked at this often.
LOOK_AGAIN = timedelta(minutes=5)
_NEVER = datetime.min.replace(tzinfo=UTC)
# SQLite takes a limited number of values in one statement.
_CHUNK = 500

# The last number of a charger's log, and the version of its plan.
Mark = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An active wish, and what was known when a place was last looked for.

    :param seen: the marks of its chargers then; empty if it must be looked at
    """

    id: int
    charger_ids: tuple[int, ...]
    closes_at: datetime
    looked_at: datetime
    seen: Mapping[int, Mark]

    def needs_look(self, marks: Mapping[int, Mark], now: datetime) -> bool:
        """Return whether looking again may find another answer than the last time."""
        if now >= self.closes_at or now - self.looked_at >= LOOK_AGAIN:
            return True
        return any(
            self.seen.get(charger_id) != marks[charger_id]
            for charger_id in self.charger_ids
        )


def waiting_in(session: Session) -> tuple[Waiting, ...]:
    """Return the active wishes, the one that was looked at longest ago first."""
    rows = session.execute(
        select(
            FollowRow.id,
            FollowRow.evse_ids,
            FollowRow.window_ends_at,
            FollowRow.length_min,
            FollowRow.looked_at,
            FollowRow.seen,
        ).where(FollowRow.state == "ACTIVE")
    )
    found = (
        Waiting(
            id=row.id,
            charger_ids=tuple(row.evse_ids),
            closes_at=closes_at(row.window_ends_at, row.length_min),
            looked_at=row.looked_at or _NEVER,
            seen={
                int(charger_id): (number, version)
                for charger_id, (number, version) in (row.seen or {}).items()
            },
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda each: (each.looked_at, each.id)))


def marks_in(session: Session, charger_ids: Iterable[int]) -> dict[int, Mark]:
    """Return how far each of these chargers has come."""
    ids = sorted(set(charger_ids))
    plans = pricing.plans_in(session, ids)
    numbers: dict[int, int] = {}
    for first in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(AuctionEventRow.evse_id, func.max(AuctionEventRow.number))
            .where(AuctionEventRow.evse_id.in_(ids[first : first + _CHUNK]))
            .group_by(AuctionEventRow.evse_id)
        )
        numbers.update({charger_id: number for charger_id, number in rows})
    return {
        each: (numbers.get(each, 0), plans[each].version if each in plans else 0)
        for each in ids
    }


def note_looks(looks: Mapping[int, Mapping[int, Mark]], now: datetime) -> None:
    """This function will note for each wish what was known when it was looked at.

    :param looks: the marks of its chargers by the wish's id; none of them if it is
        to be looked at again in any case
    """
    if not looks:
        return
    with writing() as work:
        # In one order everywhere, so that two turns at once cannot wait in a circle.
        work.session.execute(
            update(FollowRow),
            [
                {
                    "id": follow_id,
                    "looked_at": now,
                    "seen": {str(each): list(mark) for each, mark in marks.items()},
                }
                for follow_id, marks in sorted(looks.items())
            ],
        )


def closes_at(window_ends_at: datetime, length_min: int) -> datetime:
    """Return when the bids for the last start of a window are decided for good."""
    return window_ends_at - timedelta(minutes=length_min + LAST_CALL_MIN)
