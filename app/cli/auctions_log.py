"""``flask auctions replay`` and ``export``: a charger's log, for anyone to check."""

from __future__ import annotations

import json
from typing import TextIO

import click
from flask import Flask

from app.auctions.domain.log import parse_log
from app.auctions.domain.replay import replay
from app.auctions.service import logbook
from app.cli.auctions import auctions
from app.kernel.errors import DomainError


@click.command("replay")
@click.argument("logfile", type=click.File(encoding="utf-8"))
def replay_file(logfile: TextIO) -> None:
    """Compute every decision of LOGFILE again ("-" reads standard input).

    \b
    LOGFILE has one event a line, as "flask auctions export" writes it. The answer:
      {"events": n, "decisions": n, "recomputed": n,
       "bids": {code: {"state", "start", "end", "paid"}}, "states": {state: n},
       "sold": [[slot, code or "booking"]], "sums": {"paid": n, "bought": n}}
    Money is in thousandths of a minor unit. A log that contradicts itself, its
    commitments or the rules is refused, naming the first wrong entry.
    """
    try:
        state = replay(parse_log(logfile))
    except UnicodeDecodeError as failed:
        raise click.ClickException("The file is not text in UTF-8.") from failed
    except DomainError as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(json.dumps(state.as_dict()))


@click.command("export")
@click.argument("charger_id", type=click.IntRange(1, 2**31 - 1))
@click.option(
    "--operator",
    "is_operator",
    is_flag=True,
    help="With everything that is sealed, and with who it was: not to be published.",
)
def export_log(charger_id: int, is_operator: bool) -> None:
    """Print the log of CHARGER_ID, one event a line, as everyone may see it today.

    Maxima, times and book of a decision appear once none of its bids can still win.
    """
    try:
        entries = logbook.log_of(charger_id=charger_id, is_operator=is_operator)
    except DomainError as refused:
        raise click.ClickException(refused.message) from refused
    for entry in entries:
        click.echo(json.dumps(entry.as_dict()))


def register(app: Flask) -> None:
    """Add the commands to the group."""
    auctions.add_command(replay_file)
    auctions.add_command(export_log)
