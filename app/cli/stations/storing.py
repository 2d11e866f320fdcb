"""Stores stations in batches, each in one transaction, or only says what would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.chargers import service as chargers
from app.chargers.service import AddStation, Imported, Outcome
from app.cli.stations.station import Listing
from app.cli.stations.tally import Tally
from app.database import db, writing
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.schedules.domain import Opening


class Owner:
    """Whose chargers they become; a missing account is made with the first batch."""

    def __init__(self, email: str, now: datetime) -> None:
        """Look the person up.

        :raises DomainError: if the address is none
        """
        person = accounts.find_by_email(email)
        self.email = person.email if person else email.strip()
        self.id = person.id if person else None
        self._now = now

    def made(self) -> int:
        """Return the person's id, with an account if there was none."""
        if self.id is None:
            name = self.email.partition("@")[0]
            person = accounts.find_or_create_owner(
                email=self.email, display_name=name, now=self._now
            )
            self.id, self.email = person.id, person.email
        return self.id


@dataclass(frozen=True, slots=True)
class Store:
    """Where the stations of a file go.

    :param owner: None for public stations
    :param is_dry: nothing is written
    """

    owner: Owner | None
    now: datetime
    tally: Tally
    is_dry: bool = False

    def put(
        self, source: str, batch: Mapping[str, tuple[int, Listing | AddStation]]
    ) -> None:
        """Store stations of one source, given with their lines by their ids."""
        listings = {
            key: it for key, (_, it) in batch.items() if isinstance(it, Listing)
        }
        stations = {
            key: it for key, (_, it) in batch.items() if isinstance(it, AddStation)
        }
        lines = {key: line for key, (line, _) in batch.items()}
        if self.owner is not None and not self.is_dry:
            self.owner.made()
        try:
            self._put(source, listings, stations, lines)
        except IntegrityError:
            # Another import of the same stations was quicker; now they are known.
            self._put(source, listings, stations, lines)

    def _put(
        self,
        source: str,
        listings: Mapping[str, Listing],
        stations: Mapping[str, AddStation],
        lines: Mapping[str, int],
    ) -> None:
        if listings:
            with self._work() as session:
                outcome, changed = self._list(session, source, listings)
            self._count(outcome, changed, listings, lines)
        if stations:
            with self._work() as session:
                stored = chargers.import_public_in(
                    session,
                    source=source,
                    entries=stations,
                    now=self.now,
                    is_dry=self.is_dry,
                )
            self.tally.created += len(stored.created)
            self.tally.changed += len(stored.changed)
            self.tally.unchanged += len(stored.unchanged)
            self.tally.listed += len(stored.listed)

    @contextmanager
    def _work(self) -> Iterator[Session]:
        if self.is_dry:
            yield db.session()
            # What was read must not grow with the file.
            db.session.rollback()
            db.session.expunge_all()
            return
        with writing() as work:
            yield work.session
        db.session.expunge_all()

    def _list(
        self, session: Session, source: str, listings: Mapping[str, Listing]
    ) -> tuple[Outcome, set[int]]:
        assert self.owner is not None
        outcome = chargers.import_in(
            session,
            owner_id=self.owner.id,
            source=source,
            entries={key: each.command for key, each in listings.items()},
            now=self.now,
            is_dry=self.is_dry,
        )
        wanted = {
            each.charger_id: listings[key]
            for key, each in outcome.imported.items()
            if each.charger_id
        }
        changed = self._hours(session, wanted, outcome.imported)
        return outcome, changed | self._prices(session, wanted)

    def _hours(
        self,
        session: Session,
        wanted: Mapping[int, Listing],
        imported: Mapping[str, Imported],
    ) -> set[int]:
        """Set the opening hours that differ; return the chargers concerned."""
        current = schedules.openings_of(wanted, session=session)
        differing = {
            # Dated exceptions are the owner's own; no file has them.
            charger_id: Opening(rules=listing.rules, exceptions=known.exceptions)
            for charger_id, listing in wanted.items()
            if (known := current.get(charger_id, Opening(rules=()))).rules
            != listing.rules
            # Hours that are only assumed never replace the owner's.
            and (listing.has_own_hours or charger_id not in current)
        }
        if self.is_dry:
            return set(differing)
        schedules.set_openings_in(session, differing)
        # A charger that moved may have another time zone, with the same hours.
        stale = {each.charger_id for each in imported.values() if each.is_changed}
        zones = {
            charger_id: wanted[charger_id].command.time_zone
            for charger_id in stale | differing.keys()
        }
        schedules.refresh_windows_of_many_in(session, zones, self.now)
        return set(differing)

    def _prices(self, session: Session, wanted: Mapping[int, Listing]) -> set[int]:
        """Set the prices that differ; return the chargers concerned."""
        current = pricing.tariffs_of(wanted)
        differing = {
            charger_id: listing.tariff
            for charger_id, listing in wanted.items()
            if current.get(charger_id) != listing.tariff
            # A price that is only assumed never replaces the owner's.
            and (listing.has_own_price or charger_id not in current)
        }
        if not self.is_dry:
            pricing.set_tariffs_in(session, differing, now=self.now)
        return set(differing)

    def _count(
        self,
        outcome: Outcome,
        changed: set[int],
        listings: Mapping[str, Listing],
        lines: Mapping[str, int],
    ) -> None:
        for key, reason in outcome.refused.items():
            self.tally.refuse(lines[key], key, reason)
        for key, each in outcome.imported.items():
            is_other = each.is_changed or each.charger_id in changed
            self.tally.created += each.is_new
            self.tally.changed += is_other and not each.is_new
            self.tally.unchanged += not is_other
            self.tally.without_hours += not listings[key].has_own_hours
            self.tally.without_price += not listings[key].has_own_price
