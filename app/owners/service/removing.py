"""Takes a charger down for good, and with it the bookings its owner agreed to end."""

from __future__ import annotations

from datetime import datetime

from app.auctions import service as auctions
from app.bookings import service as bookings
from app.bookings.service import Actor, State
from app.chargers import service as chargers
from app.database import writing
from app.devices import service as devices
from app.kernel.errors import Conflict

_WHY = "The host took the charger down."


class BookingsChanged(Conflict):
    """There are bookings that the owner has not agreed to end."""


def remove_charger(
    *,
    owner_id: int,
    charger_id: int,
    confirmed_codes: frozenset[str] | None,
    now: datetime,
) -> int:
    """Take the charger down; its future bookings are canceled and cost nothing.

    :param confirmed_codes: the bookings whose end the owner has read and confirmed;
        None if nothing was confirmed
    :returns: how many bookings were canceled
    :raises BookingsChanged: if the confirmed bookings are not exactly the ones there
        are now, or nothing was confirmed
    :raises Conflict: while a car is charging
    :raises NotFound: if there is no such charger, or it is somebody else's
    """
    with writing() as work:
        chargers.lock_in(work.session, charger_id)
        chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
        _require_agreement(charger_id, confirmed_codes, now)
        canceled = bookings.cancel_all_in(
            work.session, charger_id, Actor.OWNER, _WHY, now
        )
        freed = None
        if devices.device_of(charger_id):
            # Otherwise nobody could ever pair this box with another charger.
            freed = devices.unpair_in(work.session, charger_id=charger_id, now=now)
        chargers.archive_in(
            work.session, owner_id=owner_id, charger_id=charger_id, now=now
        )
        auctions.drop_unavailable_in(work, charger_id=charger_id, now=now)
        for event in canceled:
            work.announce(event)
    if freed:
        devices.forget_if_simulated(freed)
    return len(canceled)


def _require_agreement(
    charger_id: int, confirmed_codes: frozenset[str] | None, now: datetime
) -> None:
    """Let pass what the owner has seen whole; the charger is locked meanwhile."""
    waiting = bookings.future_bookings_of_charger(charger_id, now)
    if any(each.state is State.IN_USE for each in waiting):
        raise Conflict("A car is charging here right now. Please wait for its end.")
    codes = frozenset(each.code for each in waiting)
    if confirmed_codes != codes:
        raise BookingsChanged(
            "Please confirm what happens to these bookings."
            if codes
            else "Please confirm that the charger is to go."
        )
