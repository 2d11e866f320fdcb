"""``flask chargers import``: lists the chargers of a station file, once each."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.chargers import service as listings
from app.chargers.service import Imported
from app.cli.afdc import COLUMNS, RowRefused, Station, station_of
from app.cli.afdc.prices import DEFAULT_PRICE
from app.cli.afdc.rows import DC_FAST_W, LEVEL_1_W, LEVEL_2_W
from app.database import writing
from app.kernel.errors import DomainError
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.schedules.domain import Opening
from app.web import clock

SOURCE = "afdc"
BATCH = 200
_Row = Mapping[str, str | None]

chargers = AppGroup("chargers", help="Bring chargers in from files.")


class BadFile(Exception):
    """The file cannot be read as a list of stations; the message says why."""


@dataclass
class Tally:
    """What happened to the rows, for the summary."""

    rows: int = 0
    electric: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    without_price: int = 0
    without_hours: int = 0
    remarks: int = 0
    seen: set[str] = field(default_factory=set)

    def refuse(self, line: int, source_id: str, reason: str) -> None:
        """Count and show a row that does not become a charger."""
        self.refused += 1
        click.echo(f"line {line}, station {source_id or '?'}: refused: {reason}")

    def note(self, station: Station) -> None:
        """Count and show what was assumed for a station."""
        self.without_price += not station.has_price
        self.without_hours += not station.has_hours
        for remark in station.remarks:
            self.remarks += 1
            click.echo(f"station {station.source_id}: {remark}")


@chargers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice([SOURCE]),
    required=True,
    help="afdc: station file of the US Alternative Fuels Data Center.",
)
@click.option("--owner", required=True, metavar="E-MAIL", help="Made if missing.")
def import_file(file: Path, file_format: str, owner: str) -> None:
    """List the electric stations of FILE as chargers of one owner.

    Running it again with the same or a newer file brings places, plugs, hours and
    prices up to date and lists nothing twice.
    """
    now = clock.now()
    tally = Tally()
    try:
        # The whole file is read first, so that a bad one leaves nothing behind.
        rows = list(read_rows(file))
        name = owner.partition("@")[0]
        person = accounts.find_or_create_owner(email=owner, display_name=name, now=now)
    except BadFile as error:
        raise click.ClickException(str(error)) from error
    except DomainError as error:
        raise click.ClickException(f"--owner: {error.message}") from error
    stations = list(_stations(rows, tally))
    for first in range(0, len(stations), BATCH):
        batch = {each.source_id: each for each in stations[first : first + BATCH]}
        store(batch, owner_id=person.id, now=now, tally=tally)
        click.echo(f"  {min(first + BATCH, len(stations))} of {len(stations)} stations")
    _show_summary(tally, person.email)


def read_rows(path: Path) -> Iterator[tuple[int, _Row]]:
    """Yield the file's rows with their line numbers.

    :raises BadFile: if it cannot be opened or is no such file
    """
    try:
        # A byte order mark at the start belongs to the file's dialect.
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [
                name for name in COLUMNS if name not in (reader.fieldnames or ())
            ]
            if missing:
                raise BadFile(
                    f"{path} is no AFDC station file: it has no column {missing[0]!r}."
                )
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is not text in UTF-8.") from error
    except csv.Error as error:
        raise BadFile(f"{path} is no CSV file: {error}.") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error


def _stations(rows: list[tuple[int, _Row]], tally: Tally) -> Iterator[Station]:
    for line, row in rows:
        tally.rows += 1
        if row["Fuel Type Code"] != "ELEC":
            continue
        tally.electric += 1
        source_id = row["ID"] or ""
        try:
            station = station_of(row)
        except RowRefused as error:
            tally.refuse(line, source_id, str(error))
            continue
        if station.source_id in tally.seen:
            tally.refuse(line, source_id, "the file has this ID on an earlier line")
            continue
        tally.seen.add(station.source_id)
        tally.note(station)
        yield station


def store(
    batch: Mapping[str, Station], *, owner_id: int, now: datetime, tally: Tally
) -> None:
    """List a batch of stations, with hours and prices, in one transaction."""
    with writing() as work:
        outcome = listings.import_in(
            work.session,
            owner_id=owner_id,
            source=SOURCE,
            entries={key: station.command for key, station in batch.items()},
            now=now,
        )
        changed = _store_hours(work.session, batch, outcome.imported, now)
        changed |= _store_prices(work.session, batch, outcome.imported, now)
    for source_id, reason in outcome.refused.items():
        tally.refused += 1
        click.echo(f"station {source_id}: refused: {reason}")
    for each in outcome.imported.values():
        tally.created += each.is_new
        is_other = each.is_changed or each.charger_id in changed
        tally.changed += is_other and not each.is_new
        tally.unchanged += not is_other


def _store_hours(
    session: Session,
    batch: Mapping[str, Station],
    imported: Mapping[str, Imported],
    now: datetime,
) -> set[int]:
    """Set the opening hours that differ; return the chargers concerned."""
    wanted = {each.charger_id: batch[key] for key, each in imported.items()}
    current = schedules.openings_of(wanted, session=session)
    stale = {each.charger_id for each in imported.values() if each.is_changed}
    differing = {
        # Dated exceptions are the owner's own; the file has none.
        charger_id: Opening(rules=station.rules, exceptions=known.exceptions)
        for charger_id, station in wanted.items()
        if (known := current.get(charger_id, Opening(rules=()))).rules != station.rules
    }
    schedules.set_openings_in(session, differing)
    # A charger that moved may have another time zone, with the same hours.
    zones = {
        charger_id: wanted[charger_id].command.time_zone
        for charger_id in stale | differing.keys()
    }
    schedules.refresh_windows_of_many_in(session, zones, now)
    return set(differing)


def _store_prices(
    session: Session,
    batch: Mapping[str, Station],
    imported: Mapping[str, Imported],
    now: datetime,
) -> set[int]:
    """Set the prices that differ; return the chargers concerned."""
    wanted = {each.charger_id: batch[key].tariff for key, each in imported.items()}
    return pricing.set_tariffs_in(session, wanted, now=now)


def _show_summary(tally: Tally, email: str) -> None:
    click.echo(
        f"\n{tally.rows} rows read, {tally.electric} electric: "
        f"{tally.created} listed, {tally.changed} brought up to date, "
        f"{tally.unchanged} unchanged, {tally.refused} refused. Owner: {email}."
    )
    click.echo(
        "Assumed: one charger a station, however many plugs of a kind it has; "
        f"{LEVEL_1_W / 1000} kW for level 1, {LEVEL_2_W / 1000} kW for level 2, "
        f"{DC_FAST_W / 1000:.0f} kW for DC; one time zone a state; "
        f"${DEFAULT_PRICE} per kWh where no price is given ({tally.without_price}); "
        f"always open where no hours are given ({tally.without_hours}). "
        f"{tally.remarks} remarks on single stations stand above."
    )


def register(app: Flask) -> None:
    """Add the command group."""
    app.cli.add_command(chargers)
