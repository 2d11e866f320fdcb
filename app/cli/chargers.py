"""``flask chargers import``: brings the stations of a file in, each of them once."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.stations.formats import Format, format_named
from app.cli.stations.reading import import_stations
from app.cli.stations.source import BadFile, Source
from app.cli.stations.storing import Owner, Store
from app.cli.stations.tally import ErrorsFile, Tally
from app.kernel.errors import DomainError
from app.kernel.money import format_milli, parse_milli
from app.pricing.domain import Tariff
from app.web import clock

FORMATS = ("afdc", "ocm", "ocpi", "csv")
_PRICE = re.compile(r"\s*([0-9.,]+)\s*([A-Za-z]{3})\s*")
_NAMESPACE = re.compile(r"[a-z0-9-]{1,12}")

chargers = AppGroup("chargers", help="Bring chargers in from files.")


@chargers.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    required=True,
    help="afdc: US station file; ocm: Open Charge Map table; ocpi: Locations; "
    "csv: the table of docs/import.md.",
)
@click.option(
    "--owner",
    metavar="E-MAIL",
    help="Whose chargers they become; made if missing. Without: public stations.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--errors",
    type=click.Path(path_type=Path),
    help="Where refused rows are written; without: FILE.errors.csv, if there are any.",
)
@click.option(
    "--price",
    metavar="'0.35 EUR'",
    help="Asked per kWh where a station gives no price.",
)
@click.option(
    "--namespace",
    default="",
    help="csv only: tells files apart whose ids are the same, such as 'garages-north'.",
)
def import_file(
    file: Path,
    format_name: str,
    owner: str | None,
    dry_run: bool,
    errors: Path | None,
    price: str | None,
    namespace: str,
) -> None:
    """Bring the stations of FILE in: chargers of an owner, or public stations.

    Running it again with the same or a newer file brings places, plugs, hours and
    prices up to date and lists nothing twice.
    """
    file_format = _format(format_name, namespace)
    usual = _usual(price) or file_format.usual
    now = clock.now()
    try:
        person = Owner(owner, now) if owner is not None else None
    except DomainError as error:
        raise click.ClickException(f"--owner: {error.message}") from error
    with _opened(file) as source:
        log = ErrorsFile(
            errors or Path(f"{file}.errors.csv"), is_wanted=errors is not None
        )
        with closing(log):
            tally = Tally(log, unit=file_format.unit)
            store = Store(person, now, tally, is_dry=dry_run)
            _run(source, file_format, store, usual)
            _show_summary(tally, store, file_format, usual)


def _format(name: str, namespace: str) -> Format:
    if namespace and (name != "csv" or not _NAMESPACE.fullmatch(namespace)):
        raise click.BadParameter(
            "only for csv; up to 12 small letters, digits and hyphens",
            param_hint="--namespace",
        )
    return format_named(name, namespace)


def _usual(text: str | None) -> Tariff | None:
    if text is None:
        return None
    match = _PRICE.fullmatch(text)
    try:
        if match is None:
            raise DomainError("Please write it as '0.35 EUR'.")
        currency = match[2].upper()
        return Tariff(
            currency=currency,
            energy_milli_per_kwh=parse_milli(match[1], currency),
            time_milli_per_hour=0,
        )
    except DomainError as error:
        raise click.BadParameter(error.message, param_hint="--price") from error


@contextmanager
def _opened(file: Path) -> Iterator[Source]:
    try:
        source = Source(file)
    except BadFile as error:
        raise click.ClickException(str(error)) from error
    with closing(source):
        yield source


def _run(
    source: Source, file_format: Format, store: Store, usual: Tariff | None
) -> None:
    tally = store.tally
    try:
        with _progress(source, tally) as progress:
            import_stations(source, file_format, store, usual, progress)
    except BadFile as error:
        tally.show_details()
        stored = tally.created + tally.changed + tally.unchanged
        before = ""
        if stored:
            verb = "would be" if store.is_dry else "are"
            before = f" {stored} stations before that {verb} imported; the rest is not."
        raise click.ClickException(f"{error}{before}") from error


@contextmanager
def _progress(source: Source, tally: Tally) -> Iterator[Callable[[], None]]:
    """Yield what shows how far the file is read: a bar, or lines where none can be."""

    def say() -> None:
        share = 100 * source.done_bytes // max(1, source.total_bytes)
        click.echo(f"  {tally.stations} stations read, {share} % of the file")

    if not _is_terminal():
        yield say
        return
    name = source.path.name
    with click.progressbar(length=source.total_bytes, label=name) as bar:
        yield lambda: bar.update(source.done_bytes - bar.pos)


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _show_summary(
    tally: Tally, store: Store, file_format: Format, usual: Tariff | None
) -> None:
    tally.show_details()
    counted = file_format.counted.format(tally.stations)
    read = f"{tally.rows} {file_format.rows} read{counted}"
    owner = "" if store.owner is None else f" Owner: {store.owner.email}."
    kept = (
        f"{tally.listed} on offer here already and left out, "
        if store.owner is None
        else ""
    )
    noun = "listed" if store.owner is not None else "public stations stored"
    click.echo(
        f"\n{read}: {tally.created} {noun}, {tally.changed} brought up to date, "
        f"{tally.unchanged} unchanged, {kept}{tally.refused} refused.{owner}"
    )
    if store.owner is not None:
        click.echo(_assumptions(tally, file_format, usual))
    if store.is_dry:
        click.echo("Nothing was written: this was a dry run.")


def _assumptions(tally: Tally, file_format: Format, usual: Tariff | None) -> str:
    parts = [file_format.assumed] if file_format.assumed else []
    if usual is not None:
        asked = format_milli(usual.energy_milli_per_kwh, usual.currency)
        parts.append(
            f"{asked} per kWh where no price is given or understood, until the owner "
            f"sets another ({tally.without_price})"
        )
    parts.append(
        "always open where no hours are given or understood, until the owner sets "
        f"others ({tally.without_hours})"
    )
    return f"Assumed: {'; '.join(parts)}."


def register(app: Flask) -> None:
    """Add the command group."""
    app.cli.add_command(chargers)
