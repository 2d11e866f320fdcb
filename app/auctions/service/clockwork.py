"""What time, owners and follow-me wishes demand of undecided bids, at each tick.

Deciding is not here: only with a booking is anything won.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import OperationalError

from app.auctions.service.moving import move_all
from app.auctions.service.selling import (
    chargers_with_bids,
    drop_unavailable,
    has_news,
)
from app.database import db

_log = logging.getLogger(__name__)


def tick(*, now: datetime) -> int:
    """This function will drop bids for time that is gone, and note all standings.

    Then the bids of follow-me wishes move to where they lead.

    :returns: how many bids were dropped or moved
    """
    waiting = chargers_with_bids()
    db.session.rollback()
    dropped = sum(_look_after(charger_id, now) for charger_id in waiting)
    return dropped + move_all(now=now)


def _look_after(charger_id: int, now: datetime) -> int:
    """Look after one book; something wrong in it must not hold up the others."""
    try:
        # Most books have no news; those are only read, so that nobody waits for us.
        if not has_news(charger_id, now):
            return 0
        return drop_unavailable(charger_id=charger_id, now=now)
    except OperationalError:
        # The database is busy or away, which concerns them all: next time.
        raise
    except Exception:
        _log.exception("The order book of charger %s is in trouble.", charger_id)
        return 0
