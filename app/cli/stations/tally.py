"""Counts what became of the rows of a file, and says it in words."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import click

from app.cli.stations.station import Hours, Price, Station, shortened
from app.kernel.csv_text import defused

# So many refused rows are shown; the file of errors has all of them.
SHOWN = 50
_MAX_TEXTS = 500
_HEADING = ("line", "id", "reason")


class ErrorsFile:
    """A table of the refused rows, made with the first of them."""

    def __init__(self, path: Path, *, is_wanted: bool) -> None:
        """Prepare the file; one that was asked for is made at once.

        :raises click.ClickException: if it cannot be written
        """
        self.path = path
        self._file: IO[str] | None = None
        self._writer: Any = None
        if is_wanted:
            self._open()

    @property
    def exists(self) -> bool:
        """Whether anything was written, or asked to be."""
        return self._file is not None

    def _open(self) -> None:
        try:
            # Opened here and closed by ``close``: rows come one by one.
            self._file = self.path.open("w", newline="", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise click.ClickException(
                f"the errors cannot be written to {self.path}: {error.strerror}; "
                "please give another place with --errors"
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(_HEADING)

    def add(self, line: int, source_id: str, reason: str) -> None:
        """Write a row down."""
        if self._file is None:
            self._open()
        self._writer.writerow((line, defused(source_id), defused(reason)))

    def close(self) -> None:
        """Close the file, if it was ever opened."""
        if self._file is not None:
            self._file.close()


@dataclass
class Texts:
    """The texts of one kind, hours or prices: how many were taken, which were not."""

    noun: str
    given: int = 0
    taken: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    more: int = 0

    def add(self, said: Hours | Price) -> None:
        """Count a text, if there is one."""
        if not said.text:
            return
        self.given += 1
        if not said.refusal:
            self.taken += 1
            return
        key = (shortened(said.text, 120), said.refusal)
        # A file may word each one differently; the memory stays bounded.
        if key in self.refused or len(self.refused) < _MAX_TEXTS:
            self.refused[key] += 1
        else:
            self.more += 1

    def show(self) -> None:
        """Print the share understood, and each refused text with its count."""
        if not self.given:
            return
        share = 100 * self.taken / self.given
        click.echo(
            f"{self.noun} texts understood: {self.taken} of {self.given} "
            f"({share:.1f} %)."
        )
        for (text, reason), count in self.refused.most_common():
            click.echo(f"  {count} x {text!r}: {reason}")
        if self.more:
            click.echo(f"  and {self.more} more in other words")


@dataclass
class Tally:
    """What happened to the rows, for the summary.

    :param unit: what a record is called: a line, or a location
    """

    errors: ErrorsFile
    unit: str = "line"
    rows: int = 0
    stations: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    listed: int = 0
    refused: int = 0
    without_price: int = 0
    without_hours: int = 0
    other_plugs: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    hours: Texts = field(default_factory=lambda: Texts("Opening-hours"))
    prices: Texts = field(default_factory=lambda: Texts("Price"))
    _shown: list[str] = field(default_factory=list)

    def refuse(self, line: int, source_id: str, reason: str) -> None:
        """Count and write down a row that is not imported."""
        self.refused += 1
        self.errors.add(line, source_id, reason)
        if len(self._shown) < SHOWN:
            named = shortened(source_id, 40) or "?"
            self._shown.append(
                _printable(f"{self.unit} {line}, station {named}: refused: {reason}")
            )

    def note(self, station: Station) -> None:
        """Count what a station says, and what had to be left out."""
        self.hours.add(station.hours)
        self.prices.add(station.price)
        self.remarks.update(station.remarks)
        for name in station.other_plugs:
            if (
                _printable(name) in self.other_plugs
                or len(self.other_plugs) < _MAX_TEXTS
            ):
                self.other_plugs[_printable(shortened(name, 60))] += 1

    def show_details(self) -> None:
        """Print refused rows, then the texts and plugs that were not understood."""
        for line in self._shown:
            click.echo(line)
        if self.refused > len(self._shown):
            click.echo(f"and {self.refused - len(self._shown)} more refused rows")
        if self.errors.exists:
            click.echo(f"All refused rows: {self.errors.path}")
        self.hours.show()
        self.prices.show()
        for remark, count in self.remarks.most_common():
            click.echo(f"  {count} x {remark}")
        if self.other_plugs:
            click.echo("Plugs without an OCPI name, kept as they are called:")
        for name, count in self.other_plugs.most_common():
            click.echo(f"  {count} x {name}")


def _printable(text: str) -> str:
    """Return the text without what could steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
