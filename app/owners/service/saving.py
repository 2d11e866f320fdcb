"""Saves a charger with its prices and hours: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.auctions import service as auctions
from app.chargers import service as chargers
from app.chargers.domain import ListCharger, ListingRefused
from app.database import writing
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.schedules import service as schedules
from app.schedules.domain import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCharger:
    """Everything an owner says about a charger on one page."""

    charger: ListCharger
    tariff: Tariff
    opening: Opening


def add_charger(*, owner_id: int, command: SaveCharger, now: datetime) -> int:
    """Put a charger on offer and return its id.

    :raises DomainError: if any part is not acceptable; then nothing is stored
    """
    with writing() as work:
        charger_id = chargers.list_charger_in(
            work.session, owner_id=owner_id, command=command.charger, now=now
        )
        _store_rest(work.session, charger_id, command, now)
    return charger_id


def edit_charger(
    *, owner_id: int, charger_id: int, command: SaveCharger, now: datetime
) -> None:
    """Change a charger; bookings that exist keep their time, terms and price.

    :raises NotFound: if there is none, or it is somebody else's
    :raises DomainError: if any part is not acceptable; then nothing is stored
    """
    with writing() as work:
        chargers.lock_in(work.session, charger_id)
        chargers.edit_charger_in(
            work.session,
            owner_id=owner_id,
            charger_id=charger_id,
            command=command.charger,
            now=now,
        )
        _store_rest(work.session, charger_id, command, now)
        if command.charger.booking_mode == "REQUEST":
            _require_fixed_price(work.session, charger_id)
        # Whoever bids for a time that is closed now is told at once.
        auctions.drop_unavailable_in(work, charger_id=charger_id, now=now)


def pause_charger(*, owner_id: int, charger_id: int, now: datetime) -> None:
    """Take no new bookings; the ones that exist stay, bids end with notice.

    :raises NotFound: if there is no such charger, or it is somebody else's
    """
    with writing() as work:
        chargers.lock_in(work.session, charger_id)
        chargers.pause_in(
            work.session, owner_id=owner_id, charger_id=charger_id, now=now
        )
        auctions.drop_unavailable_in(work, charger_id=charger_id, now=now)


def publish_charger(*, owner_id: int, charger_id: int, now: datetime) -> None:
    """Offer a paused charger again.

    :raises NotFound: if there is no such charger, or it is somebody else's
    """
    with writing() as work:
        chargers.publish_in(
            work.session, owner_id=owner_id, charger_id=charger_id, now=now
        )


def _require_fixed_price(session: Session, charger_id: int) -> None:
    """Let an owner answer drivers himself where no bids are decided without him.

    :raises ListingRefused: if the time is sold by bids
    """
    if pricing.plans_in(session, (charger_id,)):
        raise ListingRefused(
            "Your time is sold by auction, where bids are decided without you. "
            "Go back to one fixed price first; then you can answer each driver.",
            field="booking_mode",
        )


def _store_rest(
    session: Session, charger_id: int, command: SaveCharger, now: datetime
) -> None:
    pricing.set_tariff_in(session, evse_id=charger_id, tariff=command.tariff, now=now)
    schedules.set_opening_in(
        session,
        evse_id=charger_id,
        rules=command.opening.rules,
        exceptions=command.opening.exceptions,
    )
    schedules.refresh_windows_in(session, charger_id, command.charger.time_zone, now)
